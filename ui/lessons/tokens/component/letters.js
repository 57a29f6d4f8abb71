// The vocabulary in the order of ids; the letters that a token hides.

import { chip, el } from "../../../components/base/elements.js";
import { shelf } from "./shelf.js";

/** @param {import("./index.js").View<import("./index.js").VocabularyData>} view */
export const vocabulary = (view) => [
  shelf(view, {
    ...view.d,
    name: view.w.around,
    choose: (i) => view.ask(() => view.setTriggerValue("look", view.d.ids[i])),
  }),
];

/** @param {import("./index.js").View<import("./index.js").LettersData>} view */
export function letters(view) {
  const { d, w, say } = view;
  const one = (row, i) =>
    el(
      "section",
      { className: "spelt" },
      el("p", { className: "eyebrow" }, w[i ? "alone" : "after-space"]),
      el(
        "div",
        { className: "spelt-pieces" },
        ...row.tokens.map((token, j) => {
          const shown = chip(token);
          shown.style.background = view.tint(j);
          return el(
            "div",
            { className: "spelt-piece" },
            el(
              "span",
              { className: "hidden-letters" },
              ...row.letters[j].map(([c, hit]) => el(hit ? "b" : "span", { dir: "auto" }, c)),
            ),
            shown,
            el("span", { className: "id" }, String(row.ids[j])),
          );
        }),
      ),
    );
  return [
    el(
      "p",
      { className: "read" },
      ...say("letters", {
        n: d.count,
        letter: el("b", { className: "mono" }, d.letter),
        spaced: d.rows[0].ids.join(", "),
        alone: d.rows[1].ids.join(", "),
      }),
    ),
    el("div", { className: "spellings" }, ...d.rows.map(one)),
  ];
}
