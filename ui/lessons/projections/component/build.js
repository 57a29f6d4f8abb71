// The parts that stay as long as prompt and language do: choices at the top, the matrices, the list of products.

import { button, chip, div, el, span, weave } from "../../../components/base/elements.js";
import { range } from "../../../components/base/numbers.js";
import { Radios } from "../../../components/base/view.js";
import { Layers } from "../../../components/layers/layers.js";
import { buildMatrices } from "./matrices.js";

const symbol = (name, kind) => span(`symbol ${kind}`, name);

export function buildParts(view) {
  const { w, d } = view;
  const chips = (className, label, choose) =>
    new Radios(
      `chips ${className}`,
      label,
      d.tokens.map((token) => button("pick", {}, chip(token))),
      choose,
    );
  view.queries = chips("queries", w["query-token"], (query) => view.choose({ query }));
  view.keys = chips("keys", w["key-token"], (key) => view.choose({ key }));
  view.layerStrip = new Layers(d.layers, w.layer, (layer) => view.choose({ layer }));
  view.headPicks = new Radios(
    "heads",
    w.head,
    range(d.heads).map((head) => button("number", {}, String(head + 1))),
    (head) => view.choose({ head }),
  );
  const named = (label, kind, node) => div("choice", span(`eyebrow ${kind}`, label), node);
  view.sentence = el("p", { className: "read", "aria-live": "polite" });
  view.products = {
    title: el("h2", {}),
    stages: new Radios(
      "stages",
      w["stage-label"],
      d.stages.map((stage) => button("option", {}, w[`stage-${stage}`])),
      (stage) => view.choose({ stage: d.stages[stage] }),
    ),
    orders: new Radios(
      "orders",
      w["order-label"],
      ["size", "place"].map((order) => button("option", {}, w[`order-${order}`])),
      (order) => view.choose({ order: ["size", "place"][order] }),
    ),
    list: el("ol", { className: "list", tabIndex: 0, "aria-label": w["products-list"] }),
    sum: div("arith"),
    note: el("p", { className: "note" }),
  };
  const { title, stages, orders, list, sum, note } = view.products;
  view.box.replaceChildren(
    div(
      "choices",
      named(w["query-token"], "query", view.queries.node),
      named(w["key-token"], "key", view.keys.node),
      named(w.layer, "", view.layerStrip.node),
      named(w.head, "", view.headPicks.node),
    ),
    view.sentence,
    el("section", { className: "matrices", "data-part": w["part-matrices"] }, ...buildMatrices(view)),
    el(
      "section",
      { className: "products", "data-part": w["part-products"] },
      title,
      el("p", { className: "about" }, ...weave(w["products-text"], { q: symbol("q", "query"), k: symbol("k", "key") })),
      div("over", d.stages.length > 1 ? stages.node : "", orders.node),
      list,
      sum,
      note,
    ),
  );
}
