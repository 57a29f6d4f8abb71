// Where to look: layers, and the heads of a layer as small maps.

import { check } from "../../../components/base/view.js";

export function paintSelectors(x) {
  const { layer, head } = x.s;
  const target = x.plain(x.target);
  x.shadeNote.textContent = x.fill("shade", { word: target });
  x.layers.marks.forEach((mark, l) => (mark.style.background = x.colour(x.strongest(l))));
  x.layers.paint(layer, x.fill("layer-name", { layer: layer + 1, word: target, p: x.percent(x.strongest(layer)) }));
  x.headsTitle.textContent = x.fill("heads-title", { count: x.count(x.H), layer: layer + 1 });
  x.heads.setAttribute("aria-label", x.headsTitle.textContent);
  check(x.thumbs, head);
  x.thumbs.forEach((button, h) => {
    drawThumb(x, button.firstChild, h);
    button.setAttribute(
      "aria-label",
      x.fill("head-name", { head: h + 1, p: x.percent(x.look(layer, h)), word: target }),
    );
  });
}

function drawThumb(x, canvas, h) {
  const { T } = x;
  const sharp = devicePixelRatio || 1;
  canvas.width = canvas.height = x.thumb * sharp;
  const pen = canvas.getContext("2d");
  const step = Math.min(canvas.width / T, 18 * sharp);
  const gap = step > 6 * sharp ? sharp : step > 3 * sharp ? 0.5 : 0;
  const weights = x.s.lifted ? x.open : x.masked;
  for (let q = 0; q < T; q++)
    for (let k = 0; k < T; k++) {
      if (!x.seen(q, k)) continue;
      pen.fillStyle = x.colour(weights[x.at(x.s.layer, h, q, k)]);
      pen.fillRect(
        Math.round(k * step),
        Math.round(q * step),
        Math.round((k + 1) * step) - Math.round(k * step) - gap,
        Math.round((q + 1) * step) - Math.round(q * step) - gap,
      );
    }
}
