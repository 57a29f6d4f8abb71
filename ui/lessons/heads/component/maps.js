// The maps of the explorer on their canvases: a small one for each head, and the chosen one, large.

import { readable } from "../../../components/base/colours.js";
import { within } from "../../../components/base/elements.js";
import { clamp, range } from "../../../components/base/numbers.js";
import { chosen, drawMap } from "./head.js";

export const NUMBERED = 26; // px of a cell from which on it has room for its number

export function drawThumbs(view) {
  const [layer] = chosen(view.d);
  if (!view.thumbWidth || layer === view.drawn) return;
  view.drawn = layer;
  view.thumbs.forEach((thumb, h) =>
    drawMap(
      thumb.firstChild,
      view.thumbWidth,
      view.T,
      view.a.pattern.values,
      (layer * view.sizes.heads + h) * view.T * view.T,
      view.ramp,
    ),
  );
}

export function paintMap(view) {
  if (!view.pitch) return;
  const { T, pitch, head: top, canvas, palette, reader, every, fonts, width } = view;
  const [layer, head] = chosen(view.d);
  const sharp = devicePixelRatio || 1;
  const height = top + T * pitch + 4;
  Object.assign(canvas.style, { width: `${width}px`, height: `${height}px` });
  [canvas.width, canvas.height] = [Math.round(width * sharp), Math.round(height * sharp)];
  const pen = canvas.getContext("2d");
  pen.scale(sharp, sharp);
  pen.textBaseline = "middle";
  const gap = pitch > 20 ? 2 : pitch > 9 ? 1 : 0.5;
  for (let q = 0; q < T; q++)
    for (let k = 0; k <= q; k++) {
      const weight = view.weight(layer, head, q, k);
      const colour = view.ramp[Math.round(255 * weight)];
      pen.fillStyle = colour;
      pen.beginPath();
      pen.roundRect(k * pitch, top + q * pitch, pitch - gap, pitch - gap, Math.min(3, pitch / 8));
      pen.fill();
      if (pitch < NUMBERED) continue;
      pen.fillStyle = readable(colour, palette);
      pen.font = `${weight >= 0.2 ? 600 : 400} ${pitch < 40 ? 12 : 14}px ${fonts.sans}`;
      pen.textAlign = "center";
      pen.fillText(Math.round(100 * weight), k * pitch + (pitch - gap) / 2, top + q * pitch + (pitch - gap) / 2 + 1);
    }
  const told = (i, most) => i === most || (i % every === 0 && Math.abs(i - most) >= every);
  const most = view.most(layer, head, reader);
  const text = (bold) => `${bold ? 700 : 400} ${pitch < 15 ? 12 : 13}px ${fonts.mono}`;
  pen.textAlign = "left";
  view.d.tokens.forEach((token, k) => {
    // names of columns, on the staircase that the future leaves
    if (!told(k, most)) return;
    pen.save();
    pen.translate(k * pitch + pitch / 2, top + k * pitch - 5);
    pen.rotate(-Math.PI / 2);
    pen.font = text(k === most);
    pen.fillStyle = k === most ? palette.ink : palette.soft;
    pen.fillText(Array.from(token).slice(0, 13).join(""), 0, 0);
    pen.restore();
  });
  const left = T * pitch + 16;
  const room = width - left - 46;
  const longest = Math.max(...range(T).map((t) => view.length(layer, head, t)));
  pen.font = `500 12px ${fonts.sans}`;
  pen.fillStyle = palette.soft;
  pen.fillText(view.w["writes-column"], left, top - 12);
  range(T).forEach((t) => {
    const x = view.length(layer, head, t);
    const middle = top + t * pitch + (pitch - gap) / 2;
    pen.fillStyle = palette.query;
    const thick = Math.min(12, Math.max(2, pitch - 3));
    pen.fillRect(left, middle - thick / 2, Math.max(1.5, room * (x / longest)), thick);
    if (!told(t, reader)) return;
    pen.fillStyle = palette.ink;
    pen.font = `${t === reader ? 700 : 400} 12px ${fonts.mono}`;
    const end = pitch < 16 ? room : Math.max(1.5, room * (x / longest)); // a column where bars are close
    pen.fillText(view.number(x), left + end + 6, middle + 1);
  });
  pen.strokeStyle = palette.ink;
  pen.lineWidth = 2;
  pen.beginPath();
  pen.roundRect(1, top + reader * pitch - 2, (reader + 1) * pitch, pitch + 2, 5);
  pen.stroke();
  view.names.buttons.forEach((name, t) => name.classList.toggle("left-out", !told(t, reader)));
}

export function rowAt(view, event) {
  return clamp(Math.floor((within(view.canvas, event)[1] - view.head) / view.pitch), 0, view.T - 1);
}

/** The cell under the pointer, in words; without one, a word about the bars. */
export function probeAt(view, event) {
  const [x, y] = event ? within(view.canvas, event) : [0, -1];
  const [q, k] = [event ? Math.floor((y - view.head) / view.pitch) : -1, Math.floor(x / view.pitch)];
  const [layer, head] = chosen(view.d);
  const inside = q >= 0 && q < view.T && k >= 0 && k <= q;
  view.pointed.textContent = inside
    ? view.fill("cell-name", {
        reader: view.plain(q),
        word: view.plain(k),
        p: view.percent(view.weight(layer, head, q, k)),
      })
    : view.w["bars-note"];
}
