// The numbers of a figure as a table below it, when the line at the figure asks for it: the server's, or the component's.

import { number } from "../../components/base/numbers.js";
import { FIGURES, foldOf, holder, nameOf, rootOf, unfold } from "./figures.js";

const ROWS = 200; // of a table that are shown, as in ui/kit/tables.py

const opened = new Set(); // names of figures whose table is open: it comes again with a figure that is made anew
let asked = null; // the table that was opened last, to be brought into sight once it is there

export function tableButton(figure, words) {
  const button = Object.assign(document.createElement("button"), {
    type: "button",
    className: "as-table",
    textContent: words.table,
  });
  button.onclick = () => {
    const name = nameOf(figure);
    if (!opened.delete(name)) opened.add(name);
    asked = opened.has(name) ? name : null;
    showTable(figure, words);
  };
  return button;
}

/** Shows the table below the figure, or takes it away, as was chosen; with the numbers of now. */
export function showTable(figure, words) {
  const box = holder(figure);
  const fold = foldOf(figure);
  const own = box.querySelector(":scope > .numbers");
  const wanted = opened.has(nameOf(figure));
  box.querySelector(":scope > .save .as-table").setAttribute("aria-expanded", wanted);
  fold?.toggleAttribute("data-shown", wanted);
  if (wanted && fold) unfold(fold);
  if (own && (fold || !wanted)) own.remove();
  const table = fold ?? (wanted ? tabulate(own ?? box.appendChild(region(words)), rootOf(figure), words) : null);
  if (asked === nameOf(figure) && table?.querySelector("table")) {
    asked = null;
    table.scrollIntoView({ block: "nearest" });
  }
}

/** Those that are open. */
export function refreshTables(words) {
  for (const figure of document.querySelectorAll(FIGURES))
    if (rootOf(figure) && holder(figure).querySelector(":scope > .save")) showTable(figure, words);
}

function region(words) {
  const node = Object.assign(document.createElement("div"), { className: "twin numbers", tabIndex: 0 });
  node.setAttribute("role", "region");
  node.setAttribute("aria-label", words.numbers);
  return node;
}

/** Fills the table of a component anew where other numbers are chosen by now. */
function tabulate(node, root, words) {
  const { heads, rows } = root.asTable();
  const said = words.lang + JSON.stringify([heads, rows]);
  if (node.said === said) return node;
  node.said = said;
  const written = (cell) =>
    typeof cell !== "number"
      ? cell
      : Number.isInteger(cell)
        ? cell.toLocaleString(words.lang)
        : number(cell, words.lang);
  const line = (tag, cells) => {
    const tr = document.createElement("tr");
    tr.append(...cells.map((cell) => Object.assign(document.createElement(tag), { textContent: written(cell) })));
    return tr;
  };
  const [table, thead, tbody] = ["table", "thead", "tbody"].map((tag) => document.createElement(tag));
  thead.append(line("th", heads));
  for (const heading of thead.querySelectorAll("th")) heading.scope = "col";
  tbody.append(...rows.slice(0, ROWS).map((row) => line("td", row)));
  table.append(thead, tbody);
  const more = Object.assign(document.createElement("p"), { className: "note", textContent: words.more });
  node.replaceChildren(table, ...(rows.length > ROWS ? [more] : []));
  return node;
}
