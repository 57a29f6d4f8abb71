// The square of all scores: a row for each query, a column for each key, cut into devices × blocks.

import { div, el, shape, span } from "../../../components/base/elements.js";
import { range } from "../../../components/base/numbers.js";

const GAP = 5; // between blocks
const LABEL = 30;
const COUNT = 74; // for the scores of a device

/** Scores that are done, come now, are still to come, or lie in the future and are never computed. */
export function squares(view) {
  const { T, N, w } = view;
  const { step } = view.s;
  const room = Math.min(view.squares.clientWidth || 380, 420);
  const pitch = Math.min((room - LABEL - COUNT - GAP * (N - 1)) / T, 44);
  const start = (t) => LABEL + t * pitch + GAP * view.owner[t];
  const end = start(T - 1) + pitch;
  const svg = shape("svg", {
    viewBox: `0 0 ${room} ${end + 4}`,
    width: room,
    height: end + 4,
    role: "img",
    "aria-label": view.fill("squares-name", { step: step + 1 }),
  });
  const text = (x, y, content, kind, anchor = "middle") =>
    svg.append(shape("text", { x, y, class: kind, "text-anchor": anchor, "dominant-baseline": "central" }, content));
  const edge = Math.min(2, pitch / 8);
  for (const q of range(T)) {
    for (const k of range(q + 1)) {
      const device = view.owner[q];
      const when = (device - view.owner[k] + N) % N;
      const kind = when < step ? "done" : when === step ? "current" : "later";
      svg.append(
        shape("rect", {
          x: start(k),
          y: start(q),
          width: pitch - edge,
          height: pitch - edge,
          rx: Math.min(3, pitch / 6),
          class: kind,
          style: `--own: ${view.colour(device)}`,
        }),
      );
    }
  }
  text(end + 12, 13, w["scores-done"], "tally", "start");
  for (const device of range(N)) {
    const [from, to] = view.d.spans[device];
    const [low, high] = [start(from), start(to - 1) + pitch - edge];
    const middle = (low + high) / 2;
    const tag = Math.min(22, high - low + GAP - 1);
    const chosen = device === view.device ? " chosen" : "";
    svg.append(
      shape("circle", { cx: 13, cy: middle, r: 11, class: `name${chosen}`, style: `--own: ${view.colour(device)}` }),
    );
    text(13, middle, String(device + 1), `label${chosen}`);
    svg.append(
      shape("rect", {
        x: middle - tag / 2,
        y: 3,
        width: tag,
        height: 19,
        rx: 5,
        class: "name",
        style: `--own: ${view.colour(device)}`,
      }),
    );
    text(middle, 13, String(device + 1), "label");
    const block = view.block(device);
    const [left, right] = [start(view.d.spans[block][0]), start(view.d.spans[block][1] - 1) + pitch - edge];
    svg.append(
      shape("rect", {
        x: left - 2,
        y: low - 2,
        width: right - left + 4,
        height: high - low + 4,
        rx: 4,
        class: block > device ? "skipped" : `reading${chosen}`,
      }),
    );
    text(end + 12, middle, view.integer(view.done(device)), `tally${chosen}`, "start");
  }
  const key = (kind, section) => span("key-item", span(`swatch ${kind}`), w[section]);
  return div(
    "",
    svg,
    el(
      "p",
      { className: "note legend" },
      key("done", "key-done"),
      key("current", "key-now"),
      key("later", "key-later"),
      key("skipped", "key-skipped"),
    ),
  );
}
