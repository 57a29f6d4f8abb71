// What the figures of this page share: the head that is chosen, its name, and the map of its weights.

import { el, plain } from "../../../components/base/elements.js";
import { integer, number } from "../../../components/base/numbers.js";
import { linked, remember, View } from "../../../components/base/view.js";

const CHOSEN = "vetro-head";

/** A figure of this page: each follows the head that is chosen. */
export class Figure extends View {
  constructor(box) {
    super(box);
    this.listen(window, CHOSEN, () => this.follow());
  }

  follow() {}
  named(l, h) {
    return this.fill("one-head", { layer: l + 1, head: h + 1 });
  }
}

/** The head in the link, or the one that the page begins with: [layer, head]. A damaged link counts for nothing. */
export function chosen({ start, sizes }) {
  return [linked("layer", sizes.layers, start[0]), linked("head", sizes.heads, start[1])];
}

export function choose(layer, head) {
  remember({ layer: layer + 1, head: head + 1 });
  dispatchEvent(new Event(CHOSEN));
}

/** From a figure further down: the head is shown by the explorer, and the page goes up to it. */
export function goTo(layer, head) {
  choose(layer, head);
  dispatchEvent(new Event("vetro-head-show"));
}

// ---------------------------------------------------------------- nodes and numbers

export const word = (token) => el("bdi", {}, plain(token));
export const spoken = (n, words, lang) => words.numbers.split(" ")[n] ?? integer(n, lang);
export const plus = (x, lang) => (x > 0 ? "+" : "") + number(x, lang);

/** The weights (T, T) of one head, `values` beginning at `start`, on a canvas that is `width` wide; the future stays
 * empty.
 *  `wanted` (T, T) outlines cells. */
export function drawMap(canvas, width, T, values, start, ramp, wanted, ink) {
  const sharp = devicePixelRatio || 1;
  canvas.width = canvas.height = Math.round(width * sharp);
  const pen = canvas.getContext("2d");
  const step = Math.min(canvas.width / T, 26 * sharp);
  const gap = step > 6 * sharp ? sharp : step > 3 * sharp ? 0.5 : 0;
  const edge = (i) => Math.round(i * step);
  for (let q = 0; q < T; q++)
    for (let k = 0; k <= q; k++) {
      pen.fillStyle = ramp[Math.round(255 * values[start + q * T + k])];
      const cell = [edge(k), edge(q), edge(k + 1) - edge(k) - gap, edge(q + 1) - edge(q) - gap];
      pen.fillRect(...cell);
      if (!wanted?.[q * T + k]) continue;
      pen.strokeStyle = ink;
      pen.lineWidth = Math.min(1.5 * sharp, step / 5);
      const half = pen.lineWidth / 2;
      pen.strokeRect(cell[0] + half, cell[1] + half, cell[2] - 2 * half, cell[3] - 2 * half);
    }
}
