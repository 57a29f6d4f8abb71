// Geometry, before anything is drawn.

import { clip } from "../../../components/base/elements.js";

export const BAND = 15; // px for 100 %: threads and the river share this scale with the width of a track
const MAX_TRACKS = 16;

/** Where everything in the stack stands, in px from the top left corner of the slab. */
export function plan(d, width, narrow, tall, measure) {
  const layers = d.stream.length;
  const pitch = Math.min(60, Math.max(6, (tall ? 449 : 329) / (layers + 1)));
  const top = 18 + pitch / 2;
  const y = (row) => (row ? top + (layers - row) * pitch : top + layers * pitch + 5); // row 0 is the embedding
  const height = y(0) + pitch / 2 + 10;
  const left = narrow ? 42 : 50;

  const said = d.lens.at(-1).map((word) => measure(clip(word, 10), 14) + 16);
  const own = measure(clip(d.tokens.at(-1), 14), 14) / 2 + 9;
  // may reach below the head
  const next = own + 10 + measure(clip(d.candidates[0].token, 9), 14) + 21 - (narrow ? 0 : 60);
  const right = Math.max(22 + Math.max(...said), next) + (narrow ? 0 : 6);
  const room = width - left - right;
  const bars = narrow ? 30 : 46;
  const most = Math.min(MAX_TRACKS, d.lens.length, Math.max(1, Math.floor((room - bars) / 15) + 1));
  const first = d.tokens.length - most;
  const lens = d.lens.slice(-most);
  const probability = d.probability.slice(-most);
  const chips = d.tokens.slice(first).map((t) => measure(clip(t, 14), 14) + 18);

  // The space after each track: what its chip and its neighbour's need, and what its words need beside it.
  const chipRoom = chips.slice(1).map((w, i) => (w + chips[i]) / 2 + 8);
  const wordRoom = lens.slice(0, -1).map((words) => 30 + Math.min(66, Math.max(...words.map((w) => measure(w, 12)))));
  const lastBars = (i) => (i === most - 2 ? bars : 0);
  const sum = (list) => list.reduce((a, b) => a + b, 0);
  let gaps = chipRoom.map((w, i) => Math.max(w, wordRoom[i] + lastBars(i)));
  let upright = false;
  if (sum(gaps) > room) {
    const least = chipRoom.map((w, i) => Math.max(w, 24 + lastBars(i)));
    upright = narrow || sum(least) > room;
    if (upright) gaps = least.map((_, i) => (room - bars) / (most - 1) + lastBars(i));
    else {
      const share = (room - sum(least)) / (sum(gaps) - sum(least));
      gaps = gaps.map((w, i) => least[i] + share * (w - least[i]));
    }
  }
  const slack = Math.min(upright ? 0 : 26, (room - sum(gaps)) / Math.max(1, most - 1));
  gaps = gaps.map((w, i) => Math.min(w + slack, upright ? 72 + lastBars(i) : Infinity));
  const x = [left + (most === 1 ? bars : upright ? 6 : Math.max(narrow ? 8 : 0, chips[0] / 2 - 26))];
  gaps.forEach((w) => x.push(x.at(-1) + w));
  const thick = Math.min(BAND, Math.min(...gaps, 99) * 0.55);
  return { layers, pitch, y, height, width, first, lens, probability, x, gaps, upright, thick, bars, narrow };
}

/** Runs of equal words along one track: [{word, from, to}] in rows, the embedding being row 0. */
function runs(words) {
  const list = [];
  words.forEach((word, row) => {
    if (list.length && list.at(-1).word === word) list.at(-1).to = row;
    else list.push({ word, from: row, to: row });
  });
  return list;
}

/** The runs whose word finds a place: the answer first, then the input, then the longest; in order of importance. */
export function placed(words, p, apart) {
  const all = runs(words);
  const rank = (r) => (r.to === p.layers ? 2e3 : r.from === 0 ? 1e3 : r.to - r.from);
  const kept = [];
  for (const run of all.sort((a, b) => rank(b) - rank(a) || b.from - a.from)) {
    const row = run.to === p.layers ? run.to : run.from === 0 ? 0 : Math.round((run.from + run.to) / 2);
    const y = p.y(row);
    if (kept.every((k) => Math.abs(k.y - y) >= apart)) kept.push({ ...run, row, y });
  }
  return kept;
}
