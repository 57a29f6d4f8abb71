// The pair that is shown large, and what each pair adds to the score.

import { signed } from "../../../components/base/colours.js";
import { el, span, weave } from "../../../components/base/elements.js";
import { sub } from "./build.js";
import { between, degrees, TURN } from "./draw.js";

export function paintPair(view, i, here, there, share) {
  const { s } = view;
  const [q, k] = [view.q[i], view.k[i]];
  const longest = Math.max(q.length, k.length) || 1;
  const [first, second] = [view.turned(view.q, i, here), view.turned(view.k, i, there)];
  view.large.turn(first, second, signed(view.palette, share), q.length / longest, k.length / longest);
  const turn = (angle) => `${view.number(degrees(angle))}°`;
  const open = Math.abs(between(first - second));
  const pairText = view.fill("pair-title", { n: i + 1, a: i + 1, b: i + 1 + view.P });
  view.title.textContent = pairText;
  const comma = view.d.lang === "en" ? ", " : "; ";
  const line = (...parts) => el("p", {}, ...parts);
  const hand = (symbol, role, t, x, position, angle) =>
    line(
      sub(symbol, role, view.word(t)),
      ` = (${view.number(x.a)}${comma}${view.number(x.b)}) `,
      span(
        "note",
        view.fill("hand", {
          length: view.number(x.length),
          start: turn(x.angle),
          position: view.integer(Math.round(position)),
          speed: turn(view.speeds[i]),
          end: turn(between(angle)),
        }),
      ),
    );
  view.sums.replaceChildren(
    line(span("note", view.fill("pair-wave", { wave: view.number(TURN / view.speeds[i]) }))),
    hand("q", "query", s.query, q, here, first),
    hand("k", "key", s.key, k, there, second),
    line(
      `${view.number(q.length)} × ${view.number(k.length)} × cos ${turn(open)} ÷ √${view.K} ≈ `,
      el("b", {}, view.number(view.part(i, here, there))),
    ),
  );
}

export function paintParts(view, parts, largest, score) {
  const end = [0.5, 1, 1.5, 2, 3, 4, 6, 8, 12, 16].find((x) => x >= largest) ?? largest;
  view.end.textContent = view.fill("bars-note", { end: view.number(end) });
  view.bars.forEach((bar, i) => {
    const [value, height] = [parts[i], Math.max(1, 50 * Math.abs(parts[i] / end))];
    bar.title = `${i + 1}: ${view.number(value)}`;
    bar.className = i === view.pair ? "chosen" : "";
    Object.assign(bar.firstChild.style, {
      height: `${height}%`,
      bottom: value < 0 ? "auto" : "50%",
      top: value < 0 ? "50%" : "auto",
      background: signed(view.palette, value < 0 ? -0.8 : 0.8),
    });
  });
  const model = view.d.check.score;
  const asked = ["layer", "head", "query", "key", "shift", "apart"].every(
    (name) => view.s[name] === view.d.place[name],
  );
  view.total.replaceChildren(...weave(view.w.total, { n: view.P, score: el("b", {}, view.number(score)) }));
  if (!asked) return view.check.replaceChildren(view.w["check-later"]);
  const { shift, apart, layer } = view.s;
  const section = !shift && !apart ? "check-still" : !apart ? "check-shift" : layer ? "check-deep" : "check-apart";
  const count = view.integer(view.d.layers * view.H);
  view.check.textContent = view.fill(section, {
    model: view.number(model),
    difference: view.number(Math.abs(model - score)),
    count,
    spread: view.number(view.d.check.spread),
    first: view.number(view.d.check.first),
    layer: layer + 1,
    q: view.word(view.s.query),
    here: view.integer(Math.round(view.here)),
  });
}
