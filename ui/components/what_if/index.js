// The attention after the changes, on which edges are cut. `data` comes from ui/what_if_map.py. The head that is shown is
// chosen here and stands in the link; a deed (cut, silence, scale …) is reported, and new data come back. Layers, heads
// and tokens count from 0 here, from 1 on screen and in the link.

const boards = new WeakMap(); // outlives new data
const SCOPES = ["head", "layer", "all"];

export default function whatIf({ data, parentElement, setTriggerValue }) {
  let board = boards.get(parentElement);
  if (!board) boards.set(parentElement, (board = new Board(parentElement.querySelector(".root"))));
  board.report = (deed) => setTriggerValue("deed", deed);
  board.update(data, colours(parentElement));
  return () => {
    board.remove();
    boards.delete(parentElement);
  };
}

class Board {
  constructor(root) {
    this.box = div("what-if");
    root.append(this.box);
    this.watch = new ResizeObserver(() => this.fit());
    this.watch.observe(this.box);
  }

  remove() {
    this.watch.disconnect();
    this.box.remove();
  }

  update(data, palette) {
    const [first, prompt] = [this.d === undefined, JSON.stringify(data.prompt)];
    const [same, shape_] = [this.prompt === prompt, JSON.stringify([data.tokens, data.lang])];
    [this.d, this.w, this.prompt, this.a] = [data, data.words, prompt, unpack(data)];
    [this.L, this.H, this.T] = this.a.pattern.shape;
    if (!same) this.begin(first);
    this.ramp = range(256).map((i) => shade(palette, i / 255));
    this.inks = this.ramp.map((colour) => readable(colour, palette));
    if (!same || this.built !== shape_) this.build();
    this.built = shape_;
    this.fit();
    this.paint();
    if (!first) remember({ layer: this.s.layer + 1, head: this.s.head + 1 }); // the server, which wrote the link, does not know them
  }

  /** Another model or prompt: the link's head, else the one that the page begins with. */
  begin(first) {
    const link = new URL(location.href).searchParams;
    const asked = (name, count) => {
      const n = Number(link.get(name));
      return first && Number.isInteger(n) && n >= 1 && n <= count ? n - 1 : null;
    };
    const [layer, head] = this.d.start;
    this.s = { layer: asked("layer", this.L) ?? layer, head: asked("head", this.H) ?? head, scope: 0, query: this.T - 1, key: 0 };
  }

  // ------------------------------------------------------------ what is chosen

  choose(change) {
    Object.assign(this.s, change);
    this.paint();
    remember({ layer: this.s.layer + 1, head: this.s.head + 1 });
  }

  weight(q, k) { return this.a.pattern.values[((this.s.layer * this.H + this.s.head) * this.T + q) * this.T + k]; }
  read(q, k) { return this.a.mask.values[(this.s.layer * this.T + q) * this.T + k] === 1; }
  fits(place, own) { return place === null || place === own; }
  cut(q, k, l = this.s.layer, h = this.s.head) {
    return this.d.cuts.some(([layer, head, query, key]) => query === q && key === k && this.fits(layer, l) && this.fits(head, h));
  }
  changed(l, h) { return this.d.heads.find(({ layer, head }) => layer === l && head === h); }
  marked(l) { return this.d.heads.some(({ layer }) => layer === l) || this.d.cuts.some(([layer]) => layer === l); }
  plain(t) { return this.d.tokens[t].replace(/^·(?=.)/, ""); }
  dotted(token) { return token.startsWith("·") ? [span("space", "·"), token.slice(1)] : [token]; }
  fill(name, values) { return fill(this.w[name], values); }
  deed(deed) { this.report({ layer: this.s.layer, head: this.s.head, ...deed, turn: (this.turn = (this.turn ?? 0) + 1) }); }

  cutAt(q, k) {
    this.choose({ query: q, key: k });
    if (this.read(q, k)) this.deed({ do: "cut", scope: SCOPES[this.s.scope], query: q, key: k });
  }

  // ------------------------------------------------------------ the parts that stay

