// All heads of a layer as small maps, grouped by the keys and values they share; the chosen one large, what it writes at every
// token beside it; and what the heads of this layer write at one token, added up.

import { readable, shade } from "../../../components/base/colours.js";
import { button, chip, div, dotted, el, plain, span, weave, within } from "../../../components/base/elements.js";
import { best, clamp, range, unpack } from "../../../components/base/numbers.js";
import { arrows, check, linked, Radios, remember, still } from "../../../components/base/view.js";
import { Layers } from "../../../components/layers/layers.js";
import { at } from "./grid.js";
import { choose, chosen, drawMap, Figure, spoken, word } from "./head.js";

export class Explorer extends Figure {
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
    this.headsTitle = el("h3", { className: "eyebrow" });
    this.heads = arrows(el("div", { className: "multiples", role: "radiogroup" }, ...rows), (down, right) => {
      const [layer, head] = chosen(this.d);
      const next = clamp(head + right + down * this.each, 0, heads - 1);
      choose(layer, next);
      this.thumbs[next].focus();
    });

    this.title = el("h3", { className: "eyebrow" });
    this.names = new Radios(
      "names",
      w.reader,
      this.d.tokens.map((token) => button("name", {}, ...dotted(token))),
      (t) => this.read(t),
    );
    this.canvas = el("canvas", {
      className: "map",
      "aria-hidden": "true",
      onclick: (event) => this.read(this.row(event)),
    });
    this.canvas.onpointermove = (event) => this.point(event);
    this.canvas.onpointerleave = () => this.point();
    this.board = div("board", this.names.node, this.canvas);
    this.pointed = el("p", { className: "note pointed" });
    this.steps = el("a", { className: "note" }, w["two-steps"]);

