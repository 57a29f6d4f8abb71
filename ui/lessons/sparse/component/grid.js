import { shade } from "../../../components/base/colours.js";
import { div, el, plain, span, within } from "../../../components/base/elements.js";
import { clamp, format, range, unpack } from "../../../components/base/numbers.js";
import { along, inLink, linked, Radios, remember, View } from "../../../components/base/view.js";
import { drawGrid, drawThumb } from "./drawing.js";
import { passage } from "./passage.js";
import { paintChips, paintCone, paintReading, paintSums } from "./reading.js";

/** The patterns as grids: rows are the tokens that read, columns what they may read. The row chosen is read aloud, and
 * unrolled through the layers below. */
export class Grid extends View {
  /** @type {import("./index.js").GridData} */
  d;

  board;
  fresh;

  update(data, palette) {
    const fresh = JSON.stringify(data.tokens);
    const [first, changed] = [this.d === undefined, this.fresh !== fresh];
    [this.d, this.w, this.palette, this.fresh] = [data, data.words, palette, fresh];
    if (first)
      this.s = { pattern: data.patterns.indexOf(data.start.pattern), size: data.sizes.indexOf(data.start.size) };
    if (changed) this.load(first);
    this.build();
    this.draw();
  }

  load(first) {
    const a = unpack(this.d);
    const places = range(this.d.wide).map((i) => String(i + 1));
    this.boards = [{ names: this.d.tokens, rows: a.rows, reach: a.reach }];
    if (this.d.wide) this.boards.push({ names: places, rows: a.wideRows, reach: a.wideReach });
    this.show(first && inLink("board") === "wide" && this.d.wide ? 1 : 0);
    if (first) this.s.reader = linked("token", this.T, this.T - 1);
    else remember({ token: null, board: null });
  }

  show(index) {
    [this.s.board, this.board] = [index, this.boards[index]];
    this.T = this.board.names.length;
    this.s.reader = this.T - 1;
  }

  // ------------------------------------------------------------ what is chosen

  choose(change) {
    const before = JSON.stringify([this.s.pattern, this.s.size]);
    if ("board" in change) {
      this.show(change.board);
      this.build();
      this.draw();
      this.views.buttons[change.board].focus();
    }
    Object.assign(this.s, change);
    if (Object.keys(change).join() !== "reader") this.paintPatterns();
    this.paintRow();
    this.remember();
    if (before !== JSON.stringify([this.s.pattern, this.s.size]))
      this.report("choice", { pattern: this.kind, size: this.size });
  }

  remember() {
    remember({ pattern: this.kind, size: this.size, token: this.s.reader + 1, board: this.s.board ? "wide" : null });
  }

  get size() {
    return this.d.sizes[this.s.size];
  }
  get kind() {
    return this.d.patterns[this.s.pattern];
  }

  /** Where a pattern, at the size chosen, stands in the arrays: the full one first, then size by size. */
  place(pattern) {
    return pattern && 1 + (pattern - 1) * this.d.sizes.length + this.s.size;
  }

  /** In how many of two neighbouring layers q reads k. */
  read(q, k, place = this.place(this.s.pattern)) {
    const {
      values,
      shape: [, , , bytes],
    } = this.board.rows;
    const bit = (layer) => (values[((place * 2 + layer) * this.T + q) * bytes + (k >> 3)] >> (7 - (k & 7))) & 1;
    return bit(0) + bit(1);
  }

  /** After how many layers q can hold something of k; null for never. */
  layers(q, k) {
    const n = this.board.reach.values[(this.place(this.s.pattern) * this.T + q) * this.T + k];
    return n === 255 ? null : n;
  }

  /** How many tokens q reads in every layer. */
  reads(q) {
    return range(q + 1).filter((k) => this.read(q, k) === 2).length;
  }

  /** The scores of a whole pattern, on average over its layers. */
  scores(pattern) {
    const place = this.place(pattern);
    let sum = 0;
    for (let q = 0; q < this.T; q++) for (let k = 0; k <= q; k++) sum += this.read(q, k, place);
    return sum / 2;
  }

  whole(n) {
    return format(n, this.d.lang, { maximumFractionDigits: 1 });
  } // a count; the mean of two may end in a half
  quoted(i) {
    return this.fill("quoted", { token: plain(this.board.names[i]) });
  }

  // ------------------------------------------------------------ the parts that stay

