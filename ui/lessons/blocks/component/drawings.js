import { chip, div, el, span } from "../../../components/base/elements.js";
import { clamp } from "../../../components/base/numbers.js";
import { inLink, remember, still, View } from "../../../components/base/view.js";
import { choices } from "../../../components/choices/choices.js";
import { HEADER, Paper, SMALL } from "./paper.js";

/** Two models drawn part by part, as their configurations say, and a panel about the part that is chosen. */

const GAP = 15; // px between two slots
const HEIGHTS = {
  embedding: 50,
  attention: 136,
  mlp: 70,
  cross: 50,
  head: 50,
  attn_add: 24,
  cross_add: 24,
  mlp_add: 24,
};
// all else: attention
const INSIDE = { embedding: ["segment"], mlp: ["gate", "up", "activation", "down", "router", "experts"] };

export class Drawings extends View {
  /** @type {import("./index.js").DrawingsData} */
  d;

  update(data) {
    this.d = data;
    this.w = data.words;
    if (!this.chosen) {
      this.detailed = inLink("view") === "detailed";
      this.chosen = inLink("part");
      this.front = 0; // where there is room for one drawing only
    }
    if (!data.facts[this.chosen]) this.chosen = "attn_norm";
    if (!this.detailed) this.chosen = this.outer(this.chosen);
    this.build();
  }

  build() {
    const { w, d } = this;
    this.view = choices(w["view-name"], [w["view-simple"], w["view-detailed"]], (i) =>
      this.change({ detailed: i === 1 }),
    );
    this.which = choices(
      w["which-name"],
      d.sides.map((side) => side.short),
      (i) => this.change({ front: i }),
    );
    this.columns = d.sides.map((side) => {
      const paper = div("paper");
      const title = el("header", {}, el("h2", {}, side.title), el("p", { className: "note" }, side.model));
      return { paper, node: el("section", { className: `side ${side.name}` }, title, paper) };
    });
    this.panel = el("section", {
      className: "panel",
      tabIndex: 0,
      "aria-live": "polite",
      "aria-label": w["panel-name"],
    });
    const mark = span("mark");
    mark.setAttribute("aria-hidden", "true");
    this.box.replaceChildren(
      div(
        "bar",
        this.view.node,
        div("only-narrow", this.which.node),
        el("p", { className: "note legend" }, mark, w["mark-legend"]),
      ),
      div("pair", ...this.columns.map((column) => column.node), this.panel),
    );
    this.draw();
    this.paint();
  }

  change(change) {
    Object.assign(this, change);
    if (!this.detailed) this.chosen = this.outer(this.chosen);
    this.draw();
    this.paint();
    this.tell();
  }

  /** The part that can be seen in the simplified view: what is chosen, or what it is inside of. */
  outer(key) {
    const seen = this.d.sides.flatMap((side) => this.parts(side).map((part) => part.name));
    if (seen.includes(key) || key === "residual" || key === "position") return key;
    return Object.keys(INSIDE).find((name) => INSIDE[name].includes(key)) ?? "attention";
  }

  choose(key, narrow = false) {
    this.chosen = key;
    this.paint();
    this.tell();
    if (narrow && getComputedStyle(this.panel).position !== "sticky")
      this.panel.scrollIntoView({ block: "nearest", behavior: still() ? "auto" : "smooth" });
  }

  tell() {
    remember({ part: this.chosen, view: this.detailed ? "detailed" : null });
  }

  fit() {
    const width = this.columns.find((column) => column.paper.clientWidth)?.paper.clientWidth;
    if (!width || width === this.width) return;
    this.draw();
    this.paint();
  }

  // ------------------------------------------------------------ where everything stands

  /** From the slots that any side uses: their middle and height, from the top. The same on both sides. */
  slots() {
    const heights = new Map();
    for (const side of this.d.sides) {
      for (const part of this.parts(side)) {
        const height =
          this.detailed && side.inside[part.name]
            ? this.room(side.inside[part.name].length)
            : (HEIGHTS[part.slot] ?? SMALL);
        heights.set(part.slot, Math.max(height, heights.get(part.slot) ?? 0));
        const add = `${part.slot.replace("attention", "attn").split("_")[0]}_add`;
        if (this.d.slots.includes(add)) heights.set(add, HEIGHTS[add]);
      }
    }
    const spots = {};
    let y = 8;
    for (const slot of [...this.d.slots].reverse()) {
      if (!heights.has(slot)) continue;
      if (slot === "mlp_after" || (slot === "mlp_add" && !heights.has("mlp_after"))) y += 14; // the edge of the block
      spots[slot] = { y: y + heights.get(slot) / 2, height: heights.get(slot) };
      y += heights.get(slot) + GAP;
      if (slot === "attn_before" || (slot === "attention" && !heights.has("attn_before"))) y += 14;
    }
    return { spots, height: y + 4 };
  }

