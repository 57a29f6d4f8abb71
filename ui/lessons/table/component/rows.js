// The table itself: a line for each row, with an input or a choice, and the other model's value beside it.

import { el, fill } from "../../../components/base/elements.js";
import { explain } from "./about.js";

const PAUSE = 500; // ms without typing, after which a number counts as entered

export function drawRows(view) {
  const { data, words } = view;
  view.titles.rows.textContent = words["rows-title"];
  view.reset.textContent = words.reset;
  view.reset.disabled = !Object.keys(view.typed).length;
  const kept = new Map();
  for (const row of data.rows) {
    const old = view.rows.get(row.name);
    const same = old && old.form === formOf(row);
    kept.set(row.name, same ? old : line(view, row));
  }
  const head = el(
    "tr",
    {},
    el("th", { scope: "col" }, words["col-row"]),
    ...data.names.map((name) => el("th", { scope: "col" }, name)),
  );
  const lines = [...kept.values()].map((each) => each.line);
  const body = [...view.table.querySelectorAll("tr[data-row]")];
  const focused = view.focused?.dataset.name;
  if (body.length !== lines.length || body.some((each, i) => each !== lines[i])) {
    view.table.replaceChildren(el("thead"), el("tbody", {}, ...lines));
    if (focused) kept.get(focused)?.control?.focus({ preventScroll: true });
  }
  view.table.tHead.replaceChildren(head);
  view.rows = kept;
  for (const row of data.rows) update(view, kept.get(row.name), row);
}

const formOf = (row) => JSON.stringify([row.kind, row.choices, row.other === null]);

function line(view, row) {
  const { name, kind } = row;
  const id = `row-${name}`;
  const show = () => explain(view, name);
  // a page that scrolls under a resting pointer moves it too, but by nothing
  const point = (event) => {
    if (event.movementX || event.movementY) show();
  };
  const made = { form: formOf(row), line: el("tr", { "data-row": name, onmousemove: point, onclick: show }) };
  const label = el("label", { htmlFor: id });
  const about = el("span", { className: "hidden", id: `about-${name}` });
  const named = el("span", { className: "names" }, row.names.join(" · "));
  const attributes = { id, onfocus: show, "data-name": name, "aria-describedby": `about-${name}` };
  if (kind === "choice") {
    made.control = el("select", attributes, ...row.choices.map(([value, text]) => el("option", { value }, text)));
  } else if (kind === "fixed") {
    made.control = el("output", { ...attributes, tabIndex: 0 });
  } else {
    const step = kind === "whole" ? 1 : "any";
    made.control = el("input", {
      ...attributes,
      type: "number",
      min: kind === "whole" ? 1 : 0,
      step,
      inputMode: "decimal",
    });
    made.control.oninput = () => {
      clearTimeout(made.timer);
      made.timer = setTimeout(() => change(view, name, made), PAUSE);
    };
  }
  if (kind !== "fixed") made.control.onchange = () => change(view, name, made);
  made.mark = el("span", { className: "mark" });
  made.other = el("td", { className: "other" });
  made.line.append(el("th", { scope: "row" }, label, named, about), el("td", {}, made.control, made.mark));
  if (row.other !== null) made.line.append(made.other);
  made.label = label;
  made.about = about;
  return made;
}

function update(view, made, row) {
  const { words, data } = view;
  made.label.textContent = words[`row-${row.name}`];
  made.about.textContent = words[`about-${row.name}`];
  const { control } = made;
  const typing = control.getRootNode().activeElement === control && row.kind !== "choice";
  if (row.kind === "fixed") control.textContent = row.value;
  else if (!typing || !(row.name in view.typed)) control.value = row.value;
  control.setAttribute("aria-invalid", String(data.problem?.field === row.name));
  made.line.classList.toggle("edited", row.edited);
  made.line.classList.toggle("differs", row.differs);
  made.mark.textContent = row.edited ? "●" : "";
  made.mark.title = row.edited ? fill(words.was, { value: row.published }) : "";
  made.other.replaceChildren(...(row.other === null ? [] : [row.other]));
  if (row.differs && row.other !== null)
    made.other.append(
      el("span", { className: "unequal", title: words.differs }, " ≠"),
      el("span", { className: "hidden" }, words.differs),
    );
}

function change(view, name, made) {
  clearTimeout(made.timer);
  const row = view.data.rows.find((each) => each.name === name);
  const { value } = made.control;
  if (value === row?.value) return;
  view.report({ ...view.typed, [name]: value });
}
