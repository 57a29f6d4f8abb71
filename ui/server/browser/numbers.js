// The numbers of a figure: for its CSV file, and for the table behind it where the lesson has not written one.

const ROWS = 200; // of a table that are shown, as in ui/kit/figures.py

function rowsOf(figure) {
  const chart = chartOf(figure);
  return chart ? traces(chart) : numbers(figure);
}

const opened = new Set(); // names of figures whose table is open: it comes again with a figure that is made anew

function tableButton(figure, words) {
  const button = Object.assign(document.createElement("button"), { type: "button", className: "as-table", textContent: words.table });
  const name = nameOf(figure);
  button.onclick = () => {
    const twin = twinOf(figure)?.table;
    if (twin) {
      if (!twin.querySelector("details[open]")) twin.querySelector("summary").click();
      return twin.querySelector("summary").focus();
    }
    if (!opened.delete(name)) opened.add(name);
    openTable(figure, words);
  };
  return button;
}

/** Puts the table below the figure, or takes it away, as was chosen. */
function openTable(figure, words) {
  const box = holder(figure);
  const shown = box.querySelector(":scope > .numbers");
  const wanted = opened.has(nameOf(figure));
  box.querySelector(":scope > .save .as-table").setAttribute("aria-expanded", wanted);
  if (shown && !wanted) shown.remove();
  if (!wanted || shown) return;
  const node = Object.assign(document.createElement("div"), { className: "twin numbers", tabIndex: 0 });
  node.setAttribute("role", "region");
  node.setAttribute("aria-label", words.numbers);
  box.append(node);
  tabulate(node);
}

/** Fills the table anew where the figure has other numbers by now. */
function tabulate(node) {
  const words = document.querySelector(".take")?.dataset;
  const figure = [...node.parentNode.querySelectorAll(FIGURES)].find(rootOf);
  node.hidden = !figure; // while a component is made anew there is none for a moment
  if (!words || !figure) return;
  const found = [];
  for (const row of rowsOf(figure)) if (found.push(row) > ROWS + 1) break;
  const said = words.lang + JSON.stringify(found);
  if (node.said === said) return;
  node.said = said;
  const [head, ...rows] = found.slice(0, ROWS + 1);
  const layout = figure.querySelector(".chart")?.layout ?? {};
  const called = (name) => words[name === "z" ? "value" : name] ?? (layout[`${name}axis`]?.title?.text || name);
  // a series or a place that never changes tells nothing; a number does
  const changes = (column) => rows.some((row) => row[column] !== rows[0][column]);
  const used = head.map((_, column) => changes(column) || (column > 0 && typeof rows[0]?.[column] === "number"));
  const written = (cell) => (typeof cell !== "number" ? cell : Number.isInteger(cell) ? cell.toLocaleString(words.lang) : number(cell, words.lang));
  const line = (cells, make) => {
    const tr = document.createElement("tr");
    tr.append(...cells.filter((_, column) => used[column]).map(make));
    return tr;
  };
  const heading = (name) => Object.assign(document.createElement("th"), { scope: "col", textContent: called(name) });
  const value = (cell) => Object.assign(document.createElement("td"), { textContent: written(cell) });
  const [table, thead, tbody] = ["table", "thead", "tbody"].map((tag) => document.createElement(tag));
  thead.append(line(head, heading));
  tbody.append(...rows.map((row) => line(row, value)));
  table.append(thead, tbody);
  const more = Object.assign(document.createElement("p"), { className: "note", textContent: words.more });
  node.replaceChildren(table, ...(found.length > ROWS + 1 ? [more] : []));
}

/** The table that belongs to a figure: the next one, where no other figure comes before it. */
function twinOf(figure) {
  const all = [...document.querySelectorAll(`${FIGURES}, ${TWIN}`)].filter((node) => node.matches(TWIN) || rootOf(node));
  const next = all.slice(all.indexOf(figure) + 1).find((node) => !node.querySelector(".chart") || !node.closest("details"));
  if (!next?.matches(TWIN)) return null;
  const name = [...next.classList].find((name) => name.startsWith("st-key-table-")).slice("st-key-table-".length);
  return { name, table: next };
}

/** The numbers of a chart, a row for each point; places are named as its axes name them. */
function* traces(chart) {
  yield ["trace", "x", "y", "z"];
  const named = (axis, value) => {
    const at = axis?.ticktext && Array.from(axis.tickvals ?? []).indexOf(value);
    return at >= 0 ? String(axis.ticktext[at]).replace(/<[^>]*>/g, "") : value;
  };
  for (const [t, trace] of chart._fullData.entries()) {
    const [across, down] = ["x", "y"].map((name) => chart._fullLayout[`${name}axis${(trace[`${name}axis`] ?? name).slice(1)}`]);
    const name = chart.data[t]?.name || t + 1; // Plotly's own names, "trace 0", are none
    const row = (i, j, value) => [name, named(across, trace.x?.[j] ?? j), named(down, trace.y?.[i] ?? i), value];
    if (trace.z) {
      for (const [i, line] of Array.from(trace.z).entries()) for (const [j, value] of Array.from(line).entries()) yield row(i, j, value);
    } else for (let i = 0; i < Math.max(trace.x?.length ?? 0, trace.y?.length ?? 0); i++) yield row(i, i, "");
  }
}

/** What a component was given: its arrays number by number, then its other numbers by their names. */
function* numbers(figure) {
  const { words, lang, bytes, arrays, ...others } = rootOf(figure).given();
  yield ["name", "place", "value"];
  for (const [name, { shape, values }] of Object.entries(arrays))
    for (let i = 0; i < values.length; i++) {
      const place = [];
      let rest = i;
      for (const size of [...shape].reverse()) { place.unshift(rest % size); rest = Math.floor(rest / size); }
      yield [name, place.join(" "), values[i]];
    }
  yield* walk(others, "", []);
}

function* walk(value, name, place) {
  if (typeof value === "number") yield [name, place.join(" "), value];
  else if (value && typeof value === "object")
    for (const [key, inner] of Object.entries(value))
      yield* /^\d+$/.test(key) ? walk(inner, name, [...place, key]) : walk(inner, name ? `${name}.${key}` : key, place);
}
