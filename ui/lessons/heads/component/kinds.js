// What every head does on texts made for the measurement: a grid by kind, and the best heads of one kind on this
// sentence.

import { mix, readable, shade } from "../../../components/base/colours.js";
import { button, div, el, span } from "../../../components/base/elements.js";
import { best, integer, range, unpack } from "../../../components/base/numbers.js";
import { linked, Radios, remember } from "../../../components/base/view.js";
import { Grid } from "./grid.js";
import { chosen, drawMap, Figure, goTo } from "./head.js";

const PALE = 0.55; // how far the kinds that are not chosen fade

export class Kinds extends Figure {
  /** @type {import("./index.js").KindsData} */
  d;

  update(data, palette) {
    [this.d, this.w, this.palette] = [data, data.words, palette];
    this.a = unpack(data);
    this.T = this.a.wanted.shape[1];
    this.ramp = range(256).map((i) => shade(palette, i / 255));
    const none = data.kinds.length;
    this.kind ??= linked("kind", none, 0); // shown in detail
    this.grid = new Grid(data.sizes, this.w["kinds-name"], this.w, (l, h) => {
      const kind = this.kindOf(l, h);
      const colour = kind === this.kind ? this.colour(kind) : mix(this.colour(kind), palette.paper, PALE);
      return {
        colour,
        ink: readable(colour, palette),
        text: kind < none ? this.letter(kind) : "",
        label: this.label(l, h),
      };
    });
    this.grid.onHover((...head) => this.say(...(head.length ? head : chosen(this.d))));
    const kinds = range(none).map((kind) => {
      const colour = this.colour(kind);
      return button(
        "kind",
        {},
        el("i", { style: { background: colour, color: readable(colour, palette) } }, this.letter(kind)),
        span("", this.w[`kind-${data.kinds[kind]}`]),
        el("b", {}, integer(data.counts[kind], data.lang)),
      );
    });
    this.legend = new Radios("legend-kinds", this.w["kinds-choose"], kinds, (kind) => this.take(kind));
    const rest = div(
      "none note",
      el("i", { style: { background: this.colour(none) } }),
      this.fill("kind-none", { count: integer(data.counts[none], data.lang) }),
    );
    this.said = el("p", { className: "said", "aria-live": "polite" });
    this.detail = el("section", { className: "detail" });
    this.box.replaceChildren(div("legends", this.legend.node, rest), this.grid.node, this.said, this.detail);
    this.pick(this.kind);
    this.follow();
  }

  kindOf(l, h) {
    return this.a.kind.values[l * this.d.sizes.heads + h];
  }
  score(kind, l, h) {
    return this.a.scores.values[(kind * this.d.sizes.layers + l) * this.d.sizes.heads + h];
  }
  colour(kind) {
    return kind < this.d.kinds.length ? this.palette.categorical[[3, 7, 4, 6][kind]] : this.palette.sequential[0];
  }
  letter(kind) {
    return this.w.letters.split(" ")[kind];
  }

  /** A head in words: its kind with the score, or its highest score where it is of no kind. */
  label(l, h) {
    const kind = best(range(this.d.kinds.length), (kind) => this.score(kind, l, h));
    const section = this.kindOf(l, h) < this.d.kinds.length ? "kinds-said" : "kinds-said-none";
    return this.fill(section, {
      head: this.named(l, h),
      kind: this.w[`place-${this.d.kinds[kind]}`],
      p: this.percent(this.score(kind, l, h)),
    });
  }

  say(l, h) {
    this.said.replaceChildren(this.label(l, h), " ", button("go", { onclick: () => goTo(l, h) }, this.w["see-above"]));
  }

  take(kind) {
    remember({ kind: kind + 1 });
    this.pick(kind);
  }

  pick(kind) {
    this.kind = kind;
    this.legend.paint(kind);
    this.grid.paint();
    const before = this.d.best.slice(0, kind).reduce((sum, heads) => sum + heads.length, 0);
    const name = this.d.kinds[kind];
    const found = range(this.T * this.T).some((i) => this.a.wanted.values[kind * this.T * this.T + i]);
    this.cards = this.d.best[kind].map(([l, h], i) => {
      const [score, here] = [this.percent(this.score(kind, l, h)), this.a.shares.values[before + i]];
      const card = button(
        "card",
        { onclick: () => goTo(l, h) },
        el("canvas", { "aria-hidden": "true" }),
        span("name", this.named(l, h)),
        span("note", this.fill("card-score", { p: score })),
        span("note", Number.isNaN(here) ? this.w["card-nowhere"] : this.fill("card-here", { p: this.percent(here) })),
      );
      return Object.assign(card, { layer: l, head: h, start: (before + i) * this.T * this.T });
    });
    const sample = el("a", { href: `?prompt=${encodeURIComponent(this.w["repeat-sample"])}` }, this.w["repeat-sample"]);
    this.detail.replaceChildren(
      el("h3", {}, this.w[`best-${name}`]),
      el("p", {}, this.w[`about-${name}`]),
      this.cards.length ? div("cards", ...this.cards) : el("p", { className: "note" }, this.w["kind-empty"]),
      el("p", { className: "note" }, ...(found ? [this.w["cards-note"]] : [`${this.w["nothing-here"]} `, sample])),
    );
    this.fit();
    this.follow();
  }

  fit() {
    const [size, T] = [this.T * this.T, this.T];
    const wanted = this.a.wanted.values.subarray(this.kind * size, this.kind * size + size);
    this.cards.forEach((card) => {
      const width = card.firstElementChild.clientWidth;
      if (width)
        drawMap(card.firstChild, width, T, this.a.patterns.values, card.start, this.ramp, wanted, this.palette.ink);
    });
  }

  follow() {
    const [l, h] = chosen(this.d);
    this.grid.mark([l, h]);
    this.say(l, h);
    this.cards.forEach((card) => card.setAttribute("aria-pressed", card.layer === l && card.head === h));
  }
}
