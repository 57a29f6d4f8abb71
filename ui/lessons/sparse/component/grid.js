import { readable, shade } from "../../../components/base/colours.js";
import { div, el, plain, span, within } from "../../../components/base/elements.js";
import { clamp, format, range, unpack } from "../../../components/base/numbers.js";
import { along, inLink, linked, Radios, remember, View } from "../../../components/base/view.js";
import { drawCone, drawGrid, drawThumb } from "./drawing.js";
import { passage } from "./passage.js";

const LISTED = 5; // runs of tokens that the sentence names

/** The patterns as grids: rows are the tokens that read, columns what they may read. The row chosen is read aloud, and
 * unrolled through the layers below. */
export class Grid extends View {
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
          {},
          div("over", el("h2", { className: "eyebrow" }, w["grid-title"]), this.count),
          this.grid,
          this.probe,
        ),
        el(
          "section",
          {},
          el("h2", { className: "eyebrow" }, w["text-title"]),
          this.chips.node,
          this.legend,
          this.coneTitle,
          div("cone", this.cone),
          this.coneText,
        ),
      ),
      this.arith,
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
    this.paintReading();
    this.paintChips();
    drawGrid(this);
    this.paintCone();
    this.paintSums();
    this.told(null);
  }

  /** Which tokens the row chosen may read: neighbours as one run. */
  runs(q) {
    const found = [];
    for (let k = q; k >= 0; k--) {
      if (this.read(q, k) < 2) continue;
      const last = found.at(-1);
      if (last && last[0] === k + 1) last[0] = k;
      else found.push([k, k]);
    }
    return found;
  }

  paintReading() {
    const { reader } = this.s;
    const runs = this.runs(reader);
    const name = ([from, to]) => {
      const ends = { from: this.quoted(from), to: this.quoted(to) };
      return from === to ? ends.to : this.fill(from + 1 === to ? "run-two" : "run", ends);
    };
    const list = runs.slice(0, LISTED).map(name).join(", ");
    const more =
      runs.length > LISTED
        ? ` ${this.fill("run-more", { n: runs.slice(LISTED).reduce((sum, [a, b]) => sum + b - a + 1, 0) })}`
        : "";
    const n = this.reads(reader);
    const values = { reader: this.quoted(reader), n, all: reader + 1, list: list + more };
    const text =
      reader === 0
        ? this.fill("reading-first", values)
        : n === reader + 1
          ? this.fill("reading-all", values)
          : this.fill(this.kind === "alternating" ? "reading-alternating" : "reading", values);
    this.sentence.textContent = text;
    this.grid.setAttribute("aria-valuenow", reader + 1);
    this.grid.setAttribute("aria-valuetext", text);
  }

  /** The colour of a layer count: the first layer darkest. */
  tone(n) {
    const far = Math.max(2, this.depth);
    return shade(this.palette, 1 - (0.85 * (n - 1)) / (far - 1));
  }

  paintChips() {
    const {
      w,
      s: { reader },
      palette,
    } = this;
    this.chips.paint(reader);
    this.chips.buttons.forEach((button, k) => {
      const n = k <= reader ? this.layers(reader, k) : null;
      const colour = n ? this.tone(n) : "";
      button.className = `chip${k === reader ? " selected" : k > reader ? " future" : n === null ? " never" : ""}`;
      button.style.background = colour;
      button.style.color = colour ? readable(colour, palette) : "";
      const said =
        k > reader
          ? w["chip-future"]
          : n === null
            ? w["chip-never"]
            : n
              ? this.fill(n === 1 ? "chip-one" : "chip-layers", { n })
              : w["chip-self"];
      button.title = said;
      button.setAttribute("aria-label", `${this.board.names[k]}: ${said}`);
    });
    const { depth } = this;
    const steps =
      depth <= 6 ? range(depth).map((i) => i + 1) : [1, ...[1, 2, 3, 4].map((i) => Math.ceil((i * depth) / 4))];
    const mark = (n) => span("step", el("i", { style: { background: this.tone(n) } }), String(n));
    const never = range(reader + 1).some((k) => this.layers(reader, k) === null);
    this.legend.replaceChildren(
      span("", w.legend),
      ...steps.map(mark),
      ...(never ? [span("step", el("i", { className: "never" }), w["legend-never"])] : []),
    );
  }

  paintCone() {
    const {
      depth,
      s: { reader },
    } = this;
    this.coneTitle.textContent = this.fill("cone-title", { reader: this.quoted(reader) });
    const counts = range(depth).map(
      (l) => range(reader + 1).filter((k) => (this.layers(reader, k) ?? 255) <= l + 1).length,
    );
    const told = counts.length > 6 ? [...counts.slice(0, 4), "…", counts.at(-1)] : counts;
    const formula = this.kind === "sliding" ? this.fill("far-sliding", { size: this.size, less: this.size - 1 }) : "";
    const last = this.layers(reader, 0);
    const end =
      reader === 0
        ? ""
        : last === null
          ? this.fill("far-never", { first: this.quoted(0), n: this.d.layers })
          : this.fill(last === 1 ? "far-one" : "far-layers", { first: this.quoted(0), n: last });
    this.coneText.textContent = [this.fill("far", { counts: told.join(", ") }), end, formula].filter(Boolean).join(" ");
    this.cone.setAttribute("aria-label", `${this.coneTitle.textContent}. ${this.coneText.textContent}`);
    drawCone(this);
  }

  paintSums() {
    const {
      w,
      d,
      T,
      totals: { full, own },
      s: { reader },
    } = this;
    const [i, n] = [reader + 1, this.size];
    const sums = {
      full: ["i", ""],
      sliding: ["min(i, w)", `min(${i}, ${n})`],
      strided: ["min(i, s) + ⌊(i − 1) ÷ s⌋", `min(${i}, ${n}) + ⌊${i - 1} ÷ ${n}⌋`],
      fixed: ["(i − 1) mod s + 1 + ⌊(i − 1) ÷ s⌋", `${i - 1} mod ${n} + 1 + ⌊${i - 1} ÷ ${n}⌋`],
      alternating: ["min(i, w)", `min(${i}, ${n})`],
    }[this.kind];
    const line = (equation, note) => el("p", {}, equation, " ", span("note", note));
    const bold = (text) => el("b", {}, text);
    const equation = span("", `${sums[0]} = ${sums[1] ? `${sums[1]} = ` : ""}`, bold(this.whole(this.reads(reader))));
    const rows = [
      line(
        equation,
        this.fill(this.kind === "alternating" ? "sum-row-alternating" : "sum-row", { reader: this.quoted(reader), i }),
      ),
    ];
    if (this.kind === "alternating") {
      const local = 2 * own - full;
      rows.push(
        line(span("", `(${this.whole(local)} + ${this.whole(full)}) ÷ 2 = `, bold(this.whole(own))), w["sum-average"]),
      );
    }
    rows.push(
      line(
        span("", `${this.whole(own)} ÷ ${this.whole(full)} = `, bold(this.percent(own / full))),
        this.fill("sum-all", { n: T }),
      ),
    );
    rows.push(
      line(
        span("", `${this.whole(own)} × ${d.heads} × ${d.layers} = `, bold(this.whole(own * d.heads * d.layers))),
        this.fill("sum-model", { heads: d.heads, layers: d.layers, full: this.whole(full * d.heads * d.layers) }),
      ),
    );
    const reach = this.layers(reader, 0);
    if (this.kind === "sliding" && reach > 1)
      rows.push(
        line(
          span("", `${reach} × (${n} − 1) + 1 = `, bold(this.whole(reach * (n - 1) + 1))),
          this.fill("sum-reach", { n: reach, i, first: this.quoted(0) }),
        ),
      );
    this.arith.replaceChildren(...rows);
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

  /** Cells as large as the width allows. */
  draw() {
    const width = this.grid.clientWidth;
    if (!width) return;
    this.width = this.box.clientWidth;
    this.gutter = width < 380 ? 62 : 84;
    this.pitch = clamp((width - this.gutter - 4) / this.T, 2, 36);
    this.coneWidth = this.cone.parentElement.clientWidth;
    this.paintPatterns();
    this.paintRow();
  }
}
