// The map of all weights of a head, and what it would show without the mask.

import { el } from "../../../components/base/elements.js";
import { best, range } from "../../../components/base/numbers.js";

export function paintMap(x) {
  const { layer, head, reader, lifted } = x.s;
  x.title.textContent = x.fill("head-title", { layer: layer + 1, head: head + 1 });
  x.map.grid.setAttribute("aria-label", x.fill("map-name", { layer: layer + 1, head: head + 1 }));
  x.map.paint(reader, x.key, (q, k) => {
    if (!x.seen(q, k)) return null;
    const weight = x.weight(q, k);
    const kind = `${x.read(q, k) ? "" : "future"} ${weight >= 0.2 ? "heavy" : ""}`;
    const label = x.fill("cell-name", { reader: x.plain(q), word: x.plain(k), p: x.percent(weight) });
    return { kind, colour: x.colour(weight), ink: x.ink(weight), text: Math.round(100 * weight), label };
  });
  const keys = x.words(reader);
  Object.assign(x.outline.style, {
    top: `calc(var(--head) + ${reader} * var(--pitch))`,
    left: `calc(var(--label) + ${keys[0]} * var(--pitch))`,
    width: `calc(${keys.at(-1) - keys[0] + 1} * var(--pitch))`,
  });
  x.lift.setAttribute("aria-checked", lifted);
  x.leak.replaceChildren(...(lifted ? leaks(x) : []));
  emptyNote(x);
}

/** That the upper half is empty, where there is room to say so. */
function emptyNote(x) {
  x.empty.hidden = x.d.both || x.s.lifted || x.T < 5 || x.T * x.map.pitch < 300;
}

/** What the lifted mask lets through, in words. */
function leaks(x) {
  const { reader } = x.s;
  const beyond = (q) => range(x.T).reduce((sum, k) => sum + (x.read(q, k) ? 0 : x.weight(q, k)), 0);
  const why = el("p", { className: "note" }, x.w["leak-why"]);
  if (reader < x.T - 1) {
    const values = {
      reader: x.plain(reader),
      p: x.percent(beyond(reader)),
      next: x.plain(reader + 1),
      q: x.percent(x.weight(reader, reader + 1)),
    };
    return [el("p", {}, x.fill("leak-next", values)), why];
  }
  if (x.T === 1) return [why];
  // before the second word there is little else to read
  const worst = best(range(x.T - 1).slice(x.T > 2 ? 1 : 0), beyond);
  const go = el(
    "button",
    { type: "button", className: "go", "data-at": "go", onclick: () => x.choose({ reader: worst }) },
    x.fill("leak-go", { word: x.plain(worst) }),
  );
  return [
    el(
      "p",
      {},
      x.fill("leak-last", { reader: x.plain(reader), word: x.plain(worst), p: x.percent(beyond(worst)) }),
      " ",
      go,
    ),
    why,
  ];
}
