// A model's table with inputs, what follows from it, and its parameters as areas. Python computes; a change of a row is
// reported as {model, rows: {name: text}} and comes back as new data. Rows stay in place, so that typing is not disturbed.

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".root");
  const view = root.view ??= build(root);
  Object.assign(view, { data, words: data.words, report: (rows) => setStateValue("edits", { model: data.model, rows }) });
  view.typed = { ...data.edited };
  root.firstChild.classList.toggle("two", data.names.length > 1);
  drawRows(view);
  drawResults(view);
  drawAreas(view);
  if (!data.problem) remember({ edit: link(view.typed) });
  explain(view, view.selected);
}

function build(root) {
  const view = { root, rows: new Map(), selected: "width" };
  view.table = el("table", { onmouseleave: () => light(view, null) });
  view.about = el("div", { className: "about", "aria-live": "polite" });
  view.results = el("table", { className: "results" });
  view.areas = el("div", { className: "areas" });
  view.legend = el("table", { className: "legend" });
  view.layers = el("div", { className: "areas layers" });
  view.reset = el("button", { className: "reset", type: "button", onclick: () => view.report({}) });
  view.titles = Object.fromEntries(["rows", "areas", "layer"].map((name) => [name, el("h2", { className: "eyebrow" })]));
  view.note = el("p", { className: "note" });
  root.append(el("div", { className: "table" },
    el("section", { className: "sheet" }, el("header", {}, view.titles.rows, view.reset), view.table),
    el("section", { className: "side" }, view.about, view.results, view.titles.areas, view.areas, view.legend, view.note),
    el("section", { className: "one" }, view.titles.layer, view.layers)));
  return view;
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
  view.root.firstChild.classList.toggle("dimmed", Boolean(parts?.length));
  for (const box of view.root.querySelectorAll("[data-part]"))
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
