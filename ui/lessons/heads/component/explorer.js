// All heads of a layer as small maps, grouped by the keys and values they share; the chosen one large, what it
// writes at every token beside it; and what the heads of this layer write at one token, added up.

import { shade } from "../../../components/base/colours.js";
import { button, div, dotted, el, plain, span, weave } from "../../../components/base/elements.js";
import { best, clamp, range, unpack } from "../../../components/base/numbers.js";
import { weightScale } from "../../../components/base/scale.js";
import { arrows, check, linked, Radios, remember, still } from "../../../components/base/view.js";
import { Layers } from "../../../components/layers/layers.js";
import { at } from "./grid.js";
import { choose, chosen, Figure, spoken, word } from "./head.js";
import { drawThumbs, NUMBERED, paintMap, probeAt, rowAt } from "./maps.js";
import { paintSum } from "./sum.js";

export class Explorer extends Figure {
  /** @type {import("./index.js").ExplorerData} */
  d;

  fresh;
  summed = false; // whether the sum is shown in numbers

  constructor(box) {
    super(box);
    this.listen(window, "vetro-head-show", () =>
      this.top.scrollIntoView({ behavior: still() ? "auto" : "smooth", block: "start" }),
    );
  }

  update(data, palette) {
    const fresh = JSON.stringify(data.tokens);
    const [first, changed] = [this.fresh === undefined, this.fresh !== fresh];
    [this.d, this.w, this.palette, this.fresh] = [data, data.words, palette, fresh];
    if (changed) {
      this.a = unpack(data);
      this.T = data.tokens.length;
      this.reader = first ? linked("token", this.T, this.T - 1) : this.T - 1;
      if (!first) remember({ token: null });
    }
    this.ramp = range(256).map((i) => shade(palette, i / 255));
    this.build();
    this.fit();
    this.follow();
  }

  get sizes() {
    return this.d.sizes;
  }
  get each() {
    return this.sizes.heads / this.sizes.groups;
  }
  count(n) {
    return spoken(n, this.w, this.d.lang);
  }
  plain(t) {
    return plain(this.d.tokens[t]);
  }
  word(t) {
    return word(this.d.tokens[t]);
  }
  weave(name, values) {
    return weave(this.w[name], values);
  }

  weight(l, h, q, k) {
    return this.a.pattern.values[((l * this.sizes.heads + h) * this.T + q) * this.T + k];
  }
  length(l, h, t) {
    return this.a.lengths.values[(l * this.sizes.heads + h) * this.T + t];
  }
  part(l, h, t) {
    return this.a.parts.values[(l * this.sizes.heads + h) * this.T + t];
  }
  /** Norm of the part of what a head writes at `q` that comes from `k`. */
  source(l, h, q, k) {
    return this.weight(l, h, q, k) * this.a.sources.values[(l * this.sizes.heads + h) * this.T + k];
  }
  per(name, l, t) {
    return this.a[name].values[l * this.T + t];
  }

  /** The token that a head reads most from `q`. */
  most(l, h, q) {
    return best(range(q + 1), (k) => this.weight(l, h, q, k));
  }

  /** How much of their weight the heads of a layer give, from the reader, to other tokens than the first. */
  awake(l) {
    const { heads } = this.sizes;
    return range(heads).reduce((sum, h) => sum + (1 - this.weight(l, h, this.reader, 0)) / heads, 0);
  }

  read(t) {
    this.reader = t;
    remember({ token: t + 1 });
    this.follow();
  }

  // ------------------------------------------------------------ the parts that stay

  build() {
    const { w } = this;
    const { layers, heads, groups } = this.sizes;
    this.layers = new Layers(layers, w.layer, (layer) => choose(layer, chosen(this.d)[1]));
    this.shadeNote = span("note");

    this.thumbs = range(heads).map((head) =>
      button(
        "thumb",
        { role: "radio", onclick: () => choose(chosen(this.d)[0], head) },
        el("canvas", { "aria-hidden": "true" }),
        span("", String(head + 1)),
      ),
    );
    const label = (g) =>
      el(
        "p",
        { className: "note" },
        ...this.weave("shared", { k: span("key", `k\u202f${g + 1}`), v: span("value", `v\u202f${g + 1}`) }),
      );
    const rows = range(groups).map((g) =>
      div("group", div("three", ...this.thumbs.slice(g * this.each, (g + 1) * this.each)), label(g)),
    );
    this.headsTitle = el("h2", { className: "eyebrow" });
    this.heads = arrows(el("div", { className: "multiples", role: "radiogroup" }, ...rows), (down, right) => {
      const [layer, head] = chosen(this.d);
      const next = clamp(head + right + down * this.each, 0, heads - 1);
      choose(layer, next);
      this.thumbs[next].focus();
    });

    this.title = el("h2", { className: "eyebrow" });
    this.names = new Radios(
      "names",
      w.reader,
      this.d.tokens.map((token) => button("name", {}, ...dotted(token))),
      (t) => this.read(t),
    );
    this.canvas = el("canvas", {
      className: "map",
      "aria-hidden": "true",
      onclick: (event) => this.read(rowAt(this, event)),
    });
    this.canvas.onpointermove = (event) => probeAt(this, event);
    this.canvas.onpointerleave = () => probeAt(this);
    this.board = div("board", this.names.node, this.canvas);
    this.scale = weightScale(this.palette, this.d.lang);
    this.pointed = el("p", { className: "note pointed" });
    this.steps = el("a", { className: "note" }, w["two-steps"]);

    this.sentence = el("p", { className: "read", "aria-live": "polite" });
    this.parts = el("p", { className: "said", "aria-live": "polite" });
    this.writes = el("section", { className: "writes" });
    this.top = el(
      "section",
      { className: "top" },
      div("over", el("h2", { className: "eyebrow" }, w.layer), this.shadeNote),
      this.layers.node,
    );
    this.box.replaceChildren(
      this.top,
      div(
        `instrument${this.T > 16 ? " long" : ""}`,
        el("section", { "data-part": w["part-heads"] }, this.headsTitle, this.heads),
        el(
          "section",
          { className: "one", "data-part": w["part-map"] },
          div("over", this.title, span("note", w["map-note"])),
          this.board,
          this.scale,
          this.pointed,
          this.steps,
        ),
      ),
      this.sentence,
      this.parts,
      this.writes,
    );
  }

