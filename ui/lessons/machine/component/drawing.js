// The whole machine, drawn anew for other data and another width.

import { el, fill, weave } from "../../../components/base/elements.js";
import { s } from "./elements.js";
import { candidate, drawButton, drawTail } from "./head.js";
import { longestPanel } from "./panel.js";
import { plan } from "./plan.js";
import { drawStack, drawWords } from "./stack.js";

const NARROW = 880; // below this width the parts stand under one another, the head first
const SIDES = 150 + 300 + 14; // px beside the slab: notes, head, gaps; as in style.css

export function drawMachine(view) {
  const { d, w } = view;
  const full = view.box.clientWidth;
  if (!full) return;
  const focused = view.focused?.dataset.key;
  view.drawn = view.shape();
  view.narrow = full < NARROW;
  const tall = view.narrow || !view.low;
  view.box.className = `machine ${view.narrow ? "narrow" : ""} ${tall ? "" : "compact"}`;
  const code = getComputedStyle(view.box).getPropertyValue("--st-code-font") || "monospace";
  const ink = (view.ink ??= document.createElement("canvas").getContext("2d"));
  view.measure = (text, size) => {
    ink.font = `${size}px ${code}`;
    return ink.measureText(text).width;
  };
  view.p = plan(d, view.narrow ? full : full - SIDES, view.narrow, tall, view.measure);

  view.stack = drawStack(view);
  view.rows = d.candidates.map((c, i) => candidate(view, c, i));
  view.tail = drawTail(view);
  view.panel = el("div", { className: "panel" });
  view.sum = el("details", { className: "sum", open: view.sum?.open ?? false });
  view.river = s("svg", { class: "river", "aria-hidden": "true" });
  view.tip = el("div", { className: "tip", "aria-hidden": "true" });
  view.button = drawButton(view);
  const top = d.candidates[0];
  const summary = fill(w.summary, {
    tokens: d.tokens.length,
    layers: view.p.layers,
    token: top.token,
    p: view.percent(top.p),
  });
  const head = el(
    "section",
    { className: "head" },
    view.heading(3, w.head, () => view.opens({ part: "head" })),
    view.narrow ? el("p", { className: "note" }, w["head-note"]) : null,
    el("div", { className: "rows", role: "group", "aria-label": w.candidates }, ...view.rows, view.tail),
  );
  const stackNote = el(
    "section",
    { className: "stack-note" },
    view.heading(2, fill(w.stack, { layers: view.p.layers }), () => view.opens({ part: "layer" })),
    el("p", { className: "note" }, w["stack-note"]),
    el("div", { className: "ramp" }, el("i"), el("span", {}, w.unsure), el("span", {}, w.sure)),
    el(
      "p",
      { className: "legend" },
      el("span", {}, el("i", { className: "attn" }), w["attention-adds"]),
      el("span", {}, el("i", { className: "mlp" }), w["mlp-adds"]),
      el("small", {}, w.share),
    ),
  );
  const tokenNote = el(
    "section",
    { className: "token-note" },
    view.heading(1, w.tokenizer, () => view.opens({ part: "token", at: d.tokens.length - 1 })),
    el("p", { className: "note" }, w["tokenizer-note"]),
  );
  const append = el(
    "div",
    { className: "append" },
    view.button,
    el("span", { className: "or" }, ...weave(w["or-press"], { key: el("kbd", {}, w.space) })),
  );
  const caption = el(
    "p",
    { className: "caption note" },
    view.p.first ? el("strong", {}, `${fill(w["not-drawn"], { n: view.p.first })} `) : null,
    w["lens-note"],
  );
  const words = drawWords(view);
  view.box.setAttribute("aria-label", summary);
  view.box.replaceChildren(
    el("p", { className: "hidden", "aria-live": "polite" }, summary),
    ...(view.narrow
      ? [head, stackNote, view.stack, words, append, tokenNote, view.panel, caption]
      : [
          stackNote,
          view.stack,
          el("div", { className: "right" }, head, view.panel),
          tokenNote,
          words,
          append,
          caption,
        ]),
    view.sum,
    view.river,
    view.tip,
  );
  view.show();
  if (!view.narrow) view.panel.style.minHeight = `${longestPanel(view)}px`;
  view.focus(focused);
}
