// The ring. `data` is packed by ui/lessons/ring/readings.py for one layer and one number of devices; steps, devices,
// heads and queries are gone through here without the server. Everything counts from 0 here, from 1 on screen and in
// the link.

import { signed } from "../../../components/base/colours.js";
import { plain, shape } from "../../../components/base/elements.js";
import { clamp, range, unpack } from "../../../components/base/numbers.js";
import { check, linked, mountView, remember, View } from "../../../components/base/view.js";
import { buildRing } from "./build.js";
import { paintBar, paintSentence } from "./reading.js";
import { squares } from "./squares.js";
import { sums } from "./sums.js";

/** What ui/lessons/ring/view.py gives. N devices (steps are as many), H heads, T tokens, S the first numbers of a
 * vector.
 * @typedef {object} Data
 * @property {string[]} tokens (T,)
 * @property {number} layer @property {number} layers @property {number} devices
 * @property {number[]} choices numbers of devices
 * @property {string} [problem] a sentence, where there are too many devices; then there is nothing else
 * @property {[number, number][]} [spans] (N,) first token and the one after the last of each device's block
 * @property {number} [head] to begin with
 * @property {number} [width] numbers of a head's vector
 * @property {string} lang @property {Record<string, string>} words
 * @property {Header[]} [arrays] after each step: maximum, total (N, H, T) and weighted (N, H, T, S) of the online
 *   softmax; counts (N, N) of scores by step and device; z (H, T, S) the model's own
 * @property {string} [bytes] */

const PACE = 1500; // ms from one step to the next while it plays

export default function ring(given) {
  return mountView(given, Ring, "ring", (run) => given.setStateValue("run", run));
}

class Ring extends View {
  /** @type {Data} */
  d;

  H; // heads
  S; // numbers that are shown of a vector
  backButton;
  blocks;
  chips;
  circle;
  deviceButtons;
  dots;
  groups;
  heads;
  middle;
  numbers;
  place;
  playButton;
  said;
  squares;
  stepButton;
  track;
  wheel;

  remove() {
    this.pause();
    super.remove();
  }

  update(data, palette) {
    const text = JSON.stringify(data.tokens);
    const [first, another] = [!this.d, this.text !== text];
    const other = another || this.d?.devices !== data.devices;
    this.d = data;
    this.w = data.words;
    this.palette = palette;
    this.text = text;
    this.T = data.tokens.length;
    this.N = data.devices;
    this.signs = range(513).map((i) => signed(palette, i / 256 - 1));
    this.pause();
    this.a = data.problem ? null : unpack(data);
    if (this.a) {
      [, this.H, , this.S] = this.a.weighted.shape;
      this.G = this.a.v.shape[0];
      this.owner = range(this.T).map((t) => data.spans.findIndex(([start, stop]) => start <= t && t < stop));
      if (another || !this.s) this.s = { step: 0, query: this.T - 1, head: data.head };
      if (other) this.s.step = 0;
      if (first) this.asked();
    }
    if (another && !first) remember({ step: null, token: null, head: null });
    buildRing(this);
    if (!this.a) return;
    this.fit();
    this.paint();
  }

  /** What the link says, where it makes sense. */
  asked() {
    this.s = {
      step: linked("step", this.N, 0),
      query: linked("token", this.T, this.s.query),
      head: linked("head", this.H, this.s.head),
    };
  }

  choose(change) {
    Object.assign(this.s, change);
    this.paint();
    remember({ step: this.s.step + 1, token: this.s.query + 1, head: this.s.head + 1 });
  }

  /** What has to be computed anew. */
  order(change) {
    const run = { layer: this.d.layer, devices: this.N, ...change };
    remember({ layer: run.layer + 1, devices: run.devices });
    this.report(run);
  }

  // ------------------------------------------------------------ readings

  get device() {
    return this.owner[this.s.query];
  }
  block(device, step = this.s.step) {
    return (device - step + this.N) % this.N;
  }
  count(step, device) {
    return this.a.counts.values[step * this.N + device];
  }
  done(device, upto = this.s.step) {
    return range(upto + 1).reduce((sum, step) => sum + this.count(step, device), 0);
  }
  tokensOf(block) {
    return range(this.T).slice(...this.d.spans[block]);
  }
  /** Keys that this query has read after the step. */
  readBy(query, step = this.s.step) {
    const met = new Set(range(step + 1).map((s) => this.block(this.owner[query], s)));
    return range(query + 1).filter((key) => met.has(this.owner[key])).length;
  }
  colour(device) {
    return this.palette.categorical[device];
  }
  named(t) {
    return plain(this.d.tokens[t]);
  }

  // ------------------------------------------------------------ the player

  go(step) {
    this.pause();
    this.choose({ step: clamp(step, 0, this.N - 1) });
  }

  move(by) {
    this.go(this.s.step + by);
  }

  play() {
    if (this.s.step === this.N - 1) this.choose({ step: 0 });
    const on = () => {
      this.choose({ step: this.s.step + 1 });
      if (this.s.step === this.N - 1) this.pause();
    };
    this.timer = setInterval(on, PACE);
    paintBar(this);
  }

