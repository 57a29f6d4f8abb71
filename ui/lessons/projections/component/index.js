// The matrices of one head: the residual stream of two tokens, what they make of it, and the products that add up to a
// score. The server gives one head's numbers; tokens, cells and stages are chosen here. Layers, heads, tokens, rows and
// columns count from 0 here, from 1 on screen and in the link.

import { signed } from "../../../components/base/colours.js";
import { plain } from "../../../components/base/elements.js";
import { best, clamp, range, unpack } from "../../../components/base/numbers.js";
import { inLink, linked, mountView, remember, View } from "../../../components/base/view.js";
import { buildParts } from "./build.js";
import { paintMatrices, sizeMatrices } from "./matrices.js";
import { paintProducts } from "./products.js";
import { paintWords } from "./words.js";

/** What ui/lessons/projections/readings.py packs, for one head. T tokens, D hidden size, K head dimension.
 * @typedef {object} Data
 * @property {string} text @property {string[]} tokens (T,)
 * @property {number} layer @property {number} head @property {number} layers @property {number} heads
 * @property {number} query @property {number} key the tokens to begin with
 * @property {number} divisor K
 * @property {"rms" | "layer" | "none"} norm before attention
 * @property {string[]} stages what q and k are before they are multiplied, the last one at last
 * @property {number} groups query heads that share a key/value head
 * @property {Record<string, [number, number]>} slices the head's first row in the whole matrix, and its rows
 * @property {string} lang @property {Record<string, string>} words
 * @property {Header[]} arrays x, read (T, D); wq, wk, wv (K, D); bq, bk, bv (K,) or none; v (T, K); q-<stage>,
 *   k-<stage> (T, K); scores, pattern (T, T); mask (T, T)
 * @property {string} bytes */

const PAUSE = 150; // ms after the last change until the server is told

export default function projections(given) {
  return mountView(given, Projections, "projections", (place) => given.setStateValue("place", place));
}

class Projections extends View {
  /** @type {Data} */
  d;

  D; // numbers of the residual stream
  K; // numbers of a query, a key and a value
  T; // tokens
  cell; // px of a number of a matrix
  fresh;
  lang;
  taken;

  remove() {
    clearTimeout(this.late);
    super.remove();
  }

  update(data, palette) {
    const [first, fresh] = [this.d === undefined, JSON.stringify([data.text, data.layers, data.tokens])];
    const changed = fresh !== this.fresh;
    const rebuilt = changed || this.lang !== data.lang || data.stages.length !== this.d.stages.length;
    [this.d, this.w, this.palette, this.fresh, this.lang] = [data, data.words, palette, fresh, data.lang];
    this.a = unpack(data);
    [this.K, this.D] = this.a.wq.shape;
    this.T = this.a.x.shape[0];
    if (changed) this.start(first);
    this.tints = range(513).map((i) => signed(palette, i / 256 - 1));
    if (rebuilt) buildParts(this);
    this.drawn = {}; // of the matrices: they are drawn anew where their numbers or colours are
    this.taken = null;
    this.fit();
  }

  start(first) {
    const asked = (name, count, otherwise = null) => (first ? linked(name, count, otherwise) : otherwise);
    const one = (name, values, otherwise) => (first && values.includes(inLink(name)) ? inLink(name) : otherwise);
    this.s = {
      layer: this.d.layer,
      head: this.d.head,
      query: asked("token", this.T, this.d.query),
      key: asked("key", this.T, this.d.key),
      matrix: one("matrix", ["q", "k", "v"], "q"),
      row: asked("row", this.K),
      column: asked("column", this.D),
      stage: one("stage", this.d.stages, this.d.stages.at(-1)),
      order: one("order", ["place"], "size"),
    };
    if (!this.readable(this.s.query, this.s.key)) this.s.key = this.s.query;
    const none = ["layer", "head", "token", "key", "matrix", "row", "column", "stage", "order"];
    if (!first) remember(Object.fromEntries(none.map((name) => [name, null])));
  }

  // ------------------------------------------------------------ what is chosen

  choose(change) {
    Object.assign(this.s, change);
    if (!this.readable(this.s.query, this.s.key)) this.s.key = this.s.query;
    const { layer, head, query, key, matrix, row, column, stage, order } = this.s;
    const from1 = (i) => (i === null ? null : i + 1);
    remember({
      layer: layer + 1,
      head: head + 1,
      token: query + 1,
      key: key + 1,
      matrix: matrix === "q" ? null : matrix,
      row: from1(row),
      column: from1(column),
      stage: stage === this.d.stages.at(-1) ? null : stage,
      order: order === "size" ? null : order,
    });
    this.paint();
    if (!("layer" in change || "head" in change)) return;
    clearTimeout(this.late);
    this.late = setTimeout(() => this.report({ text: this.d.text, layer: this.s.layer, head: this.s.head }), PAUSE);
  }

