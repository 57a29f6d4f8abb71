// The numbers of a figure as a table below it, where the lesson has not written one.

import { number } from "../../components/base/numbers.js";
import { FIGURES, holder, nameOf, rootOf, twinOf } from "./figures.js";
import { rowsOf } from "./numbers.js";

const ROWS = 200; // of a table that are shown, as in ui/kit/tables.py

const opened = new Set(); // names of figures whose table is open: it comes again with a figure that is made anew

export function tableButton(figure, words) {
  const button = Object.assign(document.createElement("button"), {
    type: "button",
    className: "as-table",
    textContent: words.table,
  });
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
export function openTable(figure, words) {
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
export function tabulate(node) {
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
  const written = (cell) =>
    typeof cell !== "number"
      ? cell
      : Number.isInteger(cell)
        ? cell.toLocaleString(words.lang)
        : number(cell, words.lang);
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
