// Prefill, then one token at a time, with the cache beside it. `data` comes from
// ui/lessons/tracks/view.py; stepping asks nothing of the server. Tokens, turns and layers count from 0 here, from 1
// on screen and in the link.

import { chip, clip, div, el, span, weave } from "../../../components/base/elements.js";
import { distinct } from "../../../components/base/tokens.js";
import { linked, mountView, remember, still, View } from "../../../components/base/view.js";
import { board } from "./board.js";

/** What ui/lessons/tracks/readings.py gives: the prompt, then a turn for each token that is generated.
 * @typedef {object} Data
 * @property {string[]} tokens
 * @property {{ token: string, cached: number, uncached: number, bytes: number }[]} turns seconds with and without
 *   the cache, and the cache's size after it
 * @property {number} layers @property {number} heads key/value heads
 * @property {number} width head dimension @property {number} size bytes of a number
 * @property {string} lang @property {Record<string, string>} words */

const PACE = 1900; // ms from one turn to the next while it plays

export default function tracks(given) {
  return mountView(given, Tracks, "tracks");
}

const named = (token) => chip(clip(token, 24), "inline");
const sum = (list) => list.reduce((a, b) => a + b, 0);

class Tracks extends View {
  /** @type {Data} */
  d;

  text;

  constructor(box) {
    super(box);
    box.addEventListener("keydown", (event) => this.pressed(event));
  }

  remove() {
    this.pause();
    super.remove();
  }

  fit() {
    if (this.box.clientWidth !== this.drawn) this.drawBoard(false);
  }

  update(data) {
    const text = JSON.stringify(data.tokens);
    const [first, other, reworded] = [this.text === undefined, this.text !== text, this.d?.lang !== data.lang];
    [this.d, this.w, this.text] = [data, data.words, text];
    if (other) {
      this.turn = first ? linked("turn", data.turns.length, 0) : 0;
      if (!first) remember({ turn: null });
    }
    if (other || reworded) {
      this.pause();
      this.build();
      this.drawBoard(other && !still());
    }
    this.sentence.setAttribute("aria-live", "off"); // new times are not read out, new steps are
    this.drawTimes();
  }

  // -------------------------------------------------------------- what is asked

  get last() {
    return this.d.turns.length - 1;
  }

  go(turn) {
    turn = Math.min(Math.max(turn, 0), this.last);
    if (turn === this.turn) return;
    const forward = turn > this.turn;
    this.turn = turn;
    remember({ turn: turn ? turn + 1 : null });
    this.sentence.setAttribute("aria-live", this.playing ? "off" : "polite");
    this.drawBoard(forward && !still());
    this.drawTimes();
  }

  /** By hand: the playing ends. */
  take(turn) {
    this.pause();
    this.go(turn);
  }

  play() {
    this.playing = true;
    if (this.turn === this.last) this.go(0);
    else this.go(this.turn + 1);
    this.drawBar();
    this.timer = setInterval(() => (this.turn === this.last ? this.pause() : this.go(this.turn + 1)), PACE);
  }

  pause() {
    clearInterval(this.timer);
    this.playing = false;
    if (this.d && this.stepButton) this.drawBar();
  }

  pressed(event) {
    const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1, Home: -99, End: 99 }[event.key];
    if (!by || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    this.take(this.turn + by);
    if (this.lane.contains(this.focused)) this.parts[this.turn].focus();
  }

  time(seconds) {
    return `${this.number(1000 * seconds)}\u202fms`;
  }

  /** Tokens that have a track by the end of a turn, those of the prompt first. */
  known(turn = this.turn) {
    return this.d.tokens.length + turn;
  }
  tokens() {
    return distinct([...this.d.tokens, ...this.d.turns.map(({ token }) => token)]);
  }

  // -------------------------------------------------------------- the parts that stay

  build() {
    const { w } = this;
    const button = (name, onclick) => el("button", { type: "button", className: name, onclick }, w[name]);
    this.backButton = button("back", () => this.take(this.turn - 1));
    this.stepButton = button("step", () => this.take(this.turn + 1));
    this.playButton = button("play", () => (this.playing ? this.pause() : this.play()));
    this.counter = span("note");
    this.sentence = el("p", { className: "read" });
    this.board = div("board");
    this.clock = el("section", { className: "clock" });
    this.sums = el("section", { className: "sums" });
    const swatch = (name) => span("swatch", el("i", { className: name }), w[`legend-${name}`]);
    this.box.replaceChildren(
      div("bar", div("transport", this.backButton, this.stepButton, this.playButton), this.counter),
      this.sentence,
      this.board,
      el("p", { className: "note legend" }, ...["working", "keys", "values", "fresh"].map(swatch)),
      this.clock,
      this.sums,
    );
    this.buildClock();
  }

