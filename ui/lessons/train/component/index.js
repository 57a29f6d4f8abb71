// A training run, or two, as they happen. `data.models` brings the snapshots from number `from` on; those before are
// kept here, so that new ones do not send the old ones again. Where the reader is in time, and the head and the
// token looked at, are theirs: nothing that arrives changes them.

import { shade } from "../../../components/base/colours.js";
import { div, el, fill, shape, span } from "../../../components/base/elements.js";
import { range } from "../../../components/base/numbers.js";
import { mountView, View } from "../../../components/base/view.js";
import { Chart } from "./charts.js";
import { Panel, Row } from "./maps.js";

/** What ui/lessons/train/readings.py gives: snapshots of one training or of two beside one another.
 * @typedef {object} Data
 * @property {number} steps @property {string[]} tokens of the row that is shown
 * @property {(string | null)[]} answers what is to come after each token, null where nothing is asked
 * @property {number} first the token after which the first answer is due
 * @property {{ loss: number, accuracy: number, busiest: number | null }} chance what guessing gives
 * @property {{ id: string, title: string, layers: number, heads: number, experts: number | null, from: number, seen:
 *   any[], ended: boolean }[]} models seen: snapshots from the one of that number on; the browser keeps those before
 * @property {string} lang @property {Record<string, string>} words */

export default function train(given) {
  return mountView(given, Lab, "train", () => given.setTriggerValue("again", true));
}

class Lab extends View {
  /** @type {Data} */
  d;

  shape;

  known = new Map(); // of each run, its snapshots
  picks = new Map(); // of each run, the layer and head looked at
  at = null; // number of a snapshot, null for the newest
  token = null;

  update(data, palette) {
    [this.d, this.w, this.palette] = [data, data.words, palette];
    this.lines = [palette.categorical[0], palette.categorical[1]];
    this.ramp = range(256).map((i) => shade(palette, i / 255));
    for (const model of data.models) {
      const seen = this.known.get(model.id) ?? [];
      model.seen.forEach((snapshot, i) => (seen[model.from + i] = snapshot));
      this.known.set(model.id, seen);
      if (seen.includes(undefined)) return this.report();
    }
    const shape = JSON.stringify([data.models.map((model) => [model.id, model.name]), data.lang, data.tokens]);
    if (shape !== this.shape) {
      [this.shape, this.at, this.token] = [shape, null, null];
      this.build();
    }
    this.paint();
  }

  get models() {
    return this.d.models;
  }
  seen(model) {
    return this.known.get(model.id);
  }
  get newest() {
    return Math.max(...this.models.map((model) => this.seen(model).length - 1));
  }
  get now() {
    return Math.min(this.at ?? this.newest, this.newest);
  }
  /** The snapshot of a model that is looked at: a run that ended early stays as it was. */
  look(model) {
    return this.seen(model)[Math.min(this.now, this.seen(model).length - 1)];
  }
  get reader() {
    return this.token ?? this.d.first;
  }

  fit() {
    if (this.shape) this.paint(); // else the snapshots from the first on are still to come
  }

  go(to) {
    this.at = to >= this.newest ? null : Math.max(0, to);
    this.paint();
  }

  build() {
    this.charts = ["accuracy", "loss", ...(this.models.some((model) => model.experts) ? ["busiest"] : [])].map(
      (kind) => new Chart(this, kind),
    );
    this.slider = el("input", { type: "range", min: 0, step: 1, "aria-label": this.w.time });
    this.slider.oninput = () => this.go(Number(this.slider.value));
    this.when = el("output", { className: "when" });
    this.follow = el("button", { type: "button", className: "go", onclick: () => this.go(this.newest) }, this.w.newest);
    this.reading = el("p", { className: "read", role: "status" });
    this.row = new Row(this);
    this.panels = this.models.map((model, i) => new Panel(this, model, i));
    this.box.replaceChildren(
      div("legend", ...this.models.map((model, i) => this.named(model, i))),
      el("div", { className: "charts", "data-part": this.w["part-charts"] }, ...this.charts.map((chart) => chart.node)),
      div("slide", this.slider, this.when, this.follow),
      this.reading,
      this.row.node,
      div(`panels of-${this.models.length}`, ...this.panels.map((panel) => panel.node)),
    );
    this.row.begin();
  }

  /** A model by its letter and what it is. */
  named(model, i) {
    const line = shape(
      "svg",
      { class: "stroke", width: 30, height: 8, "aria-hidden": "true" },
      shape("line", {
        x1: 0,
        x2: 30,
        y1: 4,
        y2: 4,
        stroke: this.lines[i],
        "stroke-width": 3,
        "stroke-dasharray": i ? "7 4" : "none",
      }),
    );
    return span("who", line, this.badge(i), ` ${model.title}`);
  }

  badge(i) {
    return span(`badge ${"ab"[i]}`, this.models.length > 1 ? "AB"[i] : "A+B");
  }

  paint() {
    this.slider.max = this.newest;
    this.slider.value = this.now;
    const steps = Math.max(...this.models.map((model) => this.look(model).step));
    this.when.textContent = this.fill("at-step", { step: this.integer(steps), steps: this.integer(this.d.steps) });
    this.slider.setAttribute("aria-valuetext", this.when.textContent);
    this.follow.style.visibility = this.at === null ? "hidden" : "visible";
    const said = this.models.map((model, i) => {
      const text = this.models.length > 1 ? this.w["right-of"] : this.w["right-one"];
      return fill(text, {
        model: "AB"[i],
        share: this.percent(this.look(model).accuracy),
        step: this.integer(this.look(model).step),
      });
    });
    const sentence = fill(this.w.after, { shares: said.join(", ") });
    if (this.reading.textContent !== sentence) this.reading.textContent = sentence;
    this.charts.forEach((chart) => chart.paint());
    this.row.paint();
    this.panels.forEach((panel) => panel.paint());
  }
}
