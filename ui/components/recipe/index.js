// The recipes of lesson 16 as a table: a row for each choice, a column for each of the two models. What is chosen goes to
// the server, which writes it into the link and sends the whole table back.

const tables = new WeakMap(); // outlives new data

export default function recipe({ data, parentElement, setTriggerValue }) {
  let table = tables.get(parentElement);
  if (!table) {
    table = { selects: new Map(), box: div("recipe") };
    parentElement.querySelector(".root").append(table.box);
    tables.set(parentElement, table);
    build(table, data, (key, value) => setTriggerValue("choice", { key, value }));
  }
  paint(table, data);
  return () => {
    table.box.remove();
    tables.delete(parentElement);
  };
}

const keyed = (side, name) => (side ? `${side}-${name}` : name);

function build(table, data, choose) {
  const { words, sides } = data;
  const select = (row, side) => {
    const label = side ? `${row.title}, ${words[`model-${side}`]}` : row.title;
    const options = row.options.map(([value, title]) => el("option", { value }, title));
    const node = el("select", { "aria-label": label }, ...options);
    node.onchange = () => choose(keyed(side, row.name), node.value);
    table.selects.set(keyed(side, row.name), node);
    return node;
  };
  const whole = div("whole", ...data.whole.map((row) => el("label", {}, span("", row.title), select(row, ""))));
  const head = el("tr", {}, el("td", {}), ...sides.map((side) => el("th", { scope: "col" }, span(`badge ${side}`, side.toUpperCase()))));
  const line = (row) => el("tr", { "data-name": row.name }, el("th", { scope: "row" }, row.title),
    ...sides.map((side) => el("td", {}, select(row, side))));
  table.rows = data.rows.map(line);
  table.box.append(whole, el("table", {}, el("thead", {}, head), el("tbody", {}, ...table.rows)));
}

function paint(table, data) {
  for (const row of data.whole) table.selects.get(row.name).value = row.value;
  data.rows.forEach((row, i) => {
    data.sides.forEach((side, at) => (table.selects.get(keyed(side, row.name)).value = row.values[at]));
    table.rows[i].classList.toggle("differs", row.values[0] !== row.values[1]);
  });
}