  buildClock() {
    const { d, w } = this;
    this.parts = d.turns.map((_, i) =>
      el("button", { type: "button", role: "radio", onclick: () => this.take(i) }, span("", "")),
    );
    this.others = d.turns.map(() => el("i", {}, span("", "")));
    this.lane = el("div", { className: "lane", role: "radiogroup", "aria-label": w.turns }, ...this.parts);
    this.slow = el("div", { className: "lane slow", "aria-hidden": "true" }, ...this.others);
    this.totals = [span("total"), span("total")];
    this.counts = [el("p", { className: "note" }), el("p", { className: "note" })];
    this.clock.replaceChildren(
      el("h2", { className: "eyebrow" }, w["clock-title"]),
      ...["with", "without"].map((way, i) =>
        div("way", div("over", span("", w[`line-${way}`]), this.totals[i]), [this.lane, this.slow][i], this.counts[i]),
      ),
    );
  }

  // -------------------------------------------------------------- what follows the turn

  drawTimes() {
    this.drawBar();
    this.drawSentence();
    this.drawClock();
    this.drawSums();
  }

  drawBar() {
    this.backButton.disabled = this.turn === 0;
    this.stepButton.disabled = this.turn === this.last;
    this.playButton.textContent = this.playing ? this.w.pause : this.w.play;
    this.playButton.classList.toggle("on", Boolean(this.playing));
    this.counter.textContent = this.fill(this.turn ? "count-decode" : "count-prefill", {
      n: this.turn + 1,
      all: this.last + 1,
    });
  }

  drawSentence() {
    const { d, turn } = this;
    const { cached, uncached } = d.turns[turn];
    const [before, tokens] = [this.known() - 1, this.tokens()];
    const values = {
      n: this.integer(turn ? before : d.tokens.length),
      token: named(tokens[this.known()]),
      time: this.time(cached),
      last: turn ? named(tokens[before]) : "",
      all: this.integer(this.known()),
      slow: this.time(uncached),
    };
    const way = turn
      ? before === 1
        ? "read-decode-one"
        : "read-decode"
      : d.tokens.length === 1
        ? "read-prefill-one"
        : "read-prefill";
    this.sentence.replaceChildren(...weave(this.w[way], values));
  }

  drawBoard(moving) {
    this.drawn = this.box.clientWidth;
    if (this.drawn) this.board.replaceChildren(...board(this, moving));
  }

  /** Both ways on one scale; what is still to come stays hollow. */
  drawClock() {
    const { d, turn } = this;
    const ways = ["cached", "uncached"].map((way) => d.turns.map((one) => one[way]));
    const end = Math.max(...ways.map(sum));
    [this.parts, this.others].forEach((parts, way) => {
      parts[0].parentElement.style.width = `${(100 * sum(ways[way])) / end}%`;
      parts.forEach((part, i) => {
        part.style.flexGrow = 1000 * ways[way][i];
        part.className = `${i <= turn ? "done" : ""} ${i === turn ? "now" : ""}`;
        part.firstChild.textContent = this.number(1000 * ways[way][i]);
      });
      this.totals[way].textContent = this.time(sum(ways[way].slice(0, turn + 1)));
      const tracks = d.turns.slice(0, turn + 1).map((_, i) => (way ? this.known(i) : i ? 1 : d.tokens.length));
      const said = tracks.length > 1 ? `${tracks.join(" + ")} = ${sum(tracks)}` : `${tracks[0]}`;
      this.counts[way].textContent = this.fill(sum(tracks) === 1 ? "tracks-one" : "tracks-many", { n: said });
    });
    this.parts.forEach((part, i) => {
      part.setAttribute("aria-checked", i === turn);
      part.tabIndex = i === turn ? 0 : -1;
      part.setAttribute(
        "aria-label",
        `${this.number(1000 * d.turns[i].cached)} ${this.fill("turn-name", { n: i + 1, token: d.turns[i].token })}`,
      );
    });
  }

  /** The bytes of the cache now, factor by factor, and as they were counted. */
  drawSums() {
    const { d, w } = this;
    const factors = [
      [2, w["factor-both"]],
      [d.layers, w["factor-layers"]],
      [d.heads, w["factor-heads"]],
      [d.width, w["factor-width"]],
      [this.known(), w["factor-tokens"]],
      [d.size, w["factor-size"]],
    ];
    const product = factors.reduce((n, [factor]) => n * factor, 1);
    const term = (/** @type {any[]} */ [n, name]) => div("term", el("b", {}, this.integer(n)), el("small", {}, name));
    const terms = factors.flatMap((factor, i) => (i ? [span("sign", "·"), term(factor)] : [term(factor)]));
    const counted = d.turns[this.turn].bytes;
    this.sums.replaceChildren(
      el("h2", { className: "eyebrow" }, w["sums-title"]),
      div("arith", ...terms, span("sign", "="), term([product, w["factor-bytes"]])),
      el(
        "p",
        { className: "note" },
        this.fill("counted", { n: this.integer(counted), each: this.integer(product / this.known()) }),
      ),
    );
  }
}
