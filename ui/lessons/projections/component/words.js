// The choices as they are, and the sentence that reads the figure aloud.

import { el, weave } from "../../../components/base/elements.js";

export function paintWords(view) {
  const { d, s } = view;
  view.queries.paint(s.query);
  view.keys.paint(s.key);
  view.headPicks.paint(s.head);
  view.queries.buttons.forEach((button, t) => button.firstChild.classList.toggle("on", t === s.query));
  view.keys.buttons.forEach((button, t) => {
    button.firstChild.classList.toggle("on", t === s.key);
    button.disabled = !view.readable(s.query, t);
  });
  view.layerStrip.marks.forEach((mark) => (mark.style.background = view.palette.rule));
  view.layerStrip.paint(s.layer, view.fill("layer-name", { layer: s.layer + 1 }));
  const word = (t) => el("bdi", {}, view.word(t));
  view.sentence.replaceChildren(
    ...weave(view.w[s.query === s.key ? "reading-self" : "reading"], {
      layer: d.layer + 1,
      head: d.head + 1,
      width: view.integer(view.D),
      count: view.integer(view.K),
      query: word(s.query),
      key: word(s.key),
      score: view.number(view.score()),
      p: view.percent(view.weight()),
    }),
  );
}