  pause() {
    clearInterval(this.timer);
    this.timer = 0;
    if (this.playButton?.isConnected) paintBar(this);
  }

  // ------------------------------------------------------------ what follows the choice

  paint() {
    paintBar(this);
    this.paintRing();
    this.squares.replaceChildren(squares(this));
    paintSentence(this);
    this.heads.paint(this.s.head);
    this.numbers.replaceChildren(...sums(this));
  }

  // ------------------------------------------------------------ the ring

  /** Where everything stands: devices on a circle, their queries outside; below the ring where there is no room. */
  fit() {
    const width = this.place?.clientWidth;
    if (!this.a || !width) return;
    const wide = width >= 520;
    this.place.classList.toggle("wide", wide);
    const widest = Math.max(...this.chips.map((button) => button.firstChild.scrollWidth));
    const radius = clamp(wide ? width / 2 - 50 - widest : width / 2 - 32, 100, wide ? 168 : 150);
    this.radius = radius;
    const spots = range(this.N).map((device) => {
      const angle = (2 * Math.PI * device) / this.N;
      return {
        x: radius * Math.sin(angle),
        y: -radius * Math.cos(angle),
        side: Math.abs(Math.sin(angle)) < 0.3 ? 0 : Math.sign(Math.sin(angle)),
      };
    });
    let [top, bottom] = [-radius - 40, radius + 40];
    const corners = spots.map(({ x, y, side }, device) => {
      const group = this.groups[device];
      group.style.cssText = "";
      if (!wide) return null;
      group.style.width = `${Math.floor(side ? width / 2 - Math.abs(x) - 48 : Math.min(width, 420))}px`;
      group.style.justifyContent = side ? (side < 0 ? "flex-end" : "flex-start") : "center";
      const height = group.offsetHeight;
      const place = side
        ? { left: side < 0 ? 0 : width / 2 + x + 48, y: y - height / 2 }
        : { left: (width - Math.min(width, 420)) / 2, y: y < 0 ? y - 46 - height : y + 46 };
      [top, bottom] = [Math.min(top, place.y), Math.max(bottom, place.y + height)];
      return place;
    });
    corners.forEach(
      (place, device) =>
        place && Object.assign(this.groups[device].style, { left: `${place.left}px`, top: `${place.y - top}px` }),
    );
    this.circle.style.height = `${bottom - top}px`;
    this.circle.style.setProperty("--x", `${width / 2}px`);
    this.circle.style.setProperty("--y", `${-top}px`);
    spots.forEach(({ x, y }, device) =>
      Object.assign(this.deviceButtons[device].style, { left: `${width / 2 + x}px`, top: `${y - top}px` }),
    );
    this.wheel.setAttribute("viewBox", `${-width / 2} ${top} ${width} ${bottom - top}`);
    this.spots = spots;
    this.paintRing();
    this.squares.replaceChildren(squares(this));
  }

  paintRing() {
    const { N, radius, spots } = this;
    if (!spots || spots.length !== N) return;
    const inner = radius - 70;
    this.circle.classList.toggle("tight", 2 * inner * Math.sin(Math.PI / N) < 68);
    const parts = [shape("circle", { r: inner, class: "rail" })];
    for (const device of range(N)) {
      const angle = (360 * (device + 0.5)) / N;
      parts.push(
        shape("path", { d: "M-4 -5L4 0L-4 5", class: "arrow", transform: `rotate(${angle}) translate(0 ${-inner})` }),
      );
      const { x, y } = spots[device];
      const share = this.done(device) / this.done(device, N - 1);
      const round = 2 * Math.PI * 31;
      parts.push(shape("circle", { cx: x, cy: y, r: 31, class: "whole" }));
      parts.push(
        shape("circle", {
          cx: x,
          cy: y,
          r: 31,
          class: "filled",
          stroke: this.colour(device),
          "stroke-dasharray": `${share * round} ${round}`,
          transform: `rotate(-90 ${x} ${y})`,
        }),
      );
    }
    this.wheel.replaceChildren(...parts);
    this.blocks.forEach((block, i) => {
      const turn = (360 * (i + this.s.step)) / N;
      block.style.transform = `translate(-50%, -50%) rotate(${turn}deg) translate(0, ${-inner}px) rotate(${-turn}deg)`;
      block.style.setProperty("--own", this.colour(i));
      const reader = (i + this.s.step) % N;
      block.classList.toggle("idle", i > reader);
    });
    this.deviceButtons.forEach((button, device) => {
      button.style.setProperty("--own", this.colour(device));
      const values = { n: device + 1, block: this.block(device) + 1, done: this.done(device) };
      button.setAttribute("aria-label", this.fill("device-name", values));
    });
    check(this.deviceButtons, this.device);
    this.groups.forEach((group, device) => group.style.setProperty("--own", this.colour(device)));
    this.chips.forEach((button, t) => {
      const share = this.readBy(t) / (t + 1);
      button.firstChild.style.setProperty("--share", `${100 * share}%`);
      button.firstChild.classList.toggle("selected", t === this.s.query);
      button.setAttribute(
        "aria-label",
        this.fill("query-name", { token: this.named(t), count: this.readBy(t), all: t + 1 }),
      );
    });
    check(this.chips, this.s.query);
  }
}