  build() {
    const { T, w } = this;
    const { tokens } = this.d;
    this.title = el("h3", { className: "eyebrow" });
    this.names = tokens.map((token) => el("div", { className: "name", role: "rowheader" }, ...this.dotted(token)));
    this.columns = tokens.map((token, k) =>
      el("div", { className: "column", "aria-hidden": "true", style: { left: `calc(var(--label) + ${k + 0.5} * var(--pitch) - 1px)` } }, ...this.dotted(token)));
    this.cells = range(T * T).map((i) =>
      el("div", { className: "cell", role: "gridcell", style: { left: `calc(var(--label) + ${i % T} * var(--pitch))` } }));
    this.map = arrows(
      el("div", { className: "map", role: "grid" },
        ...range(T).map((q) => el("div", { className: "row", role: "row" }, this.names[q], ...this.cells.slice(q * T, q * T + T)))),
      (down, right) => {
        const query = clamp(this.s.query + down, 0, T - 1);
        const keys = range(T).filter((k) => this.read(query, k));
        const wanted = clamp(this.s.key + right, keys[0], keys.at(-1));
        const key = right > 0 ? keys.find((k) => k >= wanted) : keys.findLast((k) => k <= wanted);
        this.choose({ query, key });
        this.cells[query * T + key].focus();
      });
    this.map.addEventListener("click", (event) => {
      const i = this.cells.indexOf(event.target.closest(".cell"));
      if (i >= 0) this.cutAt(Math.floor(i / T), i % T);
    });
    this.map.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      this.cutAt(this.s.query, this.s.key);
    });
    this.map.addEventListener("pointerover", (event) => {
      const i = this.cells.indexOf(event.target.closest(".cell"));
      if (i >= 0) this.tell(Math.floor(i / T), i % T);
    });
    this.board = div("board", ...this.columns, this.map);
    this.line = el("p", { className: "line", "aria-live": "polite" });
    this.scopes = new Radios("scopes", w.scope, SCOPES.map((name) => button("chip", {}, w[`scope-${name}`])), (scope) => this.choose({ scope }));

    this.layers = range(this.L).map((l) => el("i", {}, el("b", {}, String(l + 1))));
    this.strip = arrows(
      el("div", { className: "layers", role: "slider", tabIndex: 0, "aria-label": w["map-layer"], "aria-valuemin": 1, "aria-valuemax": this.L }, ...this.layers),
      (down, right) => this.choose({ layer: clamp(this.s.layer + right - down, 0, this.L - 1) }));
    const scrub = (event) => {
      const place = this.strip.getBoundingClientRect();
      const layer = clamp(Math.floor(((event.clientX - place.left) / place.width) * this.L), 0, this.L - 1);
      if (layer !== this.s.layer) this.choose({ layer });
    };
    this.strip.onpointerdown = (event) => (this.strip.setPointerCapture(event.pointerId), scrub(event));
    this.strip.onpointermove = (event) => event.buttons && scrub(event);

    this.thumbs = range(this.H).map((head) => button("thumb", {}, el("canvas", { "aria-hidden": "true" }), span("")));
    this.heads = new Radios("heads", w["map-heads"], this.thumbs, (head) => this.choose({ head }));
    this.headsTitle = el("h3", { className: "eyebrow" });
    this.deeds = div("deeds");
    this.box.replaceChildren(
      div(`instrument${T > 16 ? " long" : ""}`,
        el("section", {}, div("over", this.title, span("note", w["map-note"])), this.board, this.line,
          div("reach", span("note", w.scope), this.scopes.node)),
        el("section", { className: "selectors" },
          div("over", el("h3", { className: "eyebrow" }, w["map-layer"]), span("note", w["map-marked"])), this.strip,
          this.headsTitle, this.heads.node, this.deeds)));
  }

  // ------------------------------------------------------------ what follows the choice

  paint() {
    const kept = this.box.getRootNode().activeElement?.dataset.at; // buttons that are drawn anew give the focus back
    this.paintMap();
    this.paintSelectors();
    this.paintDeeds();
    if (kept) (this.box.querySelector(`[data-at="${kept}"]`) ?? this.deeds.querySelector("button"))?.focus({ preventScroll: true });
  }

  paintMap() {
    const { T } = this;
    const { layer, head } = this.s;
    if (!this.read(this.s.query, this.s.key)) this.s.key = range(T).find((k) => this.read(this.s.query, k));
    this.title.textContent = this.fill("map-head", { layer: layer + 1, head: head + 1 });
    this.map.setAttribute("aria-label", this.fill("map-name", { layer: layer + 1, head: head + 1 }));
    this.cells.forEach((cell, i) => {
      const [q, k] = [Math.floor(i / T), i % T];
      cell.hidden = !this.read(q, k);
      if (cell.hidden) return;
      const [weight, gone] = [this.weight(q, k), this.cut(q, k)];
      cell.classList.toggle("cut", gone);
      cell.style.background = gone ? "" : this.ramp[Math.round(255 * weight)];
      cell.style.color = gone ? "" : this.inks[Math.round(255 * weight)];
      cell.dataset.percent = gone ? "×" : Math.round(100 * weight);
      cell.setAttribute("aria-label", this.said(q, k));
      const chosen = q === this.s.query && k === this.s.key;
      cell.classList.toggle("chosen", chosen);
      cell.setAttribute("aria-selected", chosen);
      cell.tabIndex = chosen ? 0 : -1;
    });
    this.names.forEach((name, q) => name.classList.toggle("chosen", q === this.s.query));
    this.tell(this.s.query, this.s.key);
    this.place();
  }

  said(q, k) {
    const values = { reader: this.plain(q), word: this.plain(k), p: percent(this.weight(q, k), this.d.lang) };
    return this.fill(this.cut(q, k) ? "cell-cut" : "cell-name", values);
  }

  tell(q, k) {
    this.line.textContent = `${this.said(q, k)} ${this.w[this.cut(q, k) ? "cell-mend" : "cell-click"]}`;
  }

  paintSelectors() {
    const { layer, head } = this.s;
    this.scopes.paint(this.s.scope);
    this.layers.forEach((mark, l) => {
      mark.className = `${l === layer ? "chosen told" : ""}${this.marked(l) ? " marked" : ""}`;
      const round = this.L <= 12 || l === 0 || (l + 1) % 5 === 0;
      if (round && (this.L <= 12 || Math.abs(l - layer) > 1)) mark.classList.add("told");
    });
    this.strip.setAttribute("aria-valuenow", layer + 1);
    this.strip.setAttribute("aria-valuetext", this.fill(this.marked(layer) ? "layer-marked" : "layer-plain", { layer: layer + 1 }));
    this.headsTitle.textContent = this.fill("map-heads-of", { count: this.H, layer: layer + 1 });
    this.heads.paint(head);
    this.thumbs.forEach((thumb, h) => {
      const changed = this.changed(layer, h);
      this.draw(thumb.firstChild, h);
      thumb.lastChild.textContent = String(h + 1);
      thumb.classList.toggle("changed", Boolean(changed));
      thumb.setAttribute("aria-label", changed ? `${h + 1}: ${changed.told}` : this.fill("thumb", { head: h + 1 }));
    });
  }

  /** What can be done to the head that is shown. */
  paintDeeds() {
    const { w } = this;
    const { layer, head } = this.s;
    const changed = this.changed(layer, head);
    const act = (at, label, deed) => button("deed", { "data-at": at, onclick: () => this.deed(deed) }, label);
    const name = span("mono", `${layer + 1}.${head + 1}`);
    this.deeds.replaceChildren(...(changed
      ? [span("", changed.told), act("undo", w["deed-undo"], { do: "undo" })]
      : [span("", w["deed-head"], " ", name), act("silence", w["deed-silence"], { do: "silence" }), act("mean", w["deed-mean"], { do: "mean" }),
        ...this.d.factors.map(([share, factor]) => act(`scale-${share}`, this.fill("deed-scale", { factor }), { do: "scale", percent: share }))]));
  }

  draw(canvas, h) {
    const { T, thumb } = this;
    if (!thumb) return;
    const pen = penOf(canvas, thumb, thumb);
    const step = Math.min(thumb / T, 16);
    const gap = step > 6 ? 1 : 0;
    const start = (this.s.layer * this.H + h) * T * T;
    for (let q = 0; q < T; q++)
      for (let k = 0; k < T; k++) {
        if (!this.read(q, k) || this.cut(q, k, this.s.layer, h)) continue;
        pen.fillStyle = this.ramp[Math.round(255 * this.a.pattern.values[start + q * T + k])];
        pen.fillRect(k * step, q * step, step - gap, step - gap);
      }
  }

  // ------------------------------------------------------------ sizes

  fit() {
    const width = this.board?.clientWidth;
    if (!width) return;
    const letter = 7.9;
    const longest = Math.max(...this.d.tokens.map((t) => Array.from(t).length)) * letter + 14;
    const label = Math.min(longest, width < 400 ? 84 : 128);
    this.pitch = clamp(Math.floor(((width - label - 4) / this.T) * 2) / 2, 4, 52);
    this.board.style.setProperty("--label", `${label}px`);
    this.board.style.setProperty("--pitch", `${this.pitch}px`);
    this.board.style.setProperty("--gap", this.pitch > 20 ? "2px" : this.pitch > 9 ? "1px" : "0.5px");
    this.board.classList.toggle("tiny", this.pitch < 25);
    this.board.classList.toggle("small", this.pitch < 44);
    this.letters = this.d.tokens.map((t) => Math.min(Array.from(t).length * letter + 10, 118));
    this.thumb = this.box.clientWidth > 560 ? 66 : 54;
    this.place();
    this.thumbs.forEach((thumb, h) => this.draw(thumb.firstChild, h));
  }

  /** Names of columns stand on the staircase that the mask leaves; those that would collide are left out. */
  place() {
    if (!this.pitch) return;
    const { T, pitch } = this;
    const top = range(T).map((k) => range(T).find((q) => this.read(q, k)) ?? 0);
    this.board.style.setProperty("--head", `${Math.max(0, ...this.letters.map((length, k) => length - top[k] * pitch))}px`);
    const every = Math.ceil(14 / pitch);
    const told = (i, chosen) => i === chosen || (i % every === 0 && Math.abs(i - chosen) >= every);
    this.columns.forEach((name, k) => {
      name.style.top = `calc(var(--head) + ${top[k] * pitch - 6}px)`;
      name.classList.toggle("left-out", !told(k, this.s.key));
      name.classList.toggle("chosen", k === this.s.key);
    });
    this.names.forEach((name, q) => name.classList.toggle("left-out", !told(q, this.s.query)));
  }
}
