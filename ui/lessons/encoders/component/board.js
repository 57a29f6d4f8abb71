import { readable } from "../../../components/base/colours.js";
import { div, el } from "../../../components/base/elements.js";
import { range } from "../../../components/base/numbers.js";

const LINE = 14; // px that a name on top needs

/** A square of cells with names at its left and on top. `small` while its cells have no room for a number, `tiny` while
 * every second name on top has none. */
export class Board {
  /** rows, columns: nodes; name: what it shows, for screen readers; room: px that a number needs. */
  constructor(rows, columns, name, room) {
    const n = columns.length;
    this.cells = range(rows.length).map(() => range(n).map(() => div("cell")));
    const row = (i) => [div("row-name", rows[i]), ...this.cells[i]];
    this.node = el(
      "div",
      { className: "board", role: "group", "aria-label": name },
      div("corner"),
      ...columns.map((c) => div("column-name", c)),
      ...range(rows.length).flatMap(row),
    );
    this.node.style.setProperty("--n", n);
    this.watch = new ResizeObserver(() => {
      this.node.classList.toggle("small", this.cells[0][0].clientWidth < room);
      this.node.classList.toggle("tiny", this.cells[0][0].clientWidth < LINE);
    });
    this.watch.observe(this.node);
  }

  place(target) {
    const cell = target.closest?.(".cell");
    const i = this.cells.findIndex((row) => row.includes(cell));
    return i < 0 ? null : [i, this.cells[i].indexOf(cell)];
  }
}

/** Colour a cell, with a number in it that can be read on that colour. */
export function paint(cell, colour, text, palette) {
  Object.assign(cell.style, { background: colour, color: readable(colour, palette) });
  cell.textContent = text;
}