  // ------------------------------------------------------------ what follows the choice

  follow() {
    const { reader } = this;
    const { heads } = this.sizes;
    const [layer, head] = chosen(this.d);
    this.shadeNote.textContent = this.fill("shade", { reader: this.plain(reader) });
    this.layers.marks.forEach(
      (mark, l) => (mark.style.background = this.ramp[Math.round(255 * clamp(this.awake(l), 0, 1))]),
    );
    this.layers.paint(layer, this.fill("layer-name", { layer: layer + 1, p: this.percent(this.awake(layer)) }));
    this.headsTitle.textContent = this.fill("heads-title", { count: this.count(heads), layer: layer + 1 });
    this.heads.setAttribute("aria-label", this.headsTitle.textContent);
    check(this.thumbs, head);
    this.thumbs.forEach((thumb, h) => {
      const most = this.most(layer, h, reader);
      thumb.setAttribute(
        "aria-label",
        this.fill("head-name", {
          head: h + 1,
          word: this.plain(most),
          p: this.percent(this.weight(layer, h, reader, most)),
        }),
      );
    });
    this.title.textContent = this.fill("head-title", { layer: layer + 1, head: head + 1 });
    this.names.paint(reader);
    this.names.buttons.forEach((name, t) => {
      const most = this.most(layer, head, t);
      name.setAttribute(
        "aria-label",
        this.fill("row-name", {
          reader: this.d.tokens[t],
          word: this.plain(most),
          p: this.percent(this.weight(layer, head, t, most)),
          x: this.number(this.length(layer, head, t)),
        }),
      );
    });
    this.steps.href = `attention?layer=${layer + 1}&head=${head + 1}&token=${reader + 1}`;
    probeAt(this);
    drawThumbs(this);
    paintMap(this);
    this.say(layer, head);
    paintSum(this, layer, head);
  }

  say(layer, head) {
    const { reader } = this;
    const most = this.most(layer, head, reader);
    const longer = range(this.sizes.heads).filter(
      (h) => this.length(layer, h, reader) > this.length(layer, head, reader),
    ).length;
    const rank = this.fill(longer === 0 ? "rank-first" : longer === 1 ? "rank-second" : "rank-other", {
      count: this.count(longer),
    });
    const p = span("named", this.percent(this.weight(layer, head, reader, most)));
    const x = span("named", this.number(this.length(layer, head, reader)));
    const section = reader === 0 ? "read-first" : most === reader ? "read-self" : "read-aloud";
    this.sentence.replaceChildren(
      ...this.weave(section, { reader: this.word(reader), word: this.word(most), p, x, head: String(head + 1) }),
    );
    this.parts.replaceChildren(...(reader === 0 ? [] : [...this.from(layer, head, most), " "]), rank);
  }

  /** How much of what the head writes at the reader comes from the token that it reads most. */
  from(layer, head, most) {
    const { reader } = this;
    const norm = (k) => this.source(layer, head, reader, k);
    const other = best(range(reader + 1), norm);
    const values = { word: this.word(most), part: this.number(norm(most)) };
    if (other === most) return this.weave("read-part", values);
    return this.weave("read-part-less", { ...values, more: this.number(norm(other)), other: this.word(other) });
  }

  // ------------------------------------------------------------ canvases

  /** Cells of the large map are as large as the width allows. What is asked of the page is asked here, not while
   * drawing. */
  fit() {
    const width = this.board.clientWidth;
    if (!width) return;
    const letter = 7.9;
    const longest = Math.max(...this.d.tokens.map((t) => Array.from(t).length)) * letter + 12;
    this.label = Math.min(longest, width < 400 ? 84 : 118);
    this.bars = width < 400 ? 74 : 108; // room for the lengths at the right
    this.pitch = clamp(Math.floor((2 * (width - this.label - this.bars)) / this.T) / 2, 4, 50);
    this.head = Math.max(
      22,
      ...this.d.tokens.map((t, k) => Math.min(Array.from(t).length * letter + 8, 110) - k * this.pitch),
    );
    this.every = Math.ceil(12.5 / this.pitch); // names that would collide are left out
    this.width = width - this.label;
    const style = getComputedStyle(this.canvas);
    this.fonts = { mono: style.fontFamily, sans: style.getPropertyValue("--sans") };
    this.thumbWidth = this.thumbs[0].firstElementChild.clientWidth;
    this.drawn = null;
    this.scale.hidden = this.pitch >= NUMBERED;
    at(this.board, { "--label": `${this.label}px`, "--pitch": `${this.pitch}px`, "--head": `${this.head}px` });
    drawThumbs(this);
    paintMap(this);
  }
}
