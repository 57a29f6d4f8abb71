// The curves: accuracy, loss, and how busy the busiest expert is, over the steps of either run.

import { el, shape } from "../../../components/base/elements.js";
import { best, range } from "../../../components/base/numbers.js";

const HEIGHT = 190;
const EDGES = { left: 48, right: 12, top: 8, bottom: 26 };

export class Chart {
  kind;
  lab;

  constructor(lab, kind) {
    [this.lab, this.kind] = [lab, kind];
    this.svg = shape("svg", { role: "img", height: HEIGHT });
    this.node = el("figure", {}, el("figcaption", {}, lab.w[`curve-${kind}`]), this.svg);
    this.svg.addEventListener("click", (event) => {
      const step = ((event.offsetX - EDGES.left) / this.width) * lab.d.steps;
      const all = best(
        lab.models.map((model) => lab.seen(model)),
        (seen) => seen.length,
      );
      lab.go(best(range(all.length), (i) => -Math.abs(all[i].step - step)));
    });
  }

  value(snapshot) {
    if (this.kind !== "busiest") return snapshot[this.kind];
    return snapshot.load
      ? snapshot.load.reduce((sum, layer) => sum + Math.max(...layer), 0) / snapshot.load.length
      : null;
  }

  paint() {
    const { lab } = this;
    const full = this.node.clientWidth;
    if (!full) return;
    this.width = full - EDGES.left - EDGES.right;
    const points = lab.models.map((model) =>
      lab
        .seen(model)
        .map((one) => [one.step, this.value(one)])
        .filter(([, y]) => y !== null),
    );
    const top = this.kind === "loss" ? Math.max(...points.flat().map(([, y]) => y), lab.d.chance.loss) * 1.05 : 1;
    const x = (step) => EDGES.left + (step / lab.d.steps) * this.width;
    const y = (value) => EDGES.top + (1 - value / top) * (HEIGHT - EDGES.top - EDGES.bottom);
    const { soft, rule, ink } = lab.palette;
    const text = (at, label, extra) => shape("text", { ...at, fill: soft, "font-size": 12, ...extra }, label);
    const line = (x1, y1, x2, y2, extra) => shape("line", { x1, y1, x2, y2, ...extra });
    const ticks = this.kind === "loss" ? range(Math.floor(top / tick(top)) + 1).map((i) => i * tick(top)) : [0, 0.5, 1];
    const shown = this.kind === "loss" ? (v) => lab.number(v) : (v) => lab.percent(v);
    const [level, name] = [lab.d.chance[this.kind], this.kind === "busiest" ? "even" : "chance"];
    this.svg.setAttribute("viewBox", `0 0 ${full} ${HEIGHT}`);
    this.svg.setAttribute("width", full);
    this.svg.setAttribute("aria-label", this.aloud(points, shown));
    this.svg.replaceChildren(
      ...ticks.flatMap((v) => [
        line(EDGES.left, y(v), full - EDGES.right, y(v), { stroke: rule }),
        text({ x: EDGES.left - 7, y: y(v) + 4, "text-anchor": "end" }, shown(v)),
      ]),
      ...[0, 0.5, 1].map((part) =>
        text(
          { x: x(part * lab.d.steps), y: HEIGHT - 6, "text-anchor": ["start", "middle", "end"][2 * part] },
          lab.integer(part * lab.d.steps),
        ),
      ),
      ...(level
        ? [line(EDGES.left, y(level), full - EDGES.right, y(level), { stroke: soft, "stroke-dasharray": "2 4" })]
        : []),
      line(x(this.step), EDGES.top, x(this.step), HEIGHT - EDGES.bottom, { stroke: ink, "stroke-width": 1.2 }),
      ...points.map((one, i) =>
        shape("polyline", {
          points: one.map(([s, v]) => `${x(s)},${y(v)}`).join(" "),
          fill: "none",
          stroke: lab.lines[i],
          "stroke-width": 2.6,
          "stroke-linejoin": "round",
          "stroke-dasharray": i ? "7 4" : "none",
        }),
      ),
      ...lab.models
        .map((model, i) => [this.value(lab.look(model)), lab.look(model).step, i])
        .filter(([v]) => v !== null)
        .map(([v, s, i]) =>
          shape("circle", {
            cx: x(s),
            cy: y(v),
            r: 4.5,
            fill: i ? lab.palette.paper : lab.lines[i],
            stroke: lab.lines[i],
            "stroke-width": 2,
          }),
        ),
      ...(level // over the curves, with an edge of paper
        ? [text({ x: full - EDGES.right, y: y(level) - 5, "text-anchor": "end", class: "over" }, lab.w[name])]
        : []),
    );
  }

  get step() {
    return Math.max(...this.lab.models.map((model) => this.lab.look(model).step));
  }

  aloud(points, shown) {
    const last = points.map((one, i) => (one.length ? `${"AB"[i]} ${shown(one.at(-1)[1])}` : "")).filter(Boolean);
    return `${this.lab.w[`curve-${this.kind}`]}: ${last.join(", ")}`;
  }
}

/** A round distance between ticks, for three or four of them. */
const tick = (top) => [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50].find((step) => top / step < 4.5) ?? top / 4;