    this.sentence = el("p", { className: "read", "aria-live": "polite" });
    this.writes = el("section", { className: "writes" });
    this.top = el(
      "section",
      { className: "top" },
      div("over", el("h3", { className: "eyebrow" }, w.layer), this.shadeNote),
      this.layers.node,
    );
    this.box.replaceChildren(
      this.top,
      div(
        "instrument",
        el("section", {}, this.headsTitle, this.heads),
        el(
          "section",
          { className: "one" },
          div("over", this.title, span("note", w["map-note"])),
          this.board,
          this.pointed,
          this.steps,
        ),
      ),
      this.sentence,
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
    this.point();
    this.drawThumbs();
    this.drawMap();
    this.say(layer, head);
    this.add(layer, head);
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
      " ",
      rank,
    );
  }

  /** What the heads of this layer write at the reader: a row for each, and their sum. */
  add(layer, head) {
    const { w, reader } = this;
    const { heads } = this.sizes;
    const kept = this.focused?.dataset.at; // drawn anew: the focus comes back
    const lengths = range(heads).map((h) => this.length(layer, h, reader));
    const together = this.per("together", layer, reader);
    const scale = Math.max(together, ...lengths);
    const bar = (x, kind) => [
      el("i", { className: `bar ${kind}`, style: { width: `calc((100% - 64px) * ${x / scale})` } }),
      span("length", this.number(x)),
    ];
    const row = (h) => {
      const most = this.most(layer, h, reader);
      const properties = {
        className: `${h % this.each ? "" : "begins"} ${h === head ? "chosen" : ""}`,
        onclick: () => choose(layer, h),
      };
      return el(
        "tr",
        properties,
        el(
          "th",
          { scope: "row" },
          button("go-head", { "data-at": `row-${h}`, "aria-pressed": h === head }, this.fill("head", { head: h + 1 })),
        ),
        el(
          "td",
          { className: "reads" },
          chip(this.d.tokens[most]),
          " ",
          span("share", this.percent(this.weight(layer, h, reader, most))),
        ),
        el("td", { className: "bars" }, ...bar(lengths[h], "")),
      );
    };
    const sum = lengths.reduce((a, b) => a + b, 0);
    this.writes.replaceChildren(
      el("h3", {}, ...this.weave("writes-title", { count: this.count(heads), reader: this.word(reader) })),
      el(
        "table",
        {},
        el(
          "thead",
          {},
          el(
            "tr",
            {},
            el("td", {}),
            el("th", { scope: "col" }, w["col-most"]),
            el("th", { scope: "col" }, w["col-length"]),
          ),
        ),
        el("tbody", {}, ...range(heads).map(row)),
        el(
          "tfoot",
          {},
          el(
            "tr",
            {},
            el("th", { scope: "row", colSpan: 2 }, this.fill("together", { count: this.count(heads) })),
            el("td", { className: "bars" }, ...bar(together, "whole")),
          ),
        ),
      ),
      el(
        "p",
        { className: "note" },
        this.fill("lengths-note", {
          count: this.count(heads),
          sum: this.number(sum),
          together: this.number(together),
          stream: this.number(this.per("stream", layer, reader)),
        }),
      ),
      this.arithmetic(layer, head),
    );
    if (kept) this.box.querySelector(`[data-at="${kept}"]`)?.focus({ preventScroll: true });
  }

  /** Side by side, through the output projection; and one number of the sum, head by head. */
  arithmetic(layer, head) {
    const { reader, T } = this;
    const { heads } = this.sizes;
    const { width, inner } = this.d;
    const side = heads * inner;
    const z = (h) => span("", span("own", "z"), el("sub", {}, String(h + 1)));
    const matrix = (h) => span("", "W", el("sup", {}, "O"), h === undefined ? "" : el("sub", {}, String(h + 1)));
    const size = (...sizes) => span("size", ` (${sizes.map((n) => this.integer(n)).join(", ")})`);
    const terms = range(heads).flatMap((h) => [
      h ? " + " : "",
      el(h === head ? "b" : "span", {}, this.term(this.part(layer, h, reader))),
    ]);
    const values = {
      place: this.integer(this.per("place", layer, reader) + 1),
      width: this.integer(width),
      reader: this.word(reader),
    };
    return div(
      "arith",
      el(
        "p",
        {},
        span("piece", "[ ", z(0), " ", z(1), " … ", z(heads - 1), " ]", size(T, side)),
        span("piece", "× ", matrix(), size(side, width)),
        span("piece", "= attn_out", size(T, width)),
        span("note", this.fill("side", { heads, inner, side: this.integer(side) })),
      ),
      el(
        "p",
        {},
        span(
          "piece",
          "= ",
          z(0),
          " ",
          matrix(0),
          " + ",
          z(1),
          " ",
          matrix(1),
          " + … + ",
          z(heads - 1),
          " ",
          matrix(heads - 1),
        ),
        span("note", this.fill("slices", { inner, width: this.integer(width) })),
      ),
      el(
        "p",
        {},
        span("note", ...this.weave("one-number", values)),
        el("br"),
        ...terms,
        " = ",
        el("b", {}, this.number(range(heads).reduce((sum, h) => sum + this.part(layer, h, reader), 0))),
      ),
      el(
        "p",
        {},
        span(
          "note",
          this.fill("own-number", {
            own: this.number(this.per("own", layer, reader)),
            width: this.integer(width),
            difference: this.number(this.a.difference.values[layer]),
          }),
        ),
      ),
    );
  }

  term(x) {
    return x < 0 ? `(${this.number(x)})` : this.number(x);
  }

  // ------------------------------------------------------------ canvases

  drawThumbs() {
    const [layer] = chosen(this.d);
    if (!this.thumbWidth || layer === this.drawn) return;
    this.drawn = layer;
    this.thumbs.forEach((thumb, h) =>
      drawMap(
        thumb.firstChild,
        this.thumbWidth,
        this.T,
        this.a.pattern.values,
        (layer * this.sizes.heads + h) * this.T * this.T,
        this.ramp,
      ),
    );
  }

  /** Cells of the large map are as large as the width allows. What is asked of the page is asked here, not while drawing. */
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
    this.every = Math.ceil(15 / this.pitch); // names that would collide are left out
    this.width = width - this.label;
    const style = getComputedStyle(this.canvas);
    this.fonts = { mono: style.fontFamily, sans: style.getPropertyValue("--sans") };
    this.thumbWidth = this.thumbs[0].firstChild.clientWidth;
    this.drawn = null;
    at(this.board, { "--label": `${this.label}px`, "--pitch": `${this.pitch}px`, "--head": `${this.head}px` });
    this.drawThumbs();
    this.drawMap();
  }

  drawMap() {
    if (!this.pitch) return;
    const { T, pitch, head: top, canvas, palette, reader, every, fonts, width } = this;
    const [layer, head] = chosen(this.d);
    const sharp = devicePixelRatio || 1;
    const height = top + T * pitch + 4;
    Object.assign(canvas.style, { width: `${width}px`, height: `${height}px` });
    [canvas.width, canvas.height] = [Math.round(width * sharp), Math.round(height * sharp)];
    const pen = canvas.getContext("2d");
    pen.scale(sharp, sharp);
    pen.textBaseline = "middle";
    const gap = pitch > 20 ? 2 : pitch > 9 ? 1 : 0.5;
    for (let q = 0; q < T; q++)
      for (let k = 0; k <= q; k++) {
        const weight = this.weight(layer, head, q, k);
        const colour = this.ramp[Math.round(255 * weight)];
        pen.fillStyle = colour;
        pen.beginPath();
        pen.roundRect(k * pitch, top + q * pitch, pitch - gap, pitch - gap, Math.min(3, pitch / 8));
        pen.fill();
        if (pitch < 26) continue;
        pen.fillStyle = readable(colour, palette);
        pen.font = `${weight >= 0.2 ? 600 : 400} ${pitch < 40 ? 12 : 14}px ${fonts.sans}`;
        pen.textAlign = "center";
        pen.fillText(Math.round(100 * weight), k * pitch + (pitch - gap) / 2, top + q * pitch + (pitch - gap) / 2 + 1);
      }
    const told = (i, most) => i === most || (i % every === 0 && Math.abs(i - most) >= every);
    const most = this.most(layer, head, reader);
    const text = (bold) => `${bold ? 700 : 400} 13px ${fonts.mono}`;
    pen.textAlign = "left";
    this.d.tokens.forEach((token, k) => {
      // names of columns, on the staircase that the future leaves
      if (!told(k, most)) return;
      pen.save();
      pen.translate(k * pitch + pitch / 2, top + k * pitch - 5);
      pen.rotate(-Math.PI / 2);
      pen.font = text(k === most);
      pen.fillStyle = k === most ? palette.ink : palette.soft;
      pen.fillText(Array.from(token).slice(0, 13).join(""), 0, 0);
      pen.restore();
    });
    const left = T * pitch + 16;
    const room = width - left - 46;
    const longest = Math.max(...range(T).map((t) => this.length(layer, head, t)));
    pen.font = `500 12px ${fonts.sans}`;
    pen.fillStyle = palette.soft;
    pen.fillText(this.w["writes-column"], left, top - 12);
    range(T).forEach((t) => {
      const x = this.length(layer, head, t);
      const middle = top + t * pitch + (pitch - gap) / 2;
      pen.fillStyle = palette.query;
      const thick = Math.min(12, Math.max(2, pitch - 3));
      pen.fillRect(left, middle - thick / 2, Math.max(1.5, room * (x / longest)), thick);
      if (!told(t, reader)) return;
      pen.fillStyle = palette.ink;
      pen.font = `${t === reader ? 700 : 400} 12px ${fonts.mono}`;
      pen.fillText(this.number(x), left + (pitch < 16 ? room : Math.max(1.5, room * (x / longest))) + 6, middle + 1); // a column where bars are close
    });
    pen.strokeStyle = palette.ink;
    pen.lineWidth = 2;
    pen.beginPath();
    pen.roundRect(1, top + reader * pitch - 2, (reader + 1) * pitch, pitch + 2, 5);
    pen.stroke();
    this.names.buttons.forEach((name, t) => name.classList.toggle("left-out", !told(t, reader)));
  }

  row(event) {
    return clamp(Math.floor((within(this.canvas, event)[1] - this.head) / this.pitch), 0, this.T - 1);
  }

  /** The cell under the pointer, in words; without one, a word about the bars. */
  point(event) {
    const [x, y] = event ? within(this.canvas, event) : [0, -1];
    const [q, k] = [event ? Math.floor((y - this.head) / this.pitch) : -1, Math.floor(x / this.pitch)];
    const [layer, head] = chosen(this.d);
    const inside = q >= 0 && q < this.T && k >= 0 && k <= q;
    this.pointed.textContent = inside
      ? this.fill("cell-name", {
          reader: this.plain(q),
          word: this.plain(k),
          p: this.percent(this.weight(layer, head, q, k)),
        })
      : this.w["bars-note"];
  }
}
