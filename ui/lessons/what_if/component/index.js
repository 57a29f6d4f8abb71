// The attention after the changes, on which edges are cut. `data` comes from ui/lessons/what_if/board.py. The head
// that is shown is chosen here and stands in the link; a deed (cut, silence, scale …) is reported, and new data come
// back. Layers, heads and tokens count from 0 here, from 1 on screen and in the link.

import { readable, shade } from "../../../components/base/colours.js";
import { button, div, el, penOf, plain, span } from "../../../components/base/elements.js";
import { range, unpack } from "../../../components/base/numbers.js";
import { linked, mountView, Radios, remember, View } from "../../../components/base/view.js";
import { weightRows } from "../../../components/base/weights.js";
import { HeadMap } from "../../../components/head_map/map.js";
import { Layers } from "../../../components/layers/layers.js";

/** What ui/lessons/what_if/board.py gives. L layers, H heads, T tokens.
 * @typedef {object} Data
 * @property {string[]} tokens (T,)
 * @property {any[]} cuts where no weight may go @property {{ layer: number, head: number, told: string }[]} heads
 *   changed ones
 * @property {{ layer: number | null, heads: number[], tokens: number[] }[]} touched what changes where, in no layer
 *   before the first
 * @property {[number, number]} start layer and head to begin with @property {[string, string]} prompt model and text
 * @property {[number, string][]} factors by which a head can be multiplied, in hundredths, and in words
 * @property {string} lang @property {Record<string, string>} words
 * @property {Header[]} arrays pattern (L, H, T, T) with the changes; mask (T, T)
 * @property {string} bytes */

const SCOPES = ["head", "layer", "all"];

export default function whatIf(given) {
  return mountView(given, Board, "what-if", (deed) => given.setTriggerValue("deed", deed));
}

class Board extends View {
  /** @type {Data} */
  d;

