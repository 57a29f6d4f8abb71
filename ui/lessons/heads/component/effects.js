// How far each head moved one token's score: a grid, the heads that did most, and the head that is chosen, in a
// sentence.

import { signed } from "../../../components/base/colours.js";
import { button, chip, div, el, plain, span, weave } from "../../../components/base/elements.js";
import { number, range, unpack } from "../../../components/base/numbers.js";
import { Grid } from "./grid.js";
import { choose, chosen, Figure, goTo, plus, word } from "./head.js";

const MOST = 8; // heads listed

export class Effects extends Figure {
  /** @type {import("./index.js").EffectsData} */
  d;

  update(data, palette) {
    [this.d, this.w] = [data, data.words];
    this.values = unpack(data).effects.values;
    const limit = this.values.reduce((most, x) => Math.max(most, Math.abs(x)), 0) || 1;
    this.grid = new Grid(data.sizes, this.fill("effects-name", { token: plain(data.token) }), this.w, (l, h) => {
      const x = this.value(l, h);
      return { colour: signed(palette, x / limit), label: `${this.named(l, h)}: ${plus(x, data.lang)}` };
    });
    this.grid.onHover((...head) => this.say(...(head.length ? head : chosen(this.d))));
    this.said = el("p", { className: "said", "aria-live": "polite" });
    this.list = el("ol", {}, ...this.ranked().map((i) => this.item(i, limit, palette)));
    const legend = span(
      "legend note",
      number(-limit, data.lang),
      el("i", { style: { background: `linear-gradient(90deg, ${palette.diverging})` } }),
      plus(limit, data.lang),
    );
    this.box.replaceChildren(
      div(
        "over",
        el(
          "h3",
          { className: "eyebrow" },
          ...weave(this.w["effects-title"], { token: span("plain", word(data.token)) }),
        ),
        legend,
      ),
      this.grid.node,
      this.said,
      el("h3", { className: "eyebrow list-title" }, this.w["effects-most"]),
      this.list,
    );
    this.grid.paint();
    this.follow();
  }

  value(l, h) {
    return this.values[l * this.d.sizes.heads + h];
  }

  ranked() {
    const places = range(this.values.length);
    return places.sort((a, b) => Math.abs(this.values[b]) - Math.abs(this.values[a])).slice(0, MOST);
  }

  item(i, limit, palette) {
    const [l, h] = [Math.floor(i / this.d.sizes.heads), i % this.d.sizes.heads];
    const x = this.value(l, h);
    const half = 50 * (Math.abs(x) / limit);
    const bar = el("i", {
      style: {
        width: `${half}%`,
        left: x < 0 ? `${50 - half}%` : "50%",
        background: palette.diverging.at(x < 0 ? 0 : -1),
      },
    });
    return el(
      "li",
      {},
      button(
        "item",
        { onclick: () => choose(l, h) },
        span("", this.named(l, h)),
        span("mono", plus(x, this.d.lang)),
        span("track", bar),
      ),
    );
  }

  say(l, h) {
    const above = button("go", { onclick: () => goTo(l, h) }, this.w["see-above"]);
    const values = {
      head: this.named(l, h),
      x: el("b", { className: "mono" }, plus(this.value(l, h), this.d.lang)),
      token: chip(this.d.token),
    };
    this.said.replaceChildren(...weave(this.w["effects-said"], values), " ", above);
  }

  follow() {
    const [l, h] = chosen(this.d);
    this.grid.mark([l, h]);
    this.say(l, h);
    const places = this.ranked();
    this.list
      .querySelectorAll("button")
      .forEach((item, i) => item.setAttribute("aria-pressed", places[i] === l * this.d.sizes.heads + h));
  }
}
