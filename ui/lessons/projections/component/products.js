// All K products of a query's and a key's numbers: what each adds to the score, the largest first.

import { el, span } from "../../../components/base/elements.js";
import { range } from "../../../components/base/numbers.js";

const ENOUGH = 0.9; // of the sum of all sizes

export function paintProducts(view) {
  const { w, K, s } = view;
  const { title, stages, orders, list, sum, note } = view.products;
  const last = view.d.stages.at(-1);
  const stage = s.stage;
  const values = view.productsOf(stage);
  const [q, k] = [view.of(`q-${stage}`, s.query), view.of(`k-${stage}`, s.key)];
  const bySize = [...range(K)].sort((a, b) => Math.abs(values[b]) - Math.abs(values[a]));
  const order = s.order === "size" ? bySize : range(K);
  const longest = Math.abs(values[bySize[0]]) || 1;
  title.textContent = view.fill("products-title", {
    count: view.integer(K),
    query: view.word(s.query),
    key: view.word(s.key),
  });
  stages.paint(view.d.stages.indexOf(stage));
  orders.paint(s.order === "size" ? 0 : 1);
  list.replaceChildren(
    ...order.map((i) => {
      const bar = el("i", { className: values[i] < 0 ? "minus" : "plus" });
      bar.style.width = `${(50 * Math.abs(values[i])) / longest}%`;
      return el(
        "li",
        {},
        span("index", view.integer(i + 1)),
        span("query", view.number(q[i])),
        "×",
        span("key", view.number(k[i])),
        "=",
        span("product", view.number(values[i])),
        span("bar", bar),
      );
    }),
  );
  const total = values.reduce((a, b) => a + b, 0);
  const root = `√${view.d.divisor}`;
  const part = (...children) => span("part", ...children);
  const lines = [
    el(
      "p",
      {},
      part(view.fill("sum", { count: view.integer(K), sum: view.number(total) })),
      part(`÷ ${root} ≈ `, el("b", {}, view.number(total / Math.sqrt(view.d.divisor)))),
    ),
  ];
  if (stage === last)
    lines.push(
      el(
        "p",
        {},
        part(view.fill("own-score", { score: view.number(view.score()) })),
        part(view.fill("own-weight", { p: view.percent(view.weight()), query: view.word(s.query) })),
      ),
    );
  sum.replaceChildren(...lines);
  const sizes = bySize.map((i) => Math.abs(values[i]));
  const all = sizes.reduce((a, b) => a + b, 0);
  let [few, reached] = [0, 0];
  while (few < K && reached < ENOUGH * all) reached += sizes[few++];
  note.textContent = [
    view.fill("few", { few: view.integer(few), count: view.integer(K), p: `${view.integer(100 * ENOUGH)}\u202f%` }),
    w[`about-${about(view.d.stages, stage)}`],
  ].join(" ");
}

/** What is to be said of these q and k: only a rotation makes the last ones differ from what one position would give. */
function about(stages, stage) {
  if (stage === stages.at(-1)) return stage === "rotated" ? "rotated" : "last";
  return stage === "plain" && stages.includes("normed") ? "unnormed" : "plain";
}