  /** The chosen cell; where none is, the one that adds most to the number that adds most to the score. */
  get row() {
    const products = this.productsOf(this.d.stages[0]);
    return this.s.row ?? best(range(this.K), (i) => Math.abs(products[i]));
  }
  get column() {
    const [weights, x] = [this.matrixRow(this.s.matrix, this.row), this.input(this.s.matrix)];
    return this.s.column ?? best(range(this.D), (j) => Math.abs(weights[j] * x[j]));
  }

  // ------------------------------------------------------------ numbers

  readable(q, k) {
    return this.a.mask.values[q * this.T + k] === 1;
  }
  of(name, t) {
    const {
      shape: [, size],
      values,
    } = this.a[name];
    return values.subarray(t * size, (t + 1) * size);
  }
  /** The token whose vector a matrix is multiplied with. */
  tokenOf(matrix) {
    return matrix === "q" ? this.s.query : this.s.key;
  }
  input(matrix) {
    return this.of("read", this.tokenOf(matrix));
  }
  matrixRow(matrix, row) {
    return this.of(`w${matrix}`, row);
  }
  bias(matrix, row) {
    return this.a[`b${matrix}`]?.values[row] ?? null;
  }
  /** What the pass made of it: q, k or v of its token, as it was projected. */
  output(matrix) {
    return this.of(matrix === "v" ? "v" : `${matrix}-${this.d.stages[0]}`, this.tokenOf(matrix));
  }
  /** A row of a matrix times what attention reads, with the bias: added up here. */
  dot(matrix, row) {
    const [weights, x] = [this.matrixRow(matrix, row), this.input(matrix)];
    return weights.reduce((sum, w, j) => sum + w * x[j], this.bias(matrix, row) ?? 0);
  }
  /** The largest difference between our sums and the numbers of the pass. */
  error(matrix) {
    const own = this.output(matrix);
    return Math.max(...range(this.K).map((i) => Math.abs(this.dot(matrix, i) - own[i])));
  }
  /** What each of the K numbers adds to q·k. */
  productsOf(stage) {
    const [q, k] = [this.of(`q-${stage}`, this.s.query), this.of(`k-${stage}`, this.s.key)];
    return Float64Array.from(q, (value, i) => value * k[i]);
  }
  score() {
    return this.a.scores.values[this.s.query * this.T + this.s.key];
  }
  weight() {
    return this.a.pattern.values[this.s.query * this.T + this.s.key];
  }
  tint(x) {
    return this.tints[Math.round(256 * (clamp(x, -1, 1) + 1))];
  }
  word(t) {
    return plain(this.d.tokens[t]);
  }

  /** All numbers of both tokens, and what they add to the score. */
  asTable() {
    const [query, key] = [this.d.tokens[this.s.query], this.d.tokens[this.s.key]];
    const last = this.d.stages.at(-1);
    const columns = [
      [`q, ${query}`, this.output("q")],
      [`k, ${key}`, this.output("k")],
      ...(last === "plain"
        ? []
        : [
            [`q, ${query}, ${this.w[`stage-${last}`]}`, this.of(`q-${last}`, this.s.query)],
            [`k, ${key}, ${this.w[`stage-${last}`]}`, this.of(`k-${last}`, this.s.key)],
          ]),
      ["q × k", this.productsOf(last)],
      [`v, ${key}`, this.output("v")],
    ];
    return {
      heads: [this.w["col-number"], ...columns.map(([head]) => head)],
      rows: range(this.K).map((i) => [i + 1, ...columns.map(([, values]) => values[i])]),
    };
  }

  // ------------------------------------------------------------ drawing

  paint() {
    paintWords(this);
    paintMatrices(this);
    paintProducts(this);
    const waiting = this.s.layer !== this.d.layer || this.s.head !== this.d.head;
    this.box.classList.toggle("waiting", waiting);
    this.box.ariaBusy = String(waiting);
  }

  fit() {
    const width = this.box.clientWidth;
    if (!width || width === this.taken) return;
    this.taken = width;
    sizeMatrices(this, width);
    this.paint();
  }
}
