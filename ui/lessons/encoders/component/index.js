// Lesson 14. Three parts of its page: the attention maps of two models (maps.js), the cosines of a list of sentences
// (matrix.js), and what three searches find in it (found.js). Weights, cosines and scores are the server's; only the
// mean over the heads that are shown is taken here. Layers, heads and lines count from 0 here, from 1 on screen.

export default function encoders(given) {
  const { part } = given.data;
  return reside(given, { maps: Maps, matrix: Matrix, found: Found }[part], part, given.setStateValue);
}

const LINE = 14; // px that a name on top needs

/** A square of cells with names at its left and on top. `small` while its cells have no room for a number, `tiny` while
 * every second name on top has none. */
class Board {
  /** rows, columns: nodes; name: what it shows, for screen readers; room: px that a number needs. */
  constructor(rows, columns, name, room) {
    const n = columns.length;
    this.cells = range(rows.length).map(() => range(n).map(() => div("cell")));
    const row = (i) => [div("row-name", rows[i]), ...this.cells[i]];
    this.node = el("div", { className: "board", role: "group", "aria-label": name }, div("corner"), ...columns.map((c) => div("column-name", c)), ...range(rows.length).flatMap(row));
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
function paint(cell, colour, text, palette) {
  Object.assign(cell.style, { background: colour, color: readable(colour, palette) });
  cell.textContent = text;
}
