import { signed } from "../../../components/base/colours.js";
import { div, el, fill, span } from "../../../components/base/elements.js";
import { format, number, unpack } from "../../../components/base/numbers.js";
import { remember, View } from "../../../components/base/view.js";
import { Board, paint } from "./board.js";

/** The cosine of every two sentences; two of them are chosen. */
export class Matrix extends View {
  /** @type {import("./index.js").MatrixData} */
  d;

  update(data, palette) {
    const [w, n] = [data.words, data.lines.length];
    const { cosines } = unpack(data);
    const cosine = (i, j) => cosines.values[i * n + j];
    /** @type {Intl.NumberFormatOptions} */
    const two = { minimumFractionDigits: 2, maximumFractionDigits: 2, signDisplay: "negative" }; // and no −0.00
    this.pair ??= data.pair; // another theme runs this again
    const row = (text, i) => el("span", {}, el("b", {}, String(i + 1)), " ", el("bdi", {}, text));
    this.board?.watch.disconnect();
    this.board = new Board(
      data.lines.map(row),
      data.lines.map((_, i) => document.createTextNode(String(i + 1))),
      w["matrix-name"],
      40,
    );
    this.board.cells.forEach((cells, i) =>
      cells.forEach((cell, j) => {
        paint(cell, signed(palette, cosine(i, j)), format(cosine(i, j), data.lang, two), palette);
        if (i === j) return cell.classList.add("self");
        cell.setAttribute("role", "button");
        cell.setAttribute(
          "aria-label",
          fill(w["pair-name"], { one: i + 1, other: j + 1, cosine: number(cosine(i, j), data.lang) }),
        );
      }),
    );
    this.board.node.classList.add("cosines");
    this.board.node.onclick = (event) => this.choose(this.board.place(event.target));
    this.board.node.onkeydown = (event) => this.key(event, n);
    const ends = [-1, 0, 1].map((x) => format(x, data.lang, {}));
    const bar = el("i", { style: { background: `linear-gradient(90deg, ${palette.diverging.join(", ")})` } });
    this.box.replaceChildren(this.board.node, div("legend note", ends[0], bar, ends[2], span("", w["matrix-note"])));
    this.mark();
  }

  key(event, n) {
    const steps = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    if (!steps) return;
    event.preventDefault();
    let [i, j] = [this.pair[0] + steps[0], this.pair[1] + steps[1]];
    if (i === j) [i, j] = [i + steps[0], j + steps[1]]; // a sentence and itself is no pair
    if (i < 0 || j < 0 || i >= n || j >= n) return;
    this.choose([i, j]);
    this.board.cells[i][j].focus();
  }

  choose(pair) {
    if (!pair || pair[0] === pair[1]) return;
    this.pair = pair;
    this.mark();
    clearTimeout(this.later);
    remember({ pair: pair.map((i) => i + 1).join("-") });
    this.later = setTimeout(() => this.report("pair", pair), 120);
  }

  mark() {
    const on = (i, j) => i === this.pair[0] && j === this.pair[1];
    this.board.cells.forEach((cells, i) =>
      cells.forEach((cell, j) => {
        if (i === j) return;
        cell.setAttribute("aria-pressed", on(i, j));
        cell.tabIndex = on(i, j) ? 0 : -1;
      }),
    );
    const names = (side) => [...this.board.node.querySelectorAll(side)];
    names(".row-name").forEach((name, i) => name.classList.toggle("chosen", i === this.pair[0]));
    names(".column-name").forEach((name, j) => name.classList.toggle("chosen", j === this.pair[1]));
  }

  remove() {
    clearTimeout(this.later);
    this.board.watch.disconnect();
    super.remove();
  }
}
