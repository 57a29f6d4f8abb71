// What is opened: a layer, a token or the head in words and numbers; the opened layer as a sum.

import { clip, el, fill, weave } from "../../../components/base/elements.js";
import { named } from "./elements.js";

/** What the strongest head of the opened layer reads besides the reader itself: the two heaviest, from 5 % on. */
export function reads(view) {
  return view.d.weights[view.layer]
    .slice(0, -1)
    .map((weight, i) => ({ weight, i }))
    .sort((a, b) => b.weight - a.weight)
    .slice(0, 2)
    .filter(({ weight }, k) => !k || weight >= 0.05);
}

export function sentence(view, show) {
  const { d, w } = view;
  const [a, b] = reads(view);
  return weave([w["reads-none"], w["reads-one"], w["reads-two"]][b ? 2 : a ? 1 : 0], {
    head: d.heads[view.layer] + 1,
    reader: show(d.tokens.at(-1)),
    first: a && show(d.tokens[a.i]),
    p: a && view.share(a.weight),
    second: b && show(d.tokens[b.i]),
    q: b && view.share(b.weight),
  });
}

function facts(...rows) {
  return el(
    "dl",
    {},
    ...rows.map(([name, value]) => el("div", {}, el("dt", {}, ...[name].flat()), el("dd", {}, value))),
  );
}

function more(view, ...slugs) {
  const known = slugs.filter((slug) => view.d.lessons[slug]);
  return el("p", { className: "more" }, ...known.map((slug) => el("a", { href: slug }, view.d.lessons[slug])));
}

export function layerPanel(view) {
  const { d, w, layer } = view;
  const step = (by, arrow, name) =>
    el(
      "button",
      {
        type: "button",
        className: "step",
        "data-key": `step${by}`,
        "aria-label": name,
        onclick: () => view.choose(layer + by),
      },
      arrow,
    );
  return [
    el("h3", {}, fill(w["layer-opened"], { n: layer + 1 })),
    el("span", { className: "steps" }, step(1, "↑", w["layer-up"]), step(-1, "↓", w["layer-down"])),
    el("p", {}, ...sentence(view, named)),
    facts(
      [w["attention-adds"], view.number(d.attention[layer])],
      [w["mlp-adds"], view.number(d.mlp[layer])],
      [w.length, view.number(d.stream[layer])],
    ),
    more(view, "attention"),
  ];
}

/** The height of the longest panel of all, in px: what is opened moves nothing, and lies over nothing. */
export function longestPanel(view) {
  const { layer, d } = view;
  const panels = [["head", headPanel(view)], ...d.tokens.map((_, i) => ["token", tokenPanel(view, i)])];
  for (view.layer = 0; view.layer < d.stream.length; view.layer++) panels.push(["layer", layerPanel(view)]);
  view.layer = layer;
  const width = `${view.panel.offsetWidth}px`;
  const boxes = panels.map(([part, children]) =>
    el("div", { className: `panel ${part}`, style: { width } }, ...children),
  );
  const probe = view.box.appendChild(el("div", { className: "probe" }, ...boxes));
  const height = Math.max(...boxes.map((box) => box.offsetHeight));
  probe.remove();
  return height;
}

export function tokenPanel(view, at) {
  const { d, w } = view;
  return [
    el("h3", {}, fill(w["token-opened"], { n: at + 1, tokens: d.tokens.length })),
    el("p", {}, ...weave(w["token-text"], { token: named(d.tokens[at]), id: d.ids[at], width: view.integer(d.width) })),
    facts([w.id, d.ids[at]], [w.bytes, clip(d.bytes[at], 27)], [w.length, view.number(d.embed[at])]),
    more(view, "tokens"),
  ];
}

export function headPanel(view) {
  const { d, w } = view;
  const best = d.candidates[0];
  const after = d.normed ? [[w.normed, view.number(d.normed)]] : [];
  return [
    el("h3", {}, w["head-opened"]),
    el("p", {}, fill(d.normed ? w["head-text"] : w["head-text-bare"], { n: view.integer(d.vocabulary) })),
    facts([w.length, view.number(d.stream.at(-1))], ...after, [
      weave(w.score, { token: named(best.token) }),
      view.number(best.score),
    ]),
    more(view, "next_token", "step_by_step"),
  ];
}

/** The opened layer as a sum: what came in, what attention and MLP add, what goes out; a few of its numbers. */
export function arithmetic(view) {
  const { d, w, layer } = view;
  const { vectors, lengths, difference } = d.sums[layer];
  const shown = view.box.clientWidth < 560 ? 2 : vectors[0].length;
  const cells = (row) => [...row.slice(0, shown).map((x) => el("td", {}, view.number(x))), el("td", {}, "…")];
  const heads = Array.from({ length: shown }, (_, i) => el("th", { scope: "col" }, i + 1));
  const names = [w["sum-in"], w["sum-attention"], w["sum-mlp"], w["sum-out"]];
  return [
    el("summary", {}, el("span", {}, ...weave(w["sum-title"], { n: layer + 1, token: named(d.tokens.at(-1)) }))),
    el(
      "table",
      {},
      el(
        "thead",
        {},
        el(
          "tr",
          {},
          el("td"),
          ...heads,
          el("th", { scope: "col" }, fill(w["sum-rest"], { n: view.integer(d.width) })),
          el("th", { scope: "col" }, w["sum-length"]),
        ),
      ),
      el(
        "tbody",
        {},
        ...vectors.map((row, i) =>
          el(
            "tr",
            {},
            el("th", { scope: "row" }, names[i]),
            ...cells(row),
            el("td", { className: "length" }, view.number(lengths[i])),
          ),
        ),
      ),
    ),
    el(
      "p",
      { className: "note" },
      fill(w["sum-note"], { n: view.integer(d.width), difference: view.number(difference) }),
    ),
  ];
}
