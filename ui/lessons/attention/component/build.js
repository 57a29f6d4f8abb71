// The parts of the explorer that stay as long as the prompt does.

import { button, chip, div, el, shape, span, weave } from "../../../components/base/elements.js";
import { clamp, range } from "../../../components/base/numbers.js";
import { arrows, Radios } from "../../../components/base/view.js";
import { HeadMap } from "../../../components/head_map/map.js";
import { Layers } from "../../../components/layers/layers.js";

export function buildExplorer(view) {
  const { T, w } = view;
  const tokens = view.d.tokens;
  view.chips = new Radios(
    "chips",
    w.reader,
    tokens.map((token) => button("pick", {}, chip(token), span("weight"))),
    (reader) => view.choose({ reader }),
  );
  view.chips.node.dataset.part = w["part-arcs"];
  view.arcs = shape("svg", { class: "arcs", "aria-hidden": "true" });
  view.chips.node.prepend(view.arcs);
  view.sentence = el("p", { className: "read", "aria-live": "polite" });

  view.title = el("h2", { className: "eyebrow" });
  const read = (reader, key) => view.choose({ reader, key });
  view.map = new HeadMap(tokens, 58, read, read);
  view.empty = div("empty note", w.empty);
  view.outline = div("outline");
  view.map.node.prepend(view.empty);
  view.map.grid.before(view.outline);
  view.lift = el(
    "button",
    { type: "button", className: "lift", role: "switch", onclick: () => view.choose({ lifted: !view.s.lifted }) },
    el("i", {}),
    w.lift,
  );
  view.leak = el("div", { className: "leak", "aria-live": "polite" });

  view.layers = new Layers(view.L, w.layer, (layer) => view.choose({ layer }));
  view.shadeNote = span("note");

  view.thumbs = range(view.H).map((head) =>
    el(
      "button",
      { type: "button", className: "thumb", role: "radio", onclick: () => view.choose({ head }) },
      el("canvas", { "aria-hidden": "true" }),
      span("", String(head + 1)),
    ),
  );
  const each = view.H / view.G;
  const shared = (g) =>
    el(
      "p",
      { className: "note" },
      ...weave(w.shared, { k: span("key", `k\u202f${g + 1}`), v: span("value", `v\u202f${g + 1}`) }),
    );
  const rows =
    each === 1
      ? [
          div("group", ...view.thumbs),
          el("p", { className: "note" }, ...weave(w["not-shared"], { k: span("key", "k"), v: span("value", "v") })),
        ]
      : range(view.G).map((g) => div("group", ...view.thumbs.slice(g * each, g * each + each), shared(g)));
  const sharing = el("a", { href: "sharing" }, w["sharing-lesson"]);
  view.headsTitle = el("h2", { className: "eyebrow" });
  view.heads = arrows(el("div", { className: "heads", role: "radiogroup" }, ...rows), (down, right) => {
    view.choose({ head: clamp(view.s.head + right + down * (each === 1 ? 4 : each), 0, view.H - 1) });
    view.thumbs[view.s.head].focus();
  });

  view.find = el("section", { className: "find" });
  view.steps = el("section", { className: "steps" });
  view.box.replaceChildren(
    el("section", { className: "sentence" }, view.chips.node, view.sentence),
    div(
      `instrument${T > 16 ? " long" : ""}`,
      el(
        "section",
        { "data-part": w["part-map"] },
        div("over", view.title, span("note", w["map-note"])),
        view.map.node,
        view.d.both
          ? el("p", { className: "note leak" }, view.fill("mask-none", { model: view.d.model }))
          : div("below", view.lift, view.leak),
      ),
      el(
        "section",
        { className: "selectors" },
        div("over", el("h2", { className: "eyebrow" }, w.layer), view.shadeNote),
        view.layers.node,
        el("div", { "data-part": w["part-heads"] }, view.headsTitle, view.heads),
        each === 1 ? "" : el("p", { className: "note" }, ...weave(w["shared-why"], { lesson: sharing })),
      ),
    ),
    view.find,
    view.steps,
    el("p", { className: "caveat" }, ...weave(w.caveat, { lab: el("a", { href: "what_if" }, w.lab) })),
    el(
      "button",
      {
        type: "button",
        className: "go",
        onclick: () => view.report("chart", { layer: view.s.layer, head: view.s.head }),
      },
      w["twin-button"],
    ),
  );
}
