import { shade } from "../../../components/base/colours.js";
import { chip, div, el, span, weave } from "../../../components/base/elements.js";
import { clamp, percent, range, unpack } from "../../../components/base/numbers.js";
import { linked, remember, View } from "../../../components/base/view.js";
import { weightRows } from "../../../components/base/weights.js";
import { choices } from "../../../components/choices/choices.js";

/** The same text in two models: one head of each, and the tokens they hold likeliest to come next. */
export class Maps extends View {
  /** @type {import("./index.js").MapsData} */
  d;

  H; // heads
  L; // layers
  T; // tokens
  head;
  layer;

  update(data, palette) {
    const arrays = unpack(data);
    this.d = data;
    this.w = data.words;
    this.palette = palette;
    this.patterns = data.sides.map((_, i) => arrays[`pattern${i}`]);
    [this.L, this.H, this.T] = this.patterns[0].shape;
    this.layer ??= linked("map-layer", this.L, data.layer);
    this.head ??= linked("map-head", this.H, data.head); // -1 is the mean of all
    if (this.text === undefined) this.query = linked("map-token", this.T, this.T - 1);
    else if (this.text !== data.tokens.join(" ")) {
      this.query = this.T - 1;
      remember({ "map-token": null });
    }
    this.text = data.tokens.join(" ");
    const dial = (name, group) => div("dial", el("span", { "aria-hidden": "true" }, name), group);
    this.layers = choices(
      this.w.layer,
      range(this.L).map((i) => String(i + 1)),
      (layer) => this.choose({ layer }),
    );
    this.heads = choices(this.w.head, [this.w["all-heads"], ...range(this.H).map((i) => String(i + 1))], (i) =>
      this.choose({ head: i - 1 }),
    );
    this.columns = data.sides.map(({ title }) => el("section", { "data-part": title }));
    this.box.replaceChildren(
      div("bar", dial(this.w.layer, this.layers.node), dial(this.w.head, this.heads.node)),
      div("two", ...this.columns),
      el("p", { className: "note" }, this.w["maps-note"]),
    );
    this.paint();
  }

  choose(change) {
    Object.assign(this, change);
    this.paint();
    if ("query" in change) this.columns[change.side].querySelectorAll("button")[change.query].focus();
    remember({
      "map-layer": this.layer + 1,
      "map-head": this.head < 0 ? null : this.head + 1,
      "map-token": this.query + 1,
    });
  }

  weight(side, query, key) {
    const { values } = this.patterns[side];
    const at = (head) => values[((this.layer * this.H + head) * this.T + query) * this.T + key];
    return this.head < 0 ? range(this.H).reduce((sum, head) => sum + at(head), 0) / this.H : at(this.head);
  }

  paint() {
    this.layers.paint(this.layer);
    this.heads.paint(this.head + 1);
    this.columns.forEach((column, side) =>
      column.replaceChildren(el("h3", {}, this.d.sides[side].title), this.map(side), this.said(side), this.next(side)),
    );
  }

  map(side) {
    const { T, palette, d } = this;
    const name = el("div", {
      className: "map",
      role: "radiogroup",
      "aria-label": this.fill("map-name", { model: d.sides[side].title }),
    });
    name.style.setProperty("--n", T);
    for (const query of range(T)) {
      const cells = range(T).map((key) => {
        const weight = this.weight(side, query, key);
        const open = key <= query;
        return el("i", {
          style: { background: open ? shade(palette, weight) : "none" },
          title: open
            ? this.fill("cell-title", { query: d.tokens[query], key: d.tokens[key], p: percent(weight, d.lang) })
            : "",
        });
      });
      const row = el(
        "button",
        {
          type: "button",
          role: "radio",
          className: "row",
          "aria-checked": query === this.query,
          onclick: () => this.choose({ query, side }),
        },
        span("name mono", d.tokens[query]),
        span("cells", ...cells),
      );
      row.tabIndex = query === this.query ? 0 : -1;
      name.append(row);
    }
    name.addEventListener("keydown", (event) => {
      const by = { ArrowUp: -1, ArrowDown: 1, Home: -99, End: 99 }[event.key];
      if (!by) return;
      event.preventDefault();
      this.choose({ query: clamp(this.query + by, 0, T - 1), side });
    });
    return name;
  }

  /** The weights of both maps. */
  asTable() {
    const { d, w } = this;
    const head = this.head < 0 ? w["all-heads"] : this.head + 1;
    const rows = d.sides.flatMap(({ title }, side) =>
      weightRows(d.tokens, (q, k) => (k <= q ? [this.weight(side, q, k)] : null)).map((row) => [
        title,
        this.layer + 1,
        head,
        ...row,
      ]),
    );
    return { heads: ["model", "layer", "head", "query", "key", "weight"].map((name) => w[`col-${name}`]), rows };
  }

  said(side) {
    const weights = range(this.query + 1).map((key) => this.weight(side, this.query, key));
    const most = weights.indexOf(Math.max(...weights));
    const parts = {
      query: chip(this.d.tokens[this.query]),
      key: chip(this.d.tokens[most]),
      p: el("b", {}, this.percent(weights[most])),
    };
    return el("p", { className: "said" }, ...weave(this.w["map-said"], parts));
  }

  next(side) {
    const longest = Math.max(...this.d.sides.flatMap(({ next }) => next.map(([, share]) => share)));
    const rows = this.d.sides[side].next.map(([token, share, shown]) =>
      el(
        "li",
        {},
        chip(token),
        div("meter", el("i", { style: { width: `${(100 * share) / longest}%` } })),
        span("mono", shown),
      ),
    );
    return div("next", el("p", { className: "eyebrow" }, this.w["next-name"]), el("ol", {}, ...rows));
  }
}
