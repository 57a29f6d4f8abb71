import { el, fill } from "../../../components/base/elements.js";

// The row that is pointed at or focused: what it means, and which areas grow with it.
export function explain(view, name) {
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

export function light(view, parts) {
  view.box.classList.toggle("dimmed", Boolean(parts?.length));
  for (const box of view.box.querySelectorAll("[data-part]"))
    box.classList.toggle("lit", Boolean(parts?.includes(box.dataset.part)));
}

export function drawResults(view) {
  const { data, words } = view;
  const two = data.names.length > 1;
  const head = two ? [el("tr", {}, el("td"), ...data.names.map((name) => el("th", { scope: "col" }, name)))] : [];
  view.results.setAttribute("aria-label", words["results-name"]);
  view.results.replaceChildren(
    ...head,
    ...data.results.map(({ label, values }) =>
      el(
        "tr",
        {},
        el("th", { scope: "row" }, label),
        ...values.map((value) => el("td", { className: "number" }, value)),
      ),
    ),
  );
}