  build() {
    const { d, w } = this;
    const pattern = (name) =>
      el(
        "button",
        { className: "pattern" },
        el("canvas", { "aria-hidden": "true" }),
        el("b", {}, w[name]),
        span("note"),
      );
    this.patterns = new Radios("patterns", w.patterns, d.patterns.map(pattern), (i) => this.choose({ pattern: i }));
    this.sizes = new Radios(
      "sizes",
      w.sizes,
      d.sizes.map((n) => el("button", { className: "mono" }, String(n))),
      (i) => this.choose({ size: i }),
    );
    this.sizeName = span("eyebrow");
    const boards = [this.fill("board-own", { n: d.tokens.length }), this.fill("board-wide", { n: d.wide })];
    this.views = new Radios(
      "sizes",
      w.boards,
      boards.map((name) => el("button", {}, name)),
      (i) => this.choose({ board: i }),
    );
    this.sentence = el("p", { className: "read", "aria-live": "polite" });
    this.about = el("p", { className: "note about" });
    this.hint = el("p", { className: "notice" });
    this.chips = passage(this.board.names, w.reader, (reader) => this.choose({ reader }));
    this.legend = div("legend note");
    this.count = span("note");
    const slider = {
      role: "slider",
      tabIndex: 0,
      "aria-label": w["grid-name"],
      "aria-orientation": "vertical",
      "aria-valuemin": 1,
      "aria-valuemax": this.T,
    };
    this.canvas = el("canvas", { "aria-hidden": "true" });
    this.grid = along(el("div", { className: "grid", ...slider }, this.canvas), (step) =>
      this.choose({ reader: clamp(this.s.reader + step, 0, this.T - 1) }),
    );
    this.grid.onpointermove = (event) => this.point(event);
    this.grid.onpointerleave = () => this.told(null);
    this.grid.onclick = (event) => {
      const cell = this.cell(event);
      if (cell) this.choose({ reader: cell[0] });
      this.told(cell);
    };
    this.probe = el("p", { className: "note probe" });
    this.coneTitle = el("h2", { className: "eyebrow" });
    this.cone = el("canvas", { role: "img" });
    this.coneText = el("p", { className: "far" });
    this.arith = div("arith");
    this.box.replaceChildren(
      this.patterns.node,
      div("controls", this.sizeName, this.sizes.node, ...(d.wide ? [this.views.node] : [])),
      this.about,
      this.hint,
      this.sentence,
      div(
        "instrument",
        el(
          "section",
          { "data-part": w["grid-title"] },
          div("over", el("h2", { className: "eyebrow" }, w["grid-title"]), this.count),
          this.grid,
          this.probe,
        ),
        el(
          "section",
          { "data-part": w["text-title"] },
          el("h2", { className: "eyebrow" }, w["text-title"]),
          this.chips.node,
          this.legend,
          this.coneTitle,
          div("cone", this.cone),
          this.coneText,
        ),
      ),
      el("details", {}, el("summary", {}, w["sums-title"]), this.arith),
    );
  }

  // ------------------------------------------------------------ what follows the choice

  paintPatterns() {
    const { w, s } = this;
    const [full, own] = [this.scores(0), this.scores(s.pattern)];
    this.patterns.paint(s.pattern);
    this.patterns.buttons.forEach((button, p) => {
      const n = this.scores(p);
      button.lastChild.textContent = this.fill("scores", { n: this.whole(n), share: this.percent(n / full) });
      drawThumb(this, button.firstChild, this.place(p));
    });
    this.sizes.paint(s.size);
    this.sizes.node.classList.toggle("off", s.pattern === 0);
    this.sizeName.classList.toggle("off", s.pattern === 0);
    this.sizeName.textContent = w[this.kind === "strided" || this.kind === "fixed" ? "stride" : "window"];
    this.views.paint(s.board);
    this.about.textContent = this.fill(`about-${this.kind}`, { size: this.size });
    this.hint.hidden = own < full || s.pattern === 0 || this.T === 1;
    this.hint.textContent = this.fill("nothing-hidden", { size: this.size, n: this.T });
    this.count.textContent = this.fill("count", {
      n: this.whole(own),
      full: this.whole(full),
      share: this.percent(own / full),
    });
    this.totals = { full, own };
  }

  paintRow() {
    const { reader } = this.s;
    this.depth = Math.max(1, ...range(reader + 1).map((k) => this.layers(reader, k) ?? 0));
    paintReading(this);
    paintChips(this);
    drawGrid(this);
    paintCone(this);
    paintSums(this);
    this.told(null);
  }

  /** The colour of a layer count: the first layer darkest. */
  tone(n) {
    const far = Math.max(2, this.depth);
    return shade(this.palette, 1 - (0.85 * (n - 1)) / (far - 1));
  }

  // ------------------------------------------------------------ pointing and sizes

  /** The cell under the pointer, [row, column], or null. */
  cell(event) {
    const [x, y] = within(this.canvas, event);
    const [q, k] = [Math.floor(y / this.pitch), Math.floor((x - this.gutter) / this.pitch)];
    return q >= 0 && q < this.T ? [q, k] : null;
  }

  point(event) {
    if (event.pointerType !== "touch") this.told(this.cell(event));
  }

  /** Says of one cell what it means. */
  told(cell) {
    const [q, k] = cell ?? [0, -1];
    if (k < 0 || k >= this.T) return void (this.probe.textContent = this.w.probe);
    const values = { reader: this.quoted(q), word: this.quoted(k) };
    const n = k <= q ? this.layers(q, k) : null;
    const read = this.read(q, k);
    const name =
      k > q
        ? "cell-future"
        : read === 2
          ? "cell-reads"
          : read
            ? "cell-half"
            : n === null
              ? "cell-never"
              : "cell-hidden";
    this.probe.textContent = this.fill(name, { ...values, n });
  }

  fit() {
    if (this.box.clientWidth !== this.width) this.draw(); // not for a line more of text
  }

  /** Cells as large as the width allows, and a screen that shows the patterns too. */
  draw() {
    const width = this.grid.clientWidth;
    if (!width) return;
    this.width = this.box.clientWidth;
    this.box.classList.toggle("low", this.low);
    this.gutter = width < 380 ? 62 : 84;
    this.pitch = clamp(Math.min(width - this.gutter - 4, this.low ? 390 : Infinity) / this.T, 2, 36);
    this.coneWidth = this.cone.parentElement.clientWidth;
    this.paintPatterns();
    this.paintRow();
  }
}
