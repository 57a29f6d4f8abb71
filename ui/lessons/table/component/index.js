// A model's table with inputs, what follows from it, and its parameters as areas. Python computes; a change of a row is
// reported as {model, rows: {name: text}} and comes back as new data. Rows stay in place, so that typing is not disturbed.

export default function table(given) {
  const { model } = given.data;
  return reside(given, Table, "table", (rows) => given.setStateValue("edits", { model, rows }));
}

class Table extends View {
  rows = new Map();
  selected = "width";

  constructor(box) {
    super(box);
    this.table = el("table", { onmouseleave: () => light(this, null) });
    this.about = el("div", { className: "about", "aria-live": "polite" });
    this.results = el("table", { className: "results" });
    this.areas = div("areas");
    this.legend = el("table", { className: "legend" });
    this.layers = div("areas layers");
    this.reset = button("reset", { onclick: () => this.report({}) });
    this.titles = Object.fromEntries(["rows", "areas", "layer"].map((name) => [name, el("h2", { className: "eyebrow" })]));
    this.note = el("p", { className: "note" });
    box.append(
      el("section", { className: "sheet" }, el("header", {}, this.titles.rows, this.reset), this.table),
      el("section", { className: "side" }, this.about, this.results, this.titles.areas, this.areas, this.legend, this.note),
      el("section", { className: "one" }, this.titles.layer, this.layers));
  }

  update(data, palette) {
    Object.assign(this, { data, words: data.words, palette, typed: { ...data.edited } });
    this.box.classList.toggle("two", data.names.length > 1);
    drawRows(this);
    drawResults(this);
    drawAreas(this);
    if (!data.problem) remember({ edit: link(this.typed) });
    explain(this, this.selected);
  }
}

const link = (typed) => Object.entries(typed).map(([name, text]) => `${name}:${text}`).join(",") || null;

// The row that is pointed at or focused: what it means, and which areas grow with it.
function explain(view, name) {
  const { data, words } = view;
  const row = data.rows.find((each) => each.name === name);
  view.selected = row ? name : null;
  const parts = [];
  if (data.problem) {
    const problem = el("p", { className: "problem", role: "alert" });
    problem.innerHTML = data.problem.html; // ours, with the reader's values escaped
    parts.push(problem, el("p", { className: "note" }, words["still-shown"]));
  }
  if (row) {
    parts.push(el("h3", {}, words[`row-${name}`]), el("p", {}, words[`about-${name}`]));
    if (row.edited) parts.push(el("p", { className: "note" }, fill(words.was, { value: row.published })));
  } else parts.push(el("p", { className: "note" }, words.hint));
  const said = parts.map((part) => part.outerHTML).join("");
  if (said !== view.said) view.about.replaceChildren(...parts);
  view.said = said;
  for (const [each, { line }] of view.rows) line.classList.toggle("selected", each === name);
  light(view, row?.parts);
}

function light(view, parts) {
  view.box.classList.toggle("dimmed", Boolean(parts?.length));
  for (const box of view.box.querySelectorAll("[data-part]"))
    box.classList.toggle("lit", Boolean(parts?.includes(box.dataset.part)));
}

function drawResults(view) {
  const { data, words } = view;
  const two = data.names.length > 1;
  const head = two ? [el("tr", {}, el("td"), ...data.names.map((name) => el("th", { scope: "col" }, name)))] : [];
  view.results.setAttribute("aria-label", words["results-name"]);
  view.results.replaceChildren(...head, ...data.results.map(({ label, values }) =>
    el("tr", {}, el("th", { scope: "row" }, label), ...values.map((value) => el("td", { className: "number" }, value)))));
}
