// The parts of the ring's page that stay: controls, the ring's devices and wires, the places of its sums.

import { chip, div, el, shape, span, weave } from "../../../components/base/elements.js";
import { clamp, range } from "../../../components/base/numbers.js";
import { along, Radios } from "../../../components/base/view.js";

/** One of several, as buttons in a row. */
const choices = (className, label, names, pick) =>
  new Radios(
    `choices ${className}`,
    label,
    names.map((name) => el("button", {}, name)),
    pick,
  );

export function buildRing(view) {
  const { w, N, T, d } = view;
  view.devices = choices(
    "devices",
    w.devices,
    d.choices.map(String),
    (i) => d.choices[i] !== view.N && view.order({ devices: d.choices[i] }),
  );
  view.devices.paint(d.choices.indexOf(N));
  const many = el("div", { className: "dial" }, el("span", { "aria-hidden": "true" }, w.devices), view.devices.node);
  if (!view.a) {
    view.box.replaceChildren(div("bar", many), el("p", { className: "problem", role: "status" }, d.problem));
    return;
  }
  const button = (name, onclick) => el("button", { type: "button", className: name, onclick }, w[name]);
  view.backButton = button("back", () => view.move(-1));
  view.stepButton = button("step", () => view.move(1));
  view.playButton = button("play", () => (view.timer ? view.pause() : view.play()));
  view.dots = range(N).map((step) => el("i", { onclick: () => view.go(step) }));
  view.track = along(
    el(
      "div",
      {
        className: "track",
        role: "slider",
        tabIndex: 0,
        "aria-label": w["step-slider"],
        "aria-valuemin": 1,
        "aria-valuemax": N,
      },
      ...view.dots,
    ),
    (by) => view.move(by),
  );
  const bar = div("bar", div("transport", view.backButton, view.stepButton, view.playButton), view.track, many);

  view.wheel = shape("svg", { class: "wheel", "aria-hidden": "true" });
  view.deviceButtons = range(N).map((device) =>
    el(
      "button",
      {
        type: "button",
        className: "device",
        role: "radio",
        onclick: () => view.choose({ query: view.d.spans[device][1] - 1 }),
      },
      String(device + 1),
    ),
  );
  const deviceGroup = el("div", { role: "radiogroup", "aria-label": w["devices-name"] }, ...view.deviceButtons);
  along(deviceGroup, (by) => {
    const device = clamp(view.device + by, 0, N - 1);
    view.choose({ query: d.spans[device][1] - 1 });
    view.deviceButtons[device].focus();
  });
  view.blocks = range(N).map((block) =>
    el(
      "div",
      { className: "block", "aria-hidden": "true" },
      span("key", "k"),
      span("value", "v"),
      el("b", {}, String(block + 1)),
    ),
  );
  view.chips = d.tokens.map((token, t) => {
    const mark = chip(token);
    return el(
      "button",
      { type: "button", className: "pick", role: "radio", onclick: () => view.choose({ query: t }) },
      mark,
    );
  });
  view.groups = range(N).map((device) =>
    el(
      "div",
      { className: "group" },
      span("whose", view.fill("device", { n: device + 1 })),
      ...view.tokensOf(device).map((t) => view.chips[t]),
    ),
  );
  const queries = el(
    "div",
    { className: "queries", role: "radiogroup", "aria-label": w["queries-name"] },
    ...view.groups,
  );
  along(queries, (by) => {
    view.choose({ query: clamp(view.s.query + by, 0, T - 1) });
    view.chips[view.s.query].focus();
  });
  view.middle = div("middle");
  view.circle = div("circle", view.wheel, view.middle, ...view.blocks, deviceGroup);
  view.place = div("place", view.circle, queries);
  view.squares = div("squares");
  view.said = el("p", { className: "read", "aria-live": "polite" });

  view.heads = choices(
    "heads",
    w.head,
    range(view.H).map((h) => String(h + 1)),
    (head) => view.choose({ head }),
  );
  const level = el("output", { className: "mono" }, String(d.layer + 1));
  const layers = el("input", {
    type: "range",
    className: "level",
    min: 1,
    max: d.layers,
    value: d.layer + 1,
    "aria-label": w.layer,
    oninput: () => (level.textContent = layers.value),
    onchange: () => view.order({ layer: Number(layers.value) - 1 }),
  });
  view.layer = el("label", { className: "dial" }, el("span", {}, w.layer), layers, level);
  view.numbers = el("section", { className: "numbers" });
  const kept = view.focused; // what asked for new data is drawn anew and keeps the keyboard
  const focus = kept?.matches(".level") ? ".level" : kept?.closest(".devices") ? ".devices [aria-checked=true]" : null;
  view.box.replaceChildren(
    bar,
    div(
      "instrument",
      el(
        "section",
        { "data-part": w["ring-title"] },
        el("h2", { className: "eyebrow" }, w["ring-title"]),
        view.place,
        el(
          "p",
          { className: "note" },
          ...weave(w["ring-note"], { k: span("key mono", "k"), v: span("value mono", "v") }),
        ),
      ),
      el(
        "section",
        { "data-part": w["squares-title"] },
        el("h2", { className: "eyebrow" }, w["squares-title"]),
        view.squares,
      ),
    ),
    view.said,
    div(
      "bar which",
      view.layer,
      el("div", { className: "dial" }, el("span", { "aria-hidden": "true" }, w.head), view.heads.node),
    ),
    view.numbers,
  );
  if (focus) view.box.querySelector(focus).focus({ preventScroll: true });
}
