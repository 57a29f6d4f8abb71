// The parts of the dials' page that stay as long as the prompt does.

import { chip, div, el, span, weave } from "../../../components/base/elements.js";
import { clamp, range } from "../../../components/base/numbers.js";
import { along } from "../../../components/base/view.js";
import { Face, Track, TURN } from "./draw.js";

export const sub = (base, role, index) => span(`symbol ${role}`, base, el("sub", {}, index));

/** Arrow keys move the choice in a row of radio buttons and take the focus along. */
function choose(row, buttons, pick) {
  return along(row, (by) => {
    const open = buttons.filter((button) => !button.disabled);
    const next = open[clamp(open.findIndex((button) => button.tabIndex === 0) + by, 0, open.length - 1)];
    pick(buttons.indexOf(next));
    next.focus();
  });
}

export function buildDials(view) {
  const { w, d } = view;
  const tokens = (role) =>
    d.tokens.map((token, t) => {
      const button = chip(token, role, "button");
      Object.assign(button, { type: "button", onclick: () => view.choose({ [role]: t }) });
      button.setAttribute("role", "radio");
      return button;
    });
  [view.queries, view.keys] = [tokens("query"), tokens("key")];
  const row = (role, letter, of, name, buttons) =>
    div(
      "tokens",
      el("p", { className: "eyebrow" }, ...weave(of, { x: span(role, letter) })),
      choose(el("div", { className: "row", role: "radiogroup", "aria-label": name }, ...buttons), buttons, (t) =>
        view.choose({ [role]: t }),
      ),
    );

  view.layer = el("input", {
    type: "range",
    min: 1,
    max: d.layers,
    step: 1,
    "aria-label": w.layer,
    oninput: () => view.choose({ layer: Number(view.layer.value) - 1 }),
  });
  view.layerValue = el("output", { className: "mono" });
  view.heads = range(view.H).map((head) =>
    el(
      "button",
      {
        type: "button",
        className: "head",
        role: "radio",
        "aria-label": view.fill("head-name", { head: head + 1 }),
        onclick: () => view.choose({ head }),
      },
      String(head + 1),
    ),
  );
  const headRow = choose(
    el("div", { className: "row", role: "radiogroup", "aria-label": w.head }, ...view.heads),
    view.heads,
    (head) => view.choose({ head }),
  );

  const slide = (name) =>
    new Track(
      name,
      d.far,
      { label: w[`slide-${name}`] },
      (tokens) => {
        view.stop();
        view.choose({ [name]: tokens });
      },
      () => view.tell(),
    );
  [view.both, view.one] = [slide("shift"), slide("apart")];
  view.play = el("button", { type: "button", className: "walk", onclick: () => view.walk() }, w.walk);
  view.both.node.querySelector(".by").append(view.play);

  view.faces = range(view.P).map(() => new Face(5));
  view.dials = view.faces.map((face, i) =>
    el(
      "button",
      { type: "button", className: "dial", role: "radio", onclick: () => view.choose({ pair: i }) },
      face.svg,
      el("small", {}, view.number(TURN / view.a.speeds.values[i])),
    ),
  );
  view.grid = choose(
    el("div", { className: "grid", role: "radiogroup", "aria-label": w["dials-name"] }, ...view.dials),
    view.dials,
    (pair) => view.choose({ pair }),
  );
  view.large = new Face(2.4);
  view.title = el("h3");
  view.sums = div("arith");

  view.bars = range(view.P).map((i) => el("i", { onclick: () => view.choose({ pair: i }) }, el("b")));
  view.end = span("note");
  view.sentence = el("p", { className: "read", role: "status" });
  view.total = el("p", { className: "total" });
  view.check = el("p", { className: "check" });
  view.box.replaceChildren(
    div(
      "chosen",
      row("query", "q", w["query-of"], w["query-name"], view.queries),
      row("key", "k", w["key-of"], w["key-name"], view.keys),
      div(
        "where",
        el("label", { className: "layer" }, span("eyebrow", w.layer), view.layer, view.layerValue),
        div("heads", span("eyebrow", w.head), headRow),
      ),
    ),
    view.sentence,
    div("tracks", view.both.node, view.one.node),
    div(
      "faces",
      el(
        "section",
        {},
        el("h3", { className: "eyebrow" }, view.fill("dials-title", { n: view.P })),
        view.grid,
        el("p", { className: "note" }, w["dials-note"], span("under", " ", w["dials-under"])),
      ),
      el("section", { className: "close" }, view.title, view.large.svg, view.sums),
    ),
    el(
      "section",
      { className: "parts" },
      div("over", el("h3", { className: "eyebrow" }, w["bars-title"]), view.end),
      el("div", { className: "bars", "aria-hidden": "true" }, ...view.bars),
      view.total,
      view.check,
    ),
  );
}
