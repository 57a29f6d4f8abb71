// The embedding table and a row's neighbours.

import { chip, el, fill } from "../../../components/base/elements.js";
import { integer, number } from "../../../components/base/numbers.js";

/** @param {import("./index.js").View<import("./index.js").TableData>} view */
export function table(view) {
  const { d, w, say } = view;
  const place = (id) => ({ left: `${(100 * (id + 0.5)) / d.rows}%` });
  const tick = (id, kind) => el("i", { className: kind, style: place(id) });
  const edge = (id) => el("span", {}, String(id));
  return [
    el(
      "figure",
      {
        className: "lying",
        role: "img",
        "aria-label": fill(w["lying-alt"], { token: d.token, id: d.id, rows: integer(d.rows, d.lang), width: d.width }),
      },
      el(
        "div",
        { className: "mark" },
        el(
          "span",
          { style: { ...place(d.id), transform: `translateX(-${(100 * d.id) / d.rows}%)` } },
          chip(d.token),
          String(d.id),
        ),
      ),
      el(
        "div",
        { className: "rows", style: { aspectRatio: `${d.rows} / ${d.width}` } },
        ...d.near.map((id) => tick(id, "near")),
        tick(d.id, "own"),
      ),
      el("div", { className: "edges" }, edge(0), el("span", {}, ...say("lying")), edge(d.rows - 1)),
    ),
    el("p", { className: "eyebrow" }, ...say("near", { token: chip(d.token) })),
    el(
      "ol",
      { className: "near-list" },
      ...d.near.map((id, i) =>
        el(
          "li",
          {},
          chip(d.nearTokens[i]),
          el("span", { className: "id" }, String(id)),
          el(
            "span",
            { className: "bar", "aria-hidden": "true" },
            el("i", { style: { width: `${100 * Math.max(0, d.cosines[i])}%` } }),
            el("b", { className: "median", style: { left: `${100 * Math.max(0, d.median)}%` } }),
          ),
          el("span", { className: "cosine" }, number(d.cosines[i], d.lang)),
        ),
      ),
    ),
  ];
}
