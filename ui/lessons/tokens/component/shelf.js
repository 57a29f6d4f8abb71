import { chip, el } from "../../../components/base/elements.js";

// A tokens' shelf: chips in a row, of which one is chosen by a click or by the arrow keys. `extra(i)` stands below
// each.
export function shelf(view, { tokens, ids, chosen, name, extra = (_) => null, numbered = false, choose }) {
  const cells = tokens.map((token, i) =>
    el(
      "div",
      { className: "cell", role: "option", onclick: () => pick(i, true) },
      numbered ? el("span", { className: "n" }, String(i + 1)) : null,
      chip(token),
      el("span", { className: "id" }, String(ids[i])),
      extra(i),
    ),
  );
  cells.forEach((cell, i) => (cell.querySelector(".chip").style.background = view.tint(i)));
  const list = el(
    "div",
    { className: "shelf", role: "listbox", "aria-label": name, "aria-orientation": "horizontal" },
    ...cells,
  );
  let at = null;
  const mark = (i) => {
    cells.forEach((cell, j) => {
      cell.setAttribute("aria-selected", i === j);
      cell.tabIndex = i === j ? 0 : -1;
      cell.querySelector(".chip").classList.toggle("selected", i === j);
    });
    at = i;
  };
  const pick = (i, focus) => {
    if (i < 0 || i >= cells.length) return;
    mark(i);
    if (focus) cells[i].focus();
    choose(i);
  };
  const keys = {
    ArrowLeft: () => at - 1,
    ArrowRight: () => at + 1,
    ArrowUp: () => at - 1,
    ArrowDown: () => at + 1,
    Home: () => 0,
    End: () => cells.length - 1,
  };
  list.onkeydown = (event) => {
    if (!(event.key in keys)) return;
    event.preventDefault();
    pick(keys[event.key](), true);
  };
  mark(chosen);
  return list;
}
