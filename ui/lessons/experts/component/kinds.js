// What the experts of one layer take, measured on held-out text: word class against expert as lift, and typical tokens.

import { inkOn, signed } from "../../../components/base/colours.js";
import { button, chip, div, el, fill } from "../../../components/base/elements.js";
import { clamp, integer, percent, range, unpack } from "../../../components/base/numbers.js";
import { linked, Radios, remember, View } from "../../../components/base/view.js";
import { expertMark } from "./mark.js";

const OFTEN = 3; // powers of two from the middle of the scale to its end

export class Kinds extends View {
  /** @type {import("./index.js").KindsData} */
  d;

  C; // kinds of token
  E; // experts
  L; // layers

  update(data, palette) {
    this.d = data;
    this.w = data.words;
    this.palette = palette;
    this.a = unpack(data);
    [this.L, this.C, this.E] = this.a.lift.shape;
    this.layer ??= linked("kinds", this.L, data.start);
    const { w } = this;
    const names = range(this.L).map((layer) => button("layer", {}, String(layer + 1)));
    this.layers = new Radios("layers", w["layers-name"], names, (layer) => {
      this.layer = layer;
      remember({ kinds: layer + 1 });
      this.paint();
    });
    this.table = div("table");
    this.typical = div("typical");
    this.box.replaceChildren(
      div("bar", el("span", { className: "soft" }, w.layer), this.layers.node),
      el("h3", {}, w["lift-title"]),
      this.table,
      this.legend(),
      el("h3", {}, w["typical-title"]),
      this.typical,
    );
    this.paint();
  }

  legend() {
    const cell = (x) => el("i", { style: { background: signed(this.palette, x / OFTEN) } });
    const scale = range(13).map((i) => cell(((i - 6) / 6) * OFTEN));
    return el(
      "p",
      { className: "note legend" },
      this.fill("lift-rare", { n: 2 ** OFTEN }),
      div("scale", ...scale),
      this.fill("lift-often", { n: 2 ** OFTEN }),
    );
  }

  paint() {
    const { w, d, C, E, layer } = this;
    this.layers.paint(layer);
    const lift = (c, e) => this.a.lift.values[(layer * C + c) * E + e];
    const cell = (c, e) => {
      const x = lift(c, e);
      if (Number.isNaN(x)) return el("td", {}, "–");
      const background = signed(this.palette, clamp(Math.log2(Math.max(x, 1e-9)) / OFTEN, -1, 1));
      const shown =
        x < 0.05
          ? "0"
          : new Intl.NumberFormat(d.lang, {
              maximumFractionDigits: x < 9.95 ? 1 : 0,
              minimumFractionDigits: x < 9.95 ? 1 : 0,
            }).format(x);
      return el("td", { style: { background, color: inkOn(background, this.palette) } }, shown);
    };
    const heads = range(E).map((e) => el("th", { scope: "col" }, expertMark(e, this.palette)));
    const rows = range(C).map((c) =>
      el("tr", {}, el("th", { scope: "row" }, w[`class-${d.classes[c]}`]), ...range(E).map((e) => cell(c, e))),
    );
    const region = { tabIndex: 0, role: "region", "aria-label": w["lift-title"] };
    Object.assign(this.table, { tabIndex: 0 });
    for (const name of ["role", "aria-label"]) this.table.setAttribute(name, region[name]);
    this.table.replaceChildren(
      el(
        "table",
        { className: "lift" },
        el("thead", {}, el("tr", {}, el("td", {}), ...heads)),
        el("tbody", {}, ...rows),
      ),
    );
    this.typical.replaceChildren(
      ...d.typical[layer].map((tokens, e) => {
        const share = percent(d.loads[layer][e], d.lang);
        const marks = tokens.map(({ token, taken, of }) => {
          const mark = chip(token);
          mark.title = fill(w["typical-hover"], { taken: integer(taken, d.lang), of: integer(of, d.lang) });
          return mark;
        });
        const nothing = el("span", { className: "soft" }, w["typical-none"]);
        return div(
          "row",
          expertMark(e, this.palette),
          el("span", { className: "soft load" }, share),
          el("p", {}, ...(marks.length ? marks.flatMap((mark) => [mark, " "]) : [nothing])),
        );
      }),
    );
  }
}