  room(rows) {
    return HEADER + rows * SMALL + (rows - 1) * 16 + 28;
  }

  parts(side) {
    return side.parts.filter((part) => this.detailed || !(part.absent || part.name === "segment"));
  }

  draw() {
    const width = this.columns.find((column) => column.paper.clientWidth)?.paper.clientWidth;
    this.columns.forEach((column, i) => column.node.classList.toggle("front", i === this.front));
    if (!width) return;
    this.width = width;
    const { spots, height } = this.slots();
    const had = this.focused?.closest?.("[data-key]");
    const kept = had && [Number(had.dataset.side), had.dataset.key];
    this.buttons = this.d.sides.map((side, i) => {
      const paper = new Paper(this, side, i, width, height, spots);
      this.columns[i].paper.replaceChildren(...paper.nodes());
      return paper.buttons;
    });
    if (kept) this.buttons[kept[0]].find((button) => button.dataset.key === kept[1])?.focus({ preventScroll: true });
  }

  // ------------------------------------------------------------ what follows the choice

  paint() {
    this.view.paint(this.detailed ? 1 : 0);
    this.which.paint(this.front);
    this.buttons?.forEach((buttons) => {
      const first = buttons.find((button) => button.dataset.key === this.chosen) ?? buttons[0];
      buttons.forEach((button) => {
        button.setAttribute("aria-checked", button.dataset.key === this.chosen);
        button.tabIndex = button === first ? 0 : -1;
      });
    });
    this.panel.replaceChildren(...this.about());
  }

  /** Up and down go along a drawing, left and right to the same part of the other. */
  key(event) {
    const [side, here] = [Number(event.target.dataset.side), this.buttons[Number(event.target.dataset.side)]];
    const step = { ArrowUp: 1, ArrowDown: -1, Home: -999, End: 999 }[event.key];
    const across = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if ((!step && !across) || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const other = this.buttons[side + (across ?? 0)];
    const next = step
      ? here[clamp(here.indexOf(event.target) + step, 0, here.length - 1)]
      : other?.find((b) => b.dataset.key === this.chosen);
    if (!next?.offsetParent) return;
    next.focus();
    this.choose(next.dataset.key);
  }

  about() {
    const { w } = this;
    const fact = this.d.facts[this.chosen];
    const paper = Object.values(fact.sides).some((side) => side.paper); // not in the models that are compared
    const verdict = paper
      ? null
      : el("p", { className: "note verdict" }, fact.differs ? span("mark") : null, fact.differs ? w.differs : w.alike);
    return [
      el("h3", {}, fact.title),
      verdict,
      el("p", {}, fact.why),
      el("p", { className: "note from" }, ...fact.from.map(([text, href]) => (href ? el("a", { href }, text) : text))),
      ...this.d.sides.map((side) => this.sideOf(side, fact.sides[side.name])),
    ].filter(Boolean);
  }

  sideOf(side, fact) {
    const name = el("p", { className: "eyebrow" }, fact.paper ? this.w["paper-name"] : side.short);
    if (!fact.here) return div("of", name, el("p", { className: "absent" }, fact.what));
    const lines = [
      name,
      el("p", { className: "own" }, el("b", {}, fact.label), fact.sub ? span("sub", " ", fact.sub) : null),
      el("p", {}, fact.what),
    ];
    if (fact.shape.length)
      lines.push(el("p", { className: "mono shapes" }, ...fact.shape.flatMap((line) => [line, el("br")]).slice(0, -1)));
    lines.push(el("p", { className: "note" }, fact.parameters));
    return div("of", ...lines, ...fact.readings.map((reading) => this.reading(reading, side)));
  }

  reading({ label, values, shown }, side) {
    const [low, high] = [Math.min(...values), Math.max(...values)];
    if (values.length === 1)
      return el(
        "p",
        { className: "reading" },
        label,
        ": ",
        el("b", { className: "mono" }, shown[0]),
        " ",
        span("at", this.w.at, " ", chip(side.token)),
      );
    const bars = values.map((x, i) =>
      el("i", {
        title: this.fill("bar-title", { layer: i + 1, x: shown[i] }),
        style: { height: `${high > 0 ? Math.max(100 * (x / high), 2) : 2}%` },
      }),
    );
    const told =
      low === high
        ? shown[0]
        : this.fill("bars-range", { low: shown[values.indexOf(low)], high: shown[values.indexOf(high)] });
    const spoken = this.fill("bars-name", { label, first: shown[0], last: shown.at(-1), layers: values.length, told });
    return div(
      "reading",
      el("p", {}, label, " ", span("at", this.w.at, " ", chip(side.token))),
      el("div", { className: "bars", role: "img", "aria-label": spoken }, ...bars),
      el(
        "p",
        { className: "ends note" },
        span("", this.fill("layer-n", { n: 1 })),
        el("b", { className: "mono" }, told),
        span("", String(values.length)),
      ),
    );
  }
}
