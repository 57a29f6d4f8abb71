// What stands out in the router diagram: lines, experts and tokens, and the sentence about them.

import { chip, shape, span, weave } from "../../../components/base/elements.js";
import { range } from "../../../components/base/numbers.js";

/** Whose lines stand out: those of the chosen token, of the token or the expert under the pointer, or everyone's. */
export function highlight(view) {
  const { hover, s } = view;
  const [pointed, token] = [hover?.expert !== undefined ? hover : null, hover?.token ?? s.token];
  const all = s.all && !hover;
  const on = (one) =>
    all || (pointed ? one.layer === pointed.layer && one.expert === pointed.expert : one.token === token);
  const used = new Set();
  const [ground, raised] = [[], []];
  view.paths.forEach((one) => {
    const up = on(one);
    one.node.setAttribute("class", up ? (all ? "path each" : "path on") : "path");
    one.node.style.stroke = up ? view.palette.categorical[one.expert] : "";
    if (up) used.add(one.layer * view.E + one.expert);
    (up ? raised : ground).push(one.node);
  });
  view.ground.replaceChildren(...ground);
  view.raised.replaceChildren(...raised);
  const lit = new Set(
    pointed ? view.assignments(pointed.layer, pointed.expert).map((one) => one.token) : all ? [] : [token],
  );
  view.rails.forEach((rail, i) => rail.classList.toggle("on", lit.has(i)));
  view.chips.forEach((one, i) => one.classList.toggle("lit", lit.has(i) && i !== s.token));
  view.marks.forEach((one, i) => one.classList.toggle("used", used.has(i)));
  const told =
    pointed || all ? [] : range(view.L).flatMap((layer) => view.chosen(layer, token).map((one) => ({ ...one, layer })));
  view.labels.replaceChildren(
    ...told.map(({ layer, expert, weight }) => {
      const [x, y] = view.point(view.middle(layer), view.side(expert));
      return shape(
        "text",
        { x, y: y + view.size / 2 + 12, "text-anchor": "middle", class: layer === s.layer ? "told now" : "told" },
        `${Math.round(100 * weight)}\u202f%`,
      );
    }),
  );
}

export function saySentence(view) {
  const { hover, s, w } = view;
  if (hover?.expert !== undefined) {
    const found = view.assignments(hover.layer, hover.expert);
    const tokens = span("few", ...found.flatMap(({ token }) => [chip(view.d.tokens[token]), " "]));
    const section = found.length ? "read-expert" : "read-expert-none";
    view.said.replaceChildren(
      ...weave(w[section], {
        layer: hover.layer + 1,
        expert: view.mark(hover.expert),
        count: found.length,
        all: view.T,
        tokens,
      }),
    );
    return;
  }
  const token = hover?.token ?? s.token;
  const [first, second] = view.chosen(s.layer, token);
  view.said.replaceChildren(
    ...weave(w["read-token"], {
      layer: s.layer + 1,
      token: chip(view.d.tokens[token]),
      first: view.mark(first.expert),
      second: view.mark(second.expert),
      w1: view.percent(first.weight),
      w2: view.percent(second.weight),
    }),
  );
}
