// What the dials are drawn with: hands, a face, a curve. Angles in radians; they grow clockwise, as those of clocks do.

import { el, shape } from "../../../components/base/elements.js";

const RIM = 46; // radius of a face in its own 100 × 100 box
export const TURN = 2 * Math.PI;

/** An angle between −π and π. */
export const between = (angle) => angle - TURN * Math.round(angle / TURN);
export const degrees = (angle) => (angle * 360) / TURN;

/** A face with the hands of q (filled end) and k (hollow end), and the angle between them. */
export class Face {
  constructor(thick) {
    this.wedge = shape("path", { class: "wedge" });
    this.q = this.hand("query", thick);
    this.k = this.hand("key", thick);
    this.svg = shape(
      "svg",
      { viewBox: "-50 -50 100 100", "aria-hidden": "true" },
      shape("circle", { r: RIM, class: "face" }),
      this.wedge,
      this.k.group,
      this.q.group,
    );
  }

  hand(role, thick) {
    const [line, end] = [
      shape("line", { "stroke-width": thick }),
      shape("circle", { r: 1.5 * thick, "stroke-width": 0.6 * thick }),
    ];
    return { line, end, group: shape("g", { class: `hand ${role}` }, line, end) };
  }

  /** Directions of the hands, their lengths from 0 to 1, the colour between them. */
  turn(q, k, colour, long = 1, short = 1) {
    this.place(this.q, q, long);
    this.place(this.k, k, short);
    const r = 0.55 * RIM * Math.min(long, short);
    const sweep = between(q - k) > 0 ? 1 : 0;
    const point = (angle) => `${(r * Math.cos(angle)).toFixed(2)} ${(r * Math.sin(angle)).toFixed(2)}`;
    this.wedge.setAttribute("d", `M0 0L${point(k)}A${r} ${r} 0 0 ${sweep} ${point(q)}Z`);
    this.wedge.style.fill = colour;
  }

  place(hand, angle, length) {
    const reach = 0.86 * RIM * length;
    hand.line.setAttribute("x2", reach);
    hand.end.setAttribute("cx", reach);
    hand.group.setAttribute("transform", `rotate(${degrees(angle).toFixed(3)})`);
  }
}

/** A slider that runs under the curve of what it changes; fine at its beginning, coarse at its end. */
export class Track {
  done;
  far;
  move;
  steps;

  constructor(name, far, words, move, done) {
    [this.far, this.steps, this.move, this.done] = [far, 300, move, done];
    this.line = shape("path", { class: "line", "vector-effect": "non-scaling-stroke" });
    this.dot = el("i", { className: "dot" });
    this.value = el("output", { className: "mono" });
    this.input = el("input", {
      type: "range",
      min: 0,
      max: this.steps,
      step: 1,
      "aria-label": words.label,
      oninput: () => this.move(this.tokens(Number(this.input.value))),
      onchange: () => this.done(),
      onkeydown: (event) => this.key(event),
    });
    const step = (by, sign, label) =>
      el("button", { type: "button", className: "turn", "aria-label": label, onclick: () => this.by(by) }, sign);
    this.buttons = el(
      "span",
      { className: "by" },
      step(-1, "−", `${words.label}: −1`),
      step(1, "+", `${words.label}: +1`),
    );
    this.title = el("p", { className: "eyebrow" });
    this.node = el(
      "section",
      { className: `track ${name}` },
      el("div", { className: "over" }, this.title, el("span", { className: "set" }, this.value, this.buttons)),
      el(
        "div",
        { className: "curve" },
        shape(
          "svg",
          { viewBox: `0 0 ${this.steps} 100`, preserveAspectRatio: "none", "aria-hidden": "true" },
          this.line,
        ),
        this.dot,
      ),
      this.input,
    );
  }

  tokens(step) {
    return Math.round(this.far * (step / this.steps) ** 2);
  }
  step(tokens) {
    return this.steps * Math.sqrt(tokens / this.far);
  }

  by(tokens) {
    this.move(Math.min(Math.max(this.now + tokens, 0), this.far));
    this.done();
  }

  /** One token a key, though the slider's own steps are wider at its end. */
  key(event) {
    const by = {
      ArrowRight: 1,
      ArrowUp: 1,
      ArrowLeft: -1,
      ArrowDown: -1,
      PageUp: 100,
      PageDown: -100,
      Home: -this.far,
      End: this.far,
    }[event.key];
    if (!by || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    this.by(by);
  }

  /** `score(tokens)` from `low` to `high`; where the slider stands; what it says. */
  draw(score, low, high, now, text) {
    this.now = Math.round(now);
    const height = (value) => 92 - (84 * (value - low)) / (high - low);
    const points = Array.from(
      { length: this.steps + 1 },
      (_, i) => `${i} ${height(score(this.far * (i / this.steps) ** 2)).toFixed(2)}`,
    );
    this.line.setAttribute("d", `M${points.join("L")}`);
    this.dot.style.left = `${(100 * this.step(now)) / this.steps}%`;
    this.dot.style.top = `${height(score(now))}%`;
    this.input.value = this.step(now);
    this.input.setAttribute("aria-valuetext", text);
    this.value.textContent = text;
  }
}
