// The same text under several tokenizers.

import { chip, el, fill } from "../../../components/base/elements.js";
import { integer } from "../../../components/base/numbers.js";

/** @param {import("./index.js").View<import("./index.js").CompareData>} view */
export function compare(view) {
  const { d, w, say } = view;
  const most = Math.max(...d.found.map((one) => one.count ?? 0));
  return d.found.map((one) => {
    const name = el("h3", {}, w[`of-${one.name}`]);
    if (one.missing)
      return el(
        "section",
        { className: "one" },
        name,
        el("p", { className: "note" }, fill(w.missing, { file: one.missing })),
      );
    let place = -1;
    const chips = one.tokens.map((token, i) => {
      if (one.added[i]) return chip(token, "added");
      const shown = chip(token);
      shown.style.background = view.tint((place += 1));
      return shown;
    });
    return el(
      "section",
      { className: "one" },
      el(
        "header",
        {},
        name,
        el("span", { className: "note" }, fill(w[`kind-${one.name}`], { n: integer(one.vocabulary, d.lang) })),
        el(
          "span",
          { className: "count" },
          el("b", {}, integer(one.count, d.lang)),
          " ",
          one.count === 1 ? w.token : w.tokens,
        ),
      ),
      el(
        "div",
        { className: "length", "aria-hidden": "true" },
        el("i", { style: { width: `${(100 * one.count) / most}%` } }),
      ),
      el(
        "p",
        { className: "chips" },
        ...chips,
        one.more ? el("span", { className: "note" }, fill(w.more, { n: integer(one.more, d.lang) })) : null,
      ),
      el(
        "p",
        { className: "note" },
        w[`about-${one.name}`],
        " ",
        ...(one.whole ? say("whole") : say("back-is", { text: el("bdi", { className: "mono" }, one.back) })),
      ),
    );
  });
}