  H; // heads
  L; // layers
  T; // tokens
  a;
  prompt;

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
    this.map.explain(palette, data.lang);
    this.fit();
    this.paint();
    // the server, which wrote the link, does not know them
    if (!first) remember({ layer: this.s.layer + 1, head: this.s.head + 1 });
  }

  /** Another model or prompt: the link's head, else the one that the page begins with. */
  begin(first) {
    const [layer, head] = this.d.start;
    this.s = { layer, head, scope: 0, query: this.T - 1, key: 0 };
    if (first) Object.assign(this.s, { layer: linked("layer", this.L, layer), head: linked("head", this.H, head) });
  }

  // ------------------------------------------------------------ what is chosen

  choose(change) {
    Object.assign(this.s, change);
    this.paint();
    remember({ layer: this.s.layer + 1, head: this.s.head + 1 });
  }

  weight(q, k) {
    return this.a.pattern.values[((this.s.layer * this.H + this.s.head) * this.T + q) * this.T + k];
  }
  read(q, k) {
    return this.a.mask.values[(this.s.layer * this.T + q) * this.T + k] === 1;
  }
  fits(place, own) {
    return place === null || place === own;
  }
  cut(q, k, l = this.s.layer, h = this.s.head) {
    return this.d.cuts.some(
      ([layer, head, query, key]) => query === q && key === k && this.fits(layer, l) && this.fits(head, h),
    );
  }
  changed(l, h) {
    return this.d.heads.find(({ layer, head }) => layer === l && head === h);
  }
  marked(l, h = null) {
    return this.d.touched.some(({ layer, heads }) => layer === l && (h === null || heads.includes(h)));
  }
  markedToken(t) {
    return this.d.touched.some(({ layer, tokens }) => (layer === null || layer === this.s.layer) && tokens.includes(t));
  }
  plain(t) {
    return plain(this.d.tokens[t]);
  }
  deed(deed) {
    this.report({ layer: this.s.layer, head: this.s.head, ...deed, turn: (this.turn = (this.turn ?? 0) + 1) });
  }

  cutAt(q, k) {
    this.choose({ query: q, key: k });
    if (this.read(q, k)) this.deed({ do: "cut", scope: SCOPES[this.s.scope], query: q, key: k });
  }

  // ------------------------------------------------------------ the parts that stay

  build() {
    const { T, w } = this;
    this.title = el("h3", { className: "eyebrow" });
    this.map = new HeadMap(
      this.d.tokens,
      52,
      (query, key) => this.choose({ query, key }),
      (q, k) => this.cutAt(q, k),
    );
    this.map.grid.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      this.cutAt(this.s.query, this.s.key);
    });
    this.map.grid.addEventListener("pointerover", (event) => this.map.at(event, (q, k) => this.tell(q, k)));
    this.line = el("p", { className: "line", "aria-live": "polite" });
    this.scopes = new Radios(
      "scopes",
      w.scope,
      SCOPES.map((name) => button("chip", {}, w[`scope-${name}`])),
      (scope) => this.choose({ scope }),
    );

    this.layers = new Layers(this.L, w["map-layer"], (layer) => this.choose({ layer }));
    this.thumbs = range(this.H).map(() => button("thumb", {}, el("canvas", { "aria-hidden": "true" }), span("")));
    this.heads = new Radios("heads", w["map-heads"], this.thumbs, (head) => this.choose({ head }));
    this.headsTitle = el("h3", { className: "eyebrow" });
    this.deeds = div("deeds");
    this.box.replaceChildren(
      div(
        `instrument${T > 16 ? " long" : ""}`,
        el(
          "section",
          { "data-part": w["part-map"] },
          div("over", this.title, span("note", w["map-note"])),
          this.map.node,
          this.line,
          div("reach", span("note", w.scope), this.scopes.node),
        ),
        el(
          "section",
          { className: "selectors" },
          div("over", el("h3", { className: "eyebrow" }, w["map-layer"]), span("note", w["map-marked"])),
          this.layers.node,
          this.headsTitle,
          this.heads.node,
          this.deeds,
        ),
      ),
    );
  }

  // ------------------------------------------------------------ what follows the choice

  paint() {
    const kept = this.focused?.dataset.at; // buttons that are drawn anew give the focus back
    this.paintMap();
    this.paintSelectors();
    this.paintDeeds();
    if (kept)
      (this.box.querySelector(`[data-at="${kept}"]`) ?? this.deeds.querySelector("button"))?.focus({
        preventScroll: true,
      });
  }

  paintMap() {
    const { layer, head } = this.s;
    if (!this.read(this.s.query, this.s.key)) this.s.key = range(this.T).find((k) => this.read(this.s.query, k));
    this.title.textContent = this.fill("map-head", { layer: layer + 1, head: head + 1 });
    this.map.grid.setAttribute("aria-label", this.fill("map-name", { layer: layer + 1, head: head + 1 }));
    this.map.paint(this.s.query, this.s.key, (q, k) => {
      if (!this.read(q, k)) return null;
      const label = this.said(q, k);
      if (this.cut(q, k)) return { kind: "cut", colour: "", ink: "", text: "×", label };
      const weight = this.weight(q, k);
      const tone = Math.round(255 * weight);
      return { kind: "", colour: this.ramp[tone], ink: this.inks[tone], text: Math.round(100 * weight), label };
    });
    for (const names of [this.map.names, this.map.columns])
      names.forEach((name, t) => name.classList.toggle("marked", this.markedToken(t)));
    this.tell(this.s.query, this.s.key);
  }

  /** The weights of the head that is shown. */
  asTable() {
    const { layer, head } = this.s;
    const rows = weightRows(this.d.tokens, (q, k) => (this.read(q, k) ? [this.weight(q, k)] : null));
    return {
      heads: ["layer", "head", "query", "key", "weight"].map((name) => this.w[`col-${name}`]),
      rows: rows.map((row) => [layer + 1, head + 1, ...row]),
    };
  }

  said(q, k) {
    const values = { reader: this.plain(q), word: this.plain(k), p: this.percent(this.weight(q, k)) };
    return this.fill(this.cut(q, k) ? "cell-cut" : "cell-name", values);
  }

  tell(q, k) {
    this.line.textContent = `${this.said(q, k)} ${this.w[this.cut(q, k) ? "cell-mend" : "cell-click"]}`;
  }

  paintSelectors() {
    const { layer, head } = this.s;
    this.scopes.paint(this.s.scope);
    this.layers.marks.forEach((mark, l) => mark.classList.toggle("marked", this.marked(l)));
    this.layers.paint(layer, this.fill(this.marked(layer) ? "layer-marked" : "layer-plain", { layer: layer + 1 }));
    this.headsTitle.textContent = this.fill("map-heads-of", { count: this.H, layer: layer + 1 });
    this.heads.paint(head);
    this.thumbs.forEach((thumb, h) => {
      const [changed, marked] = [this.changed(layer, h), this.marked(layer, h)];
      this.draw(thumb.firstChild, h);
      thumb.lastChild.textContent = String(h + 1);
      thumb.classList.toggle("changed", marked);
      const name = this.fill(marked ? "thumb-marked" : "thumb", { head: h + 1 });
      thumb.setAttribute("aria-label", changed ? `${h + 1}: ${changed.told}` : name);
    });
  }

  /** What can be done to the head that is shown. */
  paintDeeds() {
    const { w } = this;
    const { layer, head } = this.s;
    const changed = this.changed(layer, head);
    const act = (at, label, deed) => button("deed", { "data-at": at, onclick: () => this.deed(deed) }, label);
    const name = span("mono", `${layer + 1}.${head + 1}`);
    this.deeds.replaceChildren(
      ...(changed
        ? [span("", changed.told), act("undo", w["deed-undo"], { do: "undo" })]
        : [
            span("", w["deed-head"], " ", name),
            act("silence", w["deed-silence"], { do: "silence" }),
            act("mean", w["deed-mean"], { do: "mean" }),
            ...this.d.factors.map(([share, factor]) =>
              act(`scale-${share}`, this.fill("deed-scale", { factor }), { do: "scale", percent: share }),
            ),
          ]),
    );
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
    const width = this.box.clientWidth;
    if (!width) return;
    this.map.fit();
    this.thumb = width > 560 ? 66 : 54;
    this.thumbs.forEach((thumb, h) => this.draw(thumb.firstChild, h));
  }
}
