// The heads that look hardest from the reader at a chosen word.

import { dotted, el, span, weave } from "../../../components/base/elements.js";
import { clamp, integer, range } from "../../../components/base/numbers.js";
import { arrows } from "../../../components/base/view.js";

const TOP = 6; // heads that the search lists

export function paintFind(x) {
  const { reader, layer, head } = x.s;
  const { w } = x;
  const words = range(x.T).filter((k) => k !== reader && x.read(reader, k) && !x.d.special[k]);
  if (!words.length) return x.find.replaceChildren();
  const targets = words.map((k) =>
    el(
      "button",
      {
        type: "button",
        className: `chip${k === x.target ? " selected" : ""}`,
        role: "radio",
        dir: "auto",
        tabIndex: k === x.target ? 0 : -1,
        "aria-checked": k === x.target,
        "data-at": `target-${k}`,
        onclick: () => x.choose({ target: k }),
      },
      ...dotted(x.d.tokens[k]),
    ),
  );
  const group = arrows(
    el("div", { className: "targets", role: "radiogroup", "aria-label": w["find-target"] }, ...targets),
    (down, right) => {
      const next = words[clamp(words.indexOf(x.target) + down + right, 0, words.length - 1)];
      x.choose({ target: next });
      x.find.querySelector(`[data-at=target-${next}]`).focus();
    },
  );
  const item = ([l, h], i) => {
    const look = x.look(l, h);
    const chosen = l === layer && h === head;
    return el(
      "li",
      {},
      el(
        "button",
        {
          type: "button",
          className: chosen ? "chosen" : "",
          "aria-pressed": chosen,
          "data-at": `found-${i}`,
          onclick: () => x.choose({ layer: l, head: h }),
        },
        span("", x.fill("find-item", { layer: l + 1, head: h + 1 })),
        span("mono", x.percent(look)),
        el("i", { style: { width: `${100 * look}%` } }),
      ),
    );
  };
  const samples = w.samples.split("\n").map((text) => el("a", { href: `?prompt=${encodeURIComponent(text)}` }, text));
  x.find.replaceChildren(
    el("h3", {}, ...weave(w["find-title"], { reader: x.word(reader) })),
    x.d.pronouns[reader] ? el("p", { className: "note" }, ...weave(w["find-pronoun"], { reader: x.word(reader) })) : "",
    group,
    el("ol", {}, ...x.ranked().slice(0, TOP).map(item)),
    el(
      "p",
      { className: "note" },
      x.fill("find-note", { count: integer(x.L * x.H, x.d.lang), model: x.d.model, reader: x.plain(reader) }),
    ),
    el(
      "p",
      { className: "note try" },
      w[x.d.pronouns[reader] ? "find-try" : "find-try-any"],
      " ",
      ...samples.flatMap((link) => [link, " "]),
    ),
  );
}
