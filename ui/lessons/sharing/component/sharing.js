// Which query head reads which key/value head, for each way of sharing; and what each way costs.

import { button, div, el, shape, span, weave } from "../../../components/base/elements.js";
import { integer, range } from "../../../components/base/numbers.js";
import { linked, Radios, remember, View } from "../../../components/base/view.js";

export class Sharing extends View {
  /** @type {import("./index.js").SharingData} */
  d;

  update(data, palette) {
    [this.d, this.w, this.palette] = [data, data.words, palette];
    const { ways, heads, lang, start } = data;
    this.way ??= linked("sharing", ways.length, start[0]);
    this.head ??= linked("query", heads, start[1]);
    const names = ways.map((way) =>
      button(
        "way",
        {},
        el("b", {}, this.name(way)),
        span(
          "note",
          this.fill(way.kv_heads === 1 ? "way-count-one" : "way-count-many", { count: integer(way.kv_heads, lang) }),
        ),
      ),
    );
    this.tabs = new Radios("ways", this.w["ways-name"], names, (way) => this.take({ way }));
    this.wires = shape("svg", { viewBox: "0 0 900 100", preserveAspectRatio: "none", "aria-hidden": "true" });
    const queries = range(heads).map((h) => button("query-head", {}, span("query", "q"), el("sub", {}, String(h + 1))));
    this.queries = new Radios("line", this.w["query-heads"], queries, (head) => this.take({ head }));
    this.pairs = div("line");
    this.said = el("p", { className: "read", "aria-live": "polite" });
    const head = (text) => el("th", { scope: "col" }, text);
    const columns = ["col-way", "col-kv", "col-numbers", "col-parameters", "col-cache"].map((name) =>
      this.fill(name, { context: integer(data.context, lang) }),
    );
    this.rows = ways.map((way) =>
      el(
        "tr",
        {},
        el("th", { scope: "row" }, this.name(way)),
        ...[integer(way.kv_heads, lang), integer(way.numbers, lang), way.parameters, way.cache].map((text) =>
          el("td", {}, text),
        ),
      ),
    );
    this.box.replaceChildren(
      this.tabs.node,
      div(
        "diagram",
        el("p", { className: "eyebrow" }, this.w["query-heads"]),
        this.queries.node,
        this.wires,
        this.pairs,
        el("p", { className: "eyebrow" }, this.w["kv-heads"]),
      ),
      this.said,
      el(
        "div",
        { className: "table", tabIndex: 0, role: "region", "aria-label": this.w["ways-name"] },
        el("table", {}, el("thead", {}, el("tr", {}, ...columns.map(head))), el("tbody", {}, ...this.rows)),
      ),
    );
    this.pick(this.way);
  }

  name(way) {
    const kind = way.kv_heads === this.d.heads ? "multi" : way.kv_heads === 1 ? "one" : "grouped";
    return this.w[`way-${kind}`] + (way.kv_heads === this.d.groups ? ` (${this.d.model})` : "");
  }

  take(change) {
    Object.assign(this, change);
    remember({ sharing: this.way + 1, query: this.head + 1 });
    this.pick(this.way);
  }

  pick(way) {
    this.way = way;
    this.tabs.paint(way);
    this.rows.forEach((row, i) => row.classList.toggle("chosen", i === way));
    const { kv_heads: count } = this.d.ways[way];
    this.pairs.replaceChildren(
      ...range(count).map((g) =>
        div(
          "pair",
          span("key", "k"),
          el("sub", {}, String(g + 1)),
          " ",
          span("value", "v"),
          el("sub", {}, String(g + 1)),
        ),
      ),
    );
    this.read(this.head);
  }

  read(head) {
    this.head = head;
    const { heads } = this.d;
    const { kv_heads: count } = this.d.ways[this.way];
    const each = heads / count;
    const group = Math.floor(head / each);
    const [top, bottom] = [(h) => (900 / heads) * (h + 0.5), (g) => (900 / count) * (g + 0.5)];
    this.wires.replaceChildren(
      ...range(heads)
        .sort((a, b) => Number(a === head) - Number(b === head))
        .map((h) => {
          const [x, u] = [top(h), bottom(Math.floor(h / each))];
          return shape("path", {
            d: `M${x} 0C${x} 50 ${u} 50 ${u} 100`,
            class: h === head ? "chosen" : Math.floor(h / each) === group ? "with" : "",
          });
        }),
    );
    this.queries.paint(head);
    [...this.pairs.children].forEach((pair, g) => pair.classList.toggle("chosen", g === group));
    const others = range(heads).filter((h) => h !== head && Math.floor(h / each) === group);
    const section = others.length === 0 ? "reads-own" : others.length === heads - 1 ? "reads-all" : "reads-shared";
    const list = new Intl.ListFormat(this.d.lang, { type: "conjunction" }).format(others.map((h) => String(h + 1)));
    const sub = (symbol, role) => span("symbol", span(role, symbol), el("sub", {}, String(group + 1)));
    this.said.replaceChildren(
      ...weave(this.w[section], { head: String(head + 1), k: sub("k", "key"), v: sub("v", "value"), others: list }),
    );
  }
}
