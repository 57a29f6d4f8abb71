// The attention explorer. `data` is packed once by ui/lessons/attention/readings.py: whatever the reader chooses is
// worked out here, and no request goes to the server, save when the chart of a head is asked for. Layers, heads and
// tokens count from 0 here, from 1 on screen and in the link.

import { readable, shade, signed } from "../../../components/base/colours.js";
import { el, plain } from "../../../components/base/elements.js";
import { best, clamp, range, unpack } from "../../../components/base/numbers.js";
import { inLink, linked, mountView, remember, View } from "../../../components/base/view.js";
import { weightRows } from "../../../components/base/weights.js";
import { buildExplorer } from "./build.js";
import { paintFind } from "./find.js";
import { paintMap } from "./map.js";
import { paintSelectors } from "./selectors.js";
import { paintArcs, paintSentence } from "./sentence.js";
import { softmax } from "./softmax.js";
import { twoSteps } from "./steps.js";

/** What ui/lessons/attention/readings.py packs, with the words. L layers, H query heads, G key/value heads, T
 * tokens, S numbers of a head's vector.
 * @typedef {object} Data
 * @property {string[]} tokens (T,)
 * @property {boolean[]} special (T,) tokens such as the beginning of the text
 * @property {boolean[]} pronouns (T,)
 * @property {number[]} targets (T,) for each query the key to begin with
 * @property {number} reader the query to begin with
 * @property {number} width numbers of a head's vector
 * @property {number} divisor q·k is divided by its square root
 * @property {boolean} rotary
 * @property {boolean} both attention is bidirectional: there is no mask
 * @property {string} model
 * @property {string} lang
 * @property {Record<string, string>} words
 * @property {Header[]} arrays scores (L, H, T, T) before the mask; mask (T, T); q, z (L, H, T, S) and k, v (L, G, T, S)
 *   in 127 steps of colour below and above 128, which are q-limit, z-limit (L, H), k-limit, v-limit (L, G);
 *   difference (L, H, T) of the weighted values added up from the model's z
 * @property {string} bytes */

export default function attention(given) {
  return mountView(given, Explorer, "attention", given.setStateValue);
}

class Explorer extends View {
  /** @type {Data} */
  d;

  G; // key/value heads
  H; // heads
  L; // layers
  S; // numbers of a vector
  T; // tokens
  fresh;
  map;
  steps;

  update(data, palette) {
    const fresh = JSON.stringify([data.model, data.tokens]);
    const [first, changed] = [this.d === undefined, this.fresh !== fresh];
    [this.d, this.w, this.palette, this.fresh] = [data, data.words, palette, fresh];
    if (changed) this.load(first);
    this.ramp = range(256).map((i) => shade(palette, i / 255));
    this.inks = this.ramp.map((colour) => readable(colour, palette));
    this.signs = range(513).map((i) => signed(palette, i / 256 - 1));
    // of what stands here still: to ask afterwards would lay out the page once more
    const sizes = this.map && this.sizes();
    buildExplorer(this);
    this.map.explain(palette, data.lang);
    this.take(sizes ?? this.sizes());
    this.draw();
    this.fit();
  }

  load(first) {
    this.a = unpack(this.d);
    [this.L, this.H, this.T] = this.a.scores.shape;
    [this.G, this.S] = [this.a.v.shape[1], this.a.v.shape[3]];
    this.masked = softmax(this.a.scores.values, this.T, this.a.mask.values);
    this.open = null; // the weights without the mask, when somebody asks
    const asked = (name, count) => (first ? linked(name, count) : null);
    const says = (name, value) => first && inLink(name) === value;
    this.s = {
      reader: asked("token", this.T) ?? this.d.reader,
      key: null,
      target: asked("target", this.T),
      lifted: says("mask", "off"),
      all: says("rows", "all"),
    };
    if (this.s.lifted) this.open = softmax(this.a.scores.values, this.T, null);
    if (!this.words(this.s.reader).includes(this.s.target)) this.s.target = null;
    [this.s.layer, this.s.head] = this.ranked()[0];
    this.s.layer = asked("layer", this.L) ?? this.s.layer;
    this.s.head = asked("head", this.H) ?? this.s.head;
    const key = asked("key", this.T);
    if (key !== null && this.seen(this.s.reader, key)) this.s.key = key;
    if (!first) remember({ layer: null, head: null, token: null, key: null, target: null, mask: null, rows: null });
  }

  // ------------------------------------------------------------ what is chosen

  choose(change) {
    if ("reader" in change && change.reader !== this.s.reader) change = { key: null, target: null, ...change };
    Object.assign(this.s, change);
    if (this.s.lifted) this.open ??= softmax(this.a.scores.values, this.T, null);
    if (!this.seen(this.s.reader, this.key)) this.s.key = null;
    this.paint();
    const { layer, head, reader, key, target, lifted, all } = this.s;
    const place = (i) => (i === null ? null : i + 1);
    remember({
      layer: layer + 1,
      head: head + 1,
      token: reader + 1,
      key: place(key),
      target: place(target),
      mask: lifted ? "off" : null,
      rows: all ? "all" : null,
    });
  }

