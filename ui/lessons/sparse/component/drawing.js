// The canvases of the grid: thumbnails of the patterns, the grid itself, and what a row can hold layer after layer.

import { mix } from "../../../components/base/colours.js";
import { penOf } from "../../../components/base/elements.js";
import { clamp } from "../../../components/base/numbers.js";

const letters = (canvas, weight) => `${weight} 13px ${getComputedStyle(canvas).getPropertyValue("--mono")}`;

/** A name, cut with an ellipsis to this width. */
function cut(pen, name, width) {
  const characters = Array.from(name);
  while (characters.length > 1 && pen.measureText(characters.join("")).width > width) characters.splice(-2, 2, "…");
  return characters.join("");
}

export function drawThumb(grid, canvas, place) {
  const { T, palette } = grid;
  const side = grid.box.clientWidth > 620 ? 96 : 76;
  const pen = penOf(canvas, side, side);
  const dots = canvas.width;
  const edge = (i) => (Math.round((i * dots) / T) * side) / dots; // whole dots of the screen: no seams between cells
  const tones = [palette.second, mix(palette.second, palette.query, 0.45), palette.query];
  for (let q = 0; q < T; q++)
    for (let k = 0; k <= q; k++) {
      pen.fillStyle = tones[grid.read(q, k, place)];
      pen.fillRect(edge(k), edge(q), edge(k + 1) - edge(k), edge(q + 1) - edge(q));
    }
}

export function drawGrid(grid) {
  const {
    T,
    pitch,
    gutter,
    palette,
    s: { reader },
  } = grid;
  const pen = penOf(grid.canvas, gutter + T * pitch + 2, T * pitch + 2);
  pen.textAlign = "right";
  const gap = pitch > 16 ? 2 : pitch > 8 ? 1 : 0.5;
  const pale = [palette.second, mix(palette.second, palette.query, 0.28), mix(palette.second, palette.query, 0.58)];
  const dark = [mix(palette.second, palette.ink, 0.12), mix(palette.second, palette.query, 0.55), palette.query];
  for (let q = 0; q < T; q++)
    for (let k = 0; k <= q; k++) {
      pen.fillStyle = (q === reader ? dark : pale)[grid.read(q, k)];
      pen.fillRect(gutter + k * pitch, q * pitch, pitch - gap, pitch - gap);
    }
  pen.strokeStyle = palette.ink;
  pen.lineWidth = 1.5;
  pen.strokeRect(gutter - 1, Math.max(reader * pitch - 1, 0), (reader + 1) * pitch + 1, pitch + 1);
  for (let q = 0; q < T; q++) {
    if (pitch < 14 && q !== reader) continue; // names would run into one another
    pen.fillStyle = q === reader ? palette.ink : palette.soft;
    pen.font = letters(grid.canvas, q === reader ? 600 : 400);
    pen.fillText(cut(pen, grid.board.names[q], gutter - 8), gutter - 7, clamp((q + 0.5) * pitch, 8, T * pitch - 6));
  }
}

/** A row of cells for each layer, the first at the top: what can have arrived by then, in the colour of its layer. */
export function drawCone(grid) {
  const {
    T,
    coneWidth,
    depth,
    palette,
    s: { reader },
  } = grid;
  const left = 30;
  const high = clamp(Math.floor(200 / depth), 6, 22);
  const step = (coneWidth - left) / T;
  const pen = penOf(grid.cone, coneWidth, depth * high);
  pen.textAlign = "right";
  pen.font = letters(grid.cone, 400);
  for (let l = 1; l <= depth; l++) {
    const y = (l - 1) * high;
    pen.fillStyle = palette.soft;
    if (high >= 14 || l === 1 || l === depth || (l % 5 === 0 && depth - l > 1))
      pen.fillText(String(l), left - 8, clamp(y + high / 2, 7, depth * high - 6));
    for (let k = 0; k <= reader; k++) {
      const n = grid.layers(reader, k);
      pen.fillStyle = n === 0 ? palette.ink : n !== null && n <= l ? grid.tone(n) : palette.second;
      pen.fillRect(left + k * step, y, Math.max(step - (step > 8 ? 1 : 0.4), 0.5), high - 1);
    }
  }
}
