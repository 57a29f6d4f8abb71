// The dials of the lesson: pairs of numbers of one query and one key as hands that turn with the position. All sums
// are done here, from q and k as they were before turning; the server gives the chosen layer's and asks the model
// itself. Layers, heads, tokens and pairs count from 0 here, from 1 on screen and in the link; positions count from
// 0 everywhere.

import { signed } from "../../../components/base/colours.js";
import { chip, el, plain, weave } from "../../../components/base/elements.js";
import { best, range, unpack } from "../../../components/base/numbers.js";
import { check, linked, mountView, remember, still, View } from "../../../components/base/view.js";
import { buildDials } from "./build.js";
import { TURN } from "./draw.js";
import { paintPair, paintParts } from "./pair.js";

/** What ui/lessons/positions/view.py gives, for one layer. H query heads, G key/value heads, T tokens, K head
 * dimension.
 * @typedef {object} Data
 * @property {string} text @property {string[]} tokens (T,)
 * @property {{ layer: number, head: number, query: number, key: number, shift: number, apart: number }} place
 * @property {number} layers
 * @property {number} far the furthest that both can be moved
 * @property {{ score: number, spread: number, first: number }} check what the model says where the tokens are put
 * @property {string} lang @property {Record<string, string>} words
 * @property {Header[]} arrays q (H, T, K) and k (G, T, K) before they are rotated; scores (H, T, T); speeds (K / 2,)
 *   radians for a place
 * @property {string} bytes */

const PAUSE = 150; // ms after the last change until the server is told
const PACE = 3; // positions a second while both walk

export default function dials(given) {
  return mountView(given, Dials, "dials", (place) => given.setStateValue("place", place));
}

class Dials extends View {
  /** @type {Data} */
  d;

  H; // heads
  K; // head dimension
  T; // tokens
  a;
  bars;
  both;
  check;
  dials;
  end;
  faces;
  heads;
  k;
  keys;
  large;
  layer;
  layerValue;
  one;
  play;
  q;
  queries;
  sentence;
  speeds;
  sums;
  title;
  total;

  remove() {
    this.stop();
    clearTimeout(this.late);
    super.remove();
  }

  update(data, palette) {
    const fresh = this.d?.text !== data.text || this.d?.layers !== data.layers;
    const first = this.d === undefined;
    [this.d, this.w, this.palette, this.a] = [data, data.words, palette, unpack(data)];
    [this.H, this.T, this.K] = this.a.q.shape;
    this.P = this.K / 2;
    if (fresh) {
      this.stop();
      this.s = { ...data.place, pair: first ? linked("pair", this.P) : null };
      if (!first) remember({ layer: null, head: null, token: null, key: null, shift: null, apart: null, pair: null });
    }
    if (fresh || this.lang !== data.lang) buildDials(this);
    this.lang = data.lang;
    this.load();
    this.paint();
  }

  word(t) {
    return plain(this.d.tokens[t]);
  }

  // ------------------------------------------------------------ the sums

  /** Lengths and directions of the chosen query's and key's pairs, before they are turned. */
  load() {
    const { head, query, key } = this.s;
    const group = Math.floor(head / (this.H / this.a.k.shape[0]));
    const vector = ({ values }, h, t) => values.subarray((h * this.T + t) * this.K, (h * this.T + t + 1) * this.K);
    const [q, k] = [vector(this.a.q, head, query), vector(this.a.k, group, key)];
    const pairs = (x) =>
      range(this.P).map((i) => ({
        a: x[i],
        b: x[i + this.P],
        length: Math.hypot(x[i], x[i + this.P]),
        angle: Math.atan2(x[i + this.P], x[i]),
      }));
    [this.q, this.k, this.speeds] = [pairs(q), pairs(k), this.a.speeds.values];
    this.reach = range(this.P).map((i) => (this.q[i].length * this.k[i].length) / Math.sqrt(this.K));
  }

  get here() {
    return this.s.query + this.s.shift + this.s.apart;
  }
  get there() {
    return this.s.key + this.s.shift;
  }
  turned(hand, i, position) {
    return hand[i].angle + this.speeds[i] * position;
  }
  part(i, here, there) {
    return this.reach[i] * Math.cos(this.turned(this.q, i, here) - this.turned(this.k, i, there));
  }
  score(here, there) {
    let sum = 0;
    for (let i = 0; i < this.P; i++) sum += this.part(i, here, there);
    return sum;
  }

  /** The pair shown large: the one chosen, else among the faster half the one that adds most where the tokens stand. */
  get pair() {
    if (this.s.pair !== null) return this.s.pair;
    const { query, key } = this.s;
    return best(range(this.P / 2), (i) => Math.abs(this.part(i, query, key)));
  }

