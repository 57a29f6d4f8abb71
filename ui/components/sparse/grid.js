/** The patterns as grids: rows are the tokens that read, columns what they may read. The row chosen is read aloud, and
 * unrolled through the layers below. */
class Grid {
  constructor(root) {
    this.box = div("sparse");
    root.append(this.box);
    this.watch = new ResizeObserver(() => this.fit());
    this.watch.observe(this.box);
  }

  remove() {
    this.watch.disconnect();
    this.box.remove();
  }

  update(data, palette) {
    const fresh = JSON.stringify(data.tokens);
    const [first, changed] = [this.d === undefined, this.fresh !== fresh];
    [this.d, this.w, this.palette, this.fresh] = [data, data.words, palette, fresh];
    if (first) this.s = { pattern: data.patterns.indexOf(data.start.pattern), size: data.sizes.indexOf(data.start.size) };
    if (changed) this.load(first);
    this.build();
    this.fit();
  }

  load(first) {
    const a = unpack(this.d);
    const places = range(this.d.wide).map((i) => String(i + 1));
    this.boards = [{ names: this.d.tokens, rows: a.rows, reach: a.reach }];
    if (this.d.wide) this.boards.push({ names: places, rows: a.wideRows, reach: a.wideReach });
    this.show(0);
    const asked = Number(new URL(location.href).searchParams.get("token"));
    if (first && Number.isInteger(asked) && asked >= 1 && asked <= this.T) this.s.reader = asked - 1;
    if (!first) remember({ token: null });
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
      this.fit();
    }
    Object.assign(this.s, change);
    if (Object.keys(change).join() !== "reader") this.paintPatterns();
    this.paintRow();
    const [pattern, size] = [this.d.patterns[this.s.pattern], this.d.sizes[this.s.size]];
    remember({ pattern, size, token: this.s.board ? null : this.s.reader + 1 });
    if (before !== JSON.stringify([this.s.pattern, this.s.size])) this.report("choice", { pattern, size });
  }

  get size() { return this.d.sizes[this.s.size]; }
  get kind() { return this.d.patterns[this.s.pattern]; }

  /** Where a pattern, at the size chosen, stands in the arrays: the full one first, then size by size. */
  place(pattern) { return pattern && 1 + (pattern - 1) * this.d.sizes.length + this.s.size; }

  /** In how many of two neighbouring layers q reads k. */
  read(q, k, place = this.place(this.s.pattern)) {
    const { values, shape: [, , , bytes] } = this.board.rows;
    const bit = (layer) => (values[((place * 2 + layer) * this.T + q) * bytes + (k >> 3)] >> (7 - (k & 7))) & 1;
    return bit(0) + bit(1);
  }

  /** After how many layers q can hold something of k; null for never. */
  layers(q, k) {
    const n = this.board.reach.values[(this.place(this.s.pattern) * this.T + q) * this.T + k];
    return n === 255 ? null : n;
  }

  /** Scores of a row in each of the two layers, and of the whole grid on average. */
  row(q, layer) { return range(q + 1).filter((k) => (layer ? this.read(q, k) > 0 : this.read(q, k) > 1)).length; }
  scores(pattern) {
    const place = this.place(pattern);
    let sum = 0;
    for (let q = 0; q < this.T; q++) for (let k = 0; k <= q; k++) sum += this.read(q, k, place);
    return sum / 2;
  }

  whole(n) { return Number.isInteger(n) ? integer(n, this.d.lang) : number(n, this.d.lang); }
  percent(p) { return percent(p, this.d.lang); }
  fill(name, values) { return fill(this.w[name], values); }
  plain(i) { return this.board.names[i].replace(/^·(?=.)/, ""); }
  quoted(i) { return this.fill("quoted", { token: this.plain(i) }); }

  // ------------------------------------------------------------ the parts that stay

  build() {
    const { d, w } = this;
    const pattern = (name) => el("button", { className: "pattern" }, el("canvas", { "aria-hidden": "true" }), el("b", {}, w[name]), span("note"));
    this.patterns = new Radios("patterns", w.patterns, d.patterns.map(pattern), (i) => this.choose({ pattern: i }));
    this.sizes = new Radios("sizes", w.sizes, d.sizes.map((n) => el("button", { className: "mono" }, String(n))), (i) => this.choose({ size: i }));
    this.sizeName = span("eyebrow");
    const boards = [this.fill("board-own", { n: d.tokens.length }), this.fill("board-wide", { n: d.wide })];
    this.views = new Radios("sizes", w.boards, boards.map((name) => el("button", {}, name)), (i) => this.choose({ board: i }));
    this.sentence = el("p", { className: "read", "aria-live": "polite" });
    this.about = el("p", { className: "note about" });
    this.hint = el("p", { className: "notice" });
    this.chips = passage(this.board.names, w.reader, (reader) => this.choose({ reader }));
    this.legend = div("legend note");
    this.count = span("note");
    const slider = { role: "slider", tabIndex: 0, "aria-label": w["grid-name"], "aria-orientation": "vertical", "aria-valuemin": 1, "aria-valuemax": this.T };
    this.canvas = el("canvas", { "aria-hidden": "true" });
    this.grid = arrows(el("div", { className: "grid", ...slider }, this.canvas), (step) =>
      this.choose({ reader: clamp(this.s.reader + step, 0, this.T - 1) }));
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
      this.about, this.hint, this.sentence,
      div("instrument",
        el("section", {}, div("over", el("h2", { className: "eyebrow" }, w["grid-title"]), this.count), this.grid, this.probe),
        el("section", {}, el("h2", { className: "eyebrow" }, w["text-title"]), this.chips.node, this.legend,
          this.coneTitle, div("cone", this.cone), this.coneText)),
      this.arith);
  }

  // ------------------------------------------------------------ what follows the choice

  paintPatterns() {
    const { w, s } = this;
    const [full, own] = [this.scores(0), this.scores(s.pattern)];
    this.patterns.paint(s.pattern);
    this.patterns.buttons.forEach((button, p) => {
      const n = this.scores(p);
      button.lastChild.textContent = this.fill("scores", { n: this.whole(n), share: this.percent(n / full) });
      this.thumb(button.firstChild, this.place(p));
    });
    this.sizes.paint(s.size);
    this.sizes.node.classList.toggle("off", s.pattern === 0);
    this.sizeName.classList.toggle("off", s.pattern === 0);
    this.sizeName.textContent = w[this.kind === "strided" || this.kind === "fixed" ? "stride" : "window"];
    this.views.paint(s.board);
    this.about.textContent = this.fill(`about-${this.kind}`, { size: this.size, less: this.size - 1 });
    this.hint.hidden = own < full || s.pattern === 0;
    this.hint.textContent = this.fill("nothing-hidden", { size: this.size, n: this.T });
    this.count.textContent = this.fill("count", { n: this.whole(own), full: this.whole(full), share: this.percent(own / full) });
    this.totals = { full, own };
  }

  paintRow() {
    const { reader } = this.s;
    this.depth = Math.max(1, ...range(reader + 1).map((k) => this.layers(reader, k) ?? 0));
    this.paintReading();
    this.paintChips();
    this.paintGrid();
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
    const LISTED = 5;
    const name = ([from, to]) =>
      from === to ? this.quoted(from) : from + 1 === to ? this.fill("run-two", { from: this.quoted(from), to: this.quoted(to) }) : this.fill("run", { from: this.quoted(from), to: this.quoted(to) });
    const list = runs.slice(0, LISTED).map(name).join(", ");
    const more = runs.length > LISTED ? " " + this.fill("run-more", { n: runs.slice(LISTED).reduce((sum, [a, b]) => sum + b - a + 1, 0) }) : "";
    const n = this.row(reader, 0);
    const values = { reader: this.quoted(reader), n, all: reader + 1, list: list + more };
    const text = reader === 0 ? this.fill("reading-first", values)
      : n === reader + 1 ? this.fill("reading-all", values)
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
    const { w, s: { reader }, palette } = this;
    this.chips.paint(reader);
    this.chips.buttons.forEach((button, k) => {
      const n = k <= reader ? this.layers(reader, k) : null;
      const colour = n ? this.tone(n) : "";
      button.className = `chip${k === reader ? " selected" : k > reader ? " future" : n === null ? " never" : ""}`;
      button.style.background = colour;
      button.style.color = colour ? readable(colour, palette) : "";
      const said = k > reader ? w["chip-future"] : n === null ? w["chip-never"] : n ? this.fill(n === 1 ? "chip-one" : "chip-layers", { n }) : w["chip-self"];
      button.title = said;
      button.setAttribute("aria-label", `${this.board.names[k]}: ${said}`);
    });
    const { depth } = this;
    const steps = depth <= 6 ? range(depth).map((i) => i + 1) : [1, Math.ceil(depth / 4), Math.ceil(depth / 2), Math.ceil((3 * depth) / 4), depth];
    const mark = (n) => span("step", el("i", { style: { background: this.tone(n) } }), String(n));
    const never = range(reader + 1).some((k) => this.layers(reader, k) === null);
    this.legend.replaceChildren(span("", w["legend"]), ...steps.map(mark),
      ...(never ? [span("step", el("i", { className: "never" }), w["legend-never"])] : []));
  }

  /** A canvas of this many CSS pixels, sharp on any screen: a pen in CSS pixels. */
  pen(canvas, width, height) {
    const sharp = devicePixelRatio || 1;
    [canvas.width, canvas.height] = [Math.round(width * sharp), Math.round(height * sharp)];
    canvas.style.width = `${width}px`;
    canvas.style.height = `${height}px`;
    const pen = canvas.getContext("2d");
    pen.scale(sharp, sharp);
    return pen;
  }

  thumb(canvas, place) {
    const [side, { T, palette }] = [92, this];
    const pen = this.pen(canvas, side, side);
    const step = side / T;
    const tones = [palette.second, mix(palette.second, palette.query, 0.45), palette.query];
    for (let q = 0; q < T; q++)
      for (let k = 0; k <= q; k++) {
        pen.fillStyle = tones[this.read(q, k, place)];
        pen.fillRect(k * step, q * step, step + 0.3, step + 0.3);
      }
  }

  paintGrid() {
    const { T, pitch, gutter, palette, s: { reader } } = this;
    if (!pitch) return;
    const pen = this.pen(this.canvas, gutter + T * pitch + 2, T * pitch + 2);
    const gap = pitch > 16 ? 2 : pitch > 8 ? 1 : 0.5;
    const pale = [palette.second, mix(palette.second, palette.query, 0.28), mix(palette.second, palette.query, 0.58)];
    const dark = [mix(palette.second, palette.ink, 0.12), mix(palette.second, palette.query, 0.55), palette.query];
    for (let q = 0; q < T; q++)
      for (let k = 0; k <= q; k++) {
        pen.fillStyle = (q === reader ? dark : pale)[this.read(q, k)];
        pen.fillRect(gutter + k * pitch, q * pitch, pitch - gap, pitch - gap);
      }
    pen.strokeStyle = palette.ink;
    pen.lineWidth = 1.5;
    pen.strokeRect(gutter - 1, reader * pitch - 1 + (reader ? 0 : 1), (reader + 1) * pitch + 1, pitch + 1);
    pen.textAlign = "right";
    pen.textBaseline = "middle";
    for (let q = 0; q < T; q++) {
      if (pitch < 14 && q !== reader) continue;
      pen.fillStyle = q === reader ? palette.ink : palette.soft;
      pen.font = `${q === reader ? 600 : 400} 13px ${getComputedStyle(this.box).getPropertyValue("--mono") || "monospace"}`;
      pen.fillText(this.cut(pen, this.board.names[q], gutter - 8), gutter - 7, clamp(q * pitch + pitch / 2, 8, T * pitch - 6));
    }
  }

  cut(pen, name, width) {
    const letters = Array.from(name);
    while (letters.length > 1 && pen.measureText(letters.join("")).width > width) letters.splice(-2, 2, "…");
    return letters.join("");
  }

  paintCone() {
    const { T, coneWidth, palette, depth, s: { reader } } = this;
    this.coneTitle.textContent = this.fill("cone-title", { reader: this.quoted(reader) });
    const counts = range(depth).map((l) => range(reader + 1).filter((k) => (this.layers(reader, k) ?? 255) <= l + 1).length);
    const told = counts.length > 6 ? [...counts.slice(0, 4), "…", counts.at(-1)] : counts;
    const formula = this.kind === "sliding" ? this.fill("far-sliding", { size: this.size, less: this.size - 1 }) : "";
    const last = this.layers(reader, 0);
    const end = reader === 0 ? "" : last === null ? this.fill("far-never", { first: this.quoted(0), n: this.d.layers })
      : this.fill(last === 1 ? "far-one" : "far-layers", { first: this.quoted(0), n: last });
    this.coneText.textContent = [this.fill("far", { counts: told.join(", ") }), end, formula].filter(Boolean).join(" ");
    this.cone.setAttribute("aria-label", `${this.coneTitle.textContent}. ${this.coneText.textContent}`);
    if (!coneWidth) return;
    const label = 30;
    const high = clamp(Math.floor(200 / depth), 6, 22);
    const step = (coneWidth - label) / T;
    const pen = this.pen(this.cone, coneWidth, depth * high);
    pen.font = `13px ${getComputedStyle(this.box).getPropertyValue("--mono") || "monospace"}`;
    pen.textAlign = "right";
    pen.textBaseline = "middle";
    for (let l = 1; l <= depth; l++) {
      const y = (l - 1) * high;
      pen.fillStyle = palette.soft;
      if (high >= 14 || l === 1 || l === depth || l % 5 === 0) pen.fillText(String(l), label - 8, clamp(y + high / 2, 7, depth * high - 6));
      for (let k = 0; k < T; k++) {
        const n = k <= reader ? this.layers(reader, k) : null;
        if (k > reader) continue;
        pen.fillStyle = n === 0 ? palette.ink : n !== null && n <= l ? this.tone(n) : palette.second;
        pen.fillRect(label + k * step, y, Math.max(step - (step > 8 ? 1 : 0.4), 0.5), high - 1);
      }
    }
  }

  paintSums() {
    const { w, d, T, totals: { full, own }, s: { reader } } = this;
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
    const equation = span("", `${sums[0]} = ${sums[1] ? `${sums[1]} = ` : ""}`, bold(this.whole(this.row(reader, 0))));
    const rows = [line(equation, this.fill(this.kind === "alternating" ? "sum-row-alternating" : "sum-row", { reader: this.quoted(reader), i }))];
    if (this.kind === "alternating") {
      const local = 2 * own - full;
      rows.push(line(span("", `(${this.whole(local)} + ${this.whole(full)}) ÷ 2 = `, bold(this.whole(own))), w["sum-average"]));
    }
    rows.push(line(span("", `${this.whole(own)} ÷ ${this.whole(full)} = `, bold(this.percent(own / full))), this.fill("sum-all", { n: T })));
    rows.push(line(span("", `${this.whole(own)} × ${d.heads} × ${d.layers} = `, bold(this.whole(own * d.heads * d.layers))),
      this.fill("sum-model", { heads: d.heads, layers: d.layers, full: this.whole(full * d.heads * d.layers) })));
    const reach = this.layers(reader, 0);
    if (this.kind === "sliding" && reach > 1)
      rows.push(line(span("", `${reach} × (${n} − 1) + 1 = `, bold(this.whole(reach * (n - 1) + 1))), this.fill("sum-reach", { n: reach, i, first: this.quoted(0) })));
    this.arith.replaceChildren(...rows);
  }

  // ------------------------------------------------------------ pointing and sizes

  /** The cell under the pointer, [row, column], or null. */
  cell(event) {
    const box = this.canvas.getBoundingClientRect();
    const k = Math.floor((event.clientX - box.left - this.gutter) / this.pitch);
    const q = Math.floor((event.clientY - box.top) / this.pitch);
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
    const name = k > q ? "cell-future" : n === null ? "cell-never" : this.read(q, k) === 2 ? "cell-reads" : this.read(q, k) ? "cell-half" : "cell-hidden";
    this.probe.textContent = this.fill(name, { ...values, n });
  }

  /** Cells as large as the width allows. */
  fit() {
    const width = this.grid?.clientWidth;
    if (!width) return;
    this.gutter = width < 380 ? 62 : 84;
    this.pitch = clamp((width - this.gutter - 4) / this.T, 2, 36);
    this.coneWidth = this.cone.parentElement.clientWidth;
    this.paintPatterns();
    this.paintRow();
  }
}