  read(q, k) {
    return this.a.mask.values[q * this.T + k] === 1;
  }
  seen(q, k) {
    return this.s.lifted || this.read(q, k);
  }
  words(q) {
    return range(this.T).filter((k) => this.seen(q, k));
  }
  at(l, h, q, k) {
    return ((l * this.H + h) * this.T + q) * this.T + k;
  }
  weight(q, k) {
    return (this.s.lifted ? this.open : this.masked)[this.at(this.s.layer, this.s.head, q, k)];
  }
  /** What the map shows: scores and weights of the head, with the mask or without it. */
  asTable() {
    const { layer, head } = this.s;
    const rows = weightRows(this.d.tokens, (q, k) =>
      this.seen(q, k) ? [this.a.scores.values[this.at(layer, head, q, k)], this.weight(q, k)] : null,
    );
    return {
      heads: ["layer", "head", "reader", "read", "score", "weight"].map((name) => this.w[`col-${name}`]),
      rows: rows.map((row) => [layer + 1, head + 1, ...row]),
    };
  }

  look(l, h) {
    return this.masked[this.at(l, h, this.s.reader, this.target)];
  }
  strongest(l) {
    return Math.max(...range(this.H).map((h) => this.look(l, h)));
  }
  group(h) {
    return Math.floor(h / (this.H / this.G));
  }

  /** The numbers of a vector, in steps of colour: q and z belong to a head, k and v to the group it shares them with. */
  vector(name, t) {
    const [heads, h] = this.owner(name);
    const start = ((this.s.layer * heads + h) * this.T + t) * this.S;
    const limit = this.limit(name);
    return Float32Array.from(
      this.a[name].values.subarray(start, start + this.S),
      (step) => ((step - 128) / 127) * limit,
    );
  }
  /** How many heads have such vectors, and which of them the chosen head uses. */
  owner(name) {
    const heads = this.a[name].shape[1];
    return [heads, heads === this.H ? this.s.head : this.group(this.s.head)];
  }
  /** The largest size of any number of these vectors in the head. */
  limit(name) {
    const [heads, h] = this.owner(name);
    return this.a[`${name}-limit`].values[this.s.layer * heads + h];
  }

  get key() {
    return this.s.key ?? best(this.words(this.s.reader), (k) => this.weight(this.s.reader, k));
  }
  get target() {
    return this.s.target ?? this.d.targets[this.s.reader];
  }

  /** All heads as [layer, head], the hardest look from the reader at the target first. */
  ranked() {
    const heads = range(this.L * this.H).map((i) => [Math.floor(i / this.H), i % this.H]);
    return heads.sort((a, b) => this.look(...b) - this.look(...a));
  }

  count(n) {
    return this.w.numbers.split(" ")[n] ?? this.integer(n);
  }
  plain(t) {
    return plain(this.d.tokens[t]);
  }
  word(t) {
    return el("bdi", {}, this.plain(t));
  }
  colour(weight) {
    return this.ramp[Math.round(255 * weight)];
  }
  tint(x) {
    return this.signs[Math.round(256 * (clamp(x, -1, 1) + 1))];
  }
  ink(weight) {
    return this.inks[Math.round(255 * weight)];
  }

  // ------------------------------------------------------------ what follows the choice

  paint() {
    const kept = this.focused?.dataset.at; // parts that are drawn anew give the focus back
    this.draw();
    paintArcs(this);
    if (kept) this.box.querySelector(`[data-at="${kept}"]`)?.focus({ preventScroll: true });
  }

  /** All but the curves: they ask where the chips stand, and the page is laid out for the answer. */
  draw() {
    paintSentence(this);
    paintMap(this);
    paintSelectors(this);
    paintFind(this);
    this.steps.replaceChildren(...twoSteps(this));
  }

  // ------------------------------------------------------------ sizes

  /** Of the whole, and of the map in it. */
  sizes() {
    return [this.box.clientWidth, this.map.node.clientWidth];
  }

  /** What depends on them, to be drawn next. @param {number[]} sizes */
  take([whole, map]) {
    this.taken = [whole, map].join();
    this.columnsShown = ["k", "score", "share", "v", "wv"].filter(
      (name) => whole > { k: 820, v: 560 }[name] || !["k", "v"].includes(name),
    );
    const { low } = this;
    this.box.classList.toggle("low", low);
    this.thumb = whole > 560 && !low ? 78 : 60;
    this.box.style.setProperty("--thumb", `${this.thumb}px`);
    this.map.widest = low ? 48 : 58;
    this.map.fit(map);
  }

  fit() {
    const sizes = this.sizes();
    if (!sizes[0]) return;
    if (sizes.join() === this.taken) return paintArcs(this);
    this.take(sizes);
    this.paint();
  }
}