  /** What each pair of dimensions adds to the score, at these positions. */
  asTable() {
    const rows = range(this.P).map((i) => [i + 1, this.speeds[i], this.part(i, this.here, this.there)]);
    return { heads: ["pair", "speed", "product"].map((name) => this.w[`col-${name}`]), rows };
  }

  // ------------------------------------------------------------ what is chosen

  choose(change) {
    Object.assign(this.s, change);
    if (this.s.key > this.s.query) this.s.key = this.s.query;
    this.load();
    this.paint();
    if ("pair" in change) remember({ pair: this.s.pair + 1 });
    else if (!this.walking && !("shift" in change || "apart" in change)) this.tell();
  }

  /** The server hears of a change when the reader pauses: it runs the model for it. */
  tell() {
    clearTimeout(this.late);
    this.late = setTimeout(() => {
      const { layer, head, query, key, shift, apart } = this.s;
      remember({
        layer: layer + 1,
        head: head + 1,
        token: query + 1,
        key: key + 1,
        shift: shift || null,
        apart: apart || null,
      });
      this.report({ layer, head, query, key, shift, apart, text: this.d.text });
    }, PAUSE);
  }

  walk() {
    if (this.walking) return this.stop(true);
    const jump = still();
    let [from, last] = [this.s.shift, 0];
    const step = (time) => {
      last ||= time;
      const way = ((time - last) / 1000) * PACE;
      const shift = from + (jump ? Math.floor(way) : way);
      if (shift > this.d.far) return this.stop(true);
      this.choose({ shift });
      this.walking = requestAnimationFrame(step);
    };
    this.walking = requestAnimationFrame(step);
    this.play.textContent = this.w["walk-stop"];
  }

  stop(tell = false) {
    if (!this.walking) return;
    cancelAnimationFrame(this.walking);
    this.walking = 0;
    this.play.textContent = this.w.walk;
    if (!tell) return;
    this.choose({ shift: Math.round(this.s.shift) });
    this.tell();
  }

  // ------------------------------------------------------------ what follows the choice

  paint() {
    const { s, here, there, pair } = this;
    const parts = range(this.P).map((i) => this.part(i, here, there));
    const largest = Math.max(...parts.map(Math.abs));
    const score = parts.reduce((a, b) => a + b, 0);
    check(this.queries, s.query);
    check(this.keys, s.key);
    this.keys.forEach((button, t) => (button.disabled = t > s.query));
    check(this.heads, s.head);
    this.layer.value = s.layer + 1;
    this.layerValue.textContent = String(s.layer + 1);
    this.box.classList.toggle("waiting", s.layer !== this.d.place.layer);

    const chips = { q: chip(this.d.tokens[s.query], "query"), k: chip(this.d.tokens[s.key], "key") };
    const places = {
      here: this.integer(Math.round(here)),
      there: this.integer(Math.round(there)),
      distance: this.integer(Math.round(here - there)),
      score: el("b", {}, this.number(score)),
    };
    const distance = Math.round(here - there);
    this.sentence.replaceChildren(
      ...weave(this.w[distance === 1 ? "score-one" : distance ? "score-many" : "score-same"], { ...chips, ...places }),
    );
    this.paintTracks(here, there);

    this.faces.forEach((face, i) =>
      face.turn(this.turned(this.q, i, here), this.turned(this.k, i, there), signed(this.palette, parts[i] / largest)),
    );
    check(this.dials, pair);
    this.dials.forEach((button, i) =>
      button.setAttribute(
        "aria-label",
        this.fill("dial-name", { n: i + 1, wave: this.number(TURN / this.speeds[i]), part: this.number(parts[i]) }),
      ),
    );
    paintPair(this, pair, here, there, parts[pair] / largest);
    paintParts(this, parts, largest, score);
  }

  paintTracks(here, there) {
    const { s } = this;
    const name = this.word(s.query);
    const far = range(121).map((i) => this.score(s.query + s.shift + this.d.far * (i / 120) ** 2, there));
    const edge = [...far, this.score(here, there)];
    const [low, high] = [Math.min(...edge), Math.max(...edge)];
    const room = 0.1 * (high - low || 1);
    const tokens = (n) => `+${this.integer(Math.round(n))}`;
    this.both.title.textContent = this.w["slide-shift"];
    this.one.title.textContent = this.fill("slide-name", { q: name });
    this.both.draw(
      (x) => this.score(s.query + s.apart + x, s.key + x),
      low - room,
      high + room,
      s.shift,
      tokens(s.shift),
    );
    this.one.draw((x) => this.score(s.query + s.shift + x, there), low - room, high + room, s.apart, tokens(s.apart));
  }
}
