// The drawing of the lesson: tracks through the layers at the left, the grid of the cache at the right, on the same rows.

import { chip, clip, div, el, fill, shape } from "../../../components/base/elements.js";
import { integer, range } from "../../../components/base/numbers.js";

const NARROW = 720; // px: below it the grid stands under the tracks
const RIGHT = 360; // px of the grid beside the tracks
const LEFT = 34; // px for the numbers of the layers
const HEAD = 50; // px above the top layer: the next token, the names of the heads
const LEAST = 15; // px from one track to the next: a name needs them
const SPLIT = 12; // px between the prompt and what was written

const rect = (x, y, w, h) => `M${x.toFixed(1)} ${y.toFixed(1)}h${w.toFixed(1)}v${h.toFixed(1)}h${(-w).toFixed(1)}z`;

/** Both figures as nodes. `moving`: what is new rises from the bottom. */
export function board(view, moving) {
  const { d, w } = view;
  const width = view.board.clientWidth;
  const narrow = width < NARROW;
  const pitch = Math.min(narrow ? 9 : 12.5, 375 / d.layers);
  const p = {
    d,
    narrow,
    pitch,
    moving,
    height: HEAD + d.layers * pitch,
    y: (layer) => HEAD + (d.layers - 1 - layer) * pitch,
  };
  view.board.classList.toggle("narrow", narrow);
  const left = stack(view, p, narrow ? width : width - RIGHT - 40);
  const right = grid(view, p, narrow ? width : RIGHT);
  const hidden = p.first ? [el("p", { className: "note" }, fill(w["not-drawn"], { n: p.first }))] : [];
  return [div("stack", left, ...hidden), div("cache", ...right)];
}

/** The tracks: green where work is done in this turn; of the others only keys and values are left. */
function stack(view, p, width) {
  const { d, turn } = view;
  const tokens = view.tokens();
  const room = width - LEFT - 30 - SPLIT;
  const most = Math.min(tokens.length, Math.floor(room / LEAST) + 1);
  p.first = tokens.length - most;
  const gap = Math.min(room / (most - 1), 60);
  const x = (token) => LEFT + 12 + (token - p.first) * gap + (token >= d.tokens.length ? SPLIT : 0);
  const thick = Math.min(18, gap * 0.58);
  const [last, next] = [view.known() - 1, view.known()];
  const start = turn ? last : p.first; // the first track that works in this turn
  const bottom = p.height + 8;

  const column = (token, part = 0, of = 1) =>
    range(d.layers)
      .map((layer) => {
        const high = (p.pitch - 2) / of;
        return rect(x(token) - thick / 2, p.y(layer) + 1 + part * (high + 0.3), thick, high - 0.3 * (of - 1));
      })
      .join("");
  const columns = (from, to, ...parts) =>
    range(Math.max(0, to - from))
      .map((i) => column(from + i, ...parts))
      .join("");
  const lines = range(d.layers)
    .map((layer) => `M${x(p.first)} ${(p.y(layer) + p.pitch / 2).toFixed(1)}H${x(last)}`)
    .join("");
  const rising = shape(
    "g",
    { class: p.moving ? "rising" : "" },
    shape("path", { class: "also", d: turn ? "" : columns(start, last) }),
    shape("path", { class: "leads", d: column(last) }),
  );
  const top = p.y(d.layers - 1);
  const wide = 17 + 8.6 * clip(tokens[next], 14).length; // px of the chip with the next token
  const said = Math.min(Math.max(x(last) + 14, x(next) - wide / 2), width - wide);
  const bend = said > x(last) + 10 ? `V${HEAD - 22}q0 -10 10 -10H${said.toFixed(1)}` : `V${HEAD - 18}`;
  const svg = shape(
    "svg",
    {
      width,
      height: bottom,
      viewBox: `0 0 ${width} ${bottom}`,
      role: "img",
      "aria-label": fill(view.w[turn ? "alt-decode" : "alt-prefill"], { n: next, before: last, layers: d.layers }),
    },
    shape("rect", {
      class: "slab",
      x: LEFT - 6,
      y: HEAD - 8,
      width: width - LEFT + 6,
      height: p.height - HEAD + 16,
      rx: 12,
    }),
    ...levels(p, LEFT - 12),
    shape("path", { class: "reads", d: last > p.first ? lines : "" }),
    shape("path", { class: "kept-key", d: columns(p.first, start, 0, 2) }),
    shape("path", { class: "kept-value", d: columns(p.first, start, 1, 2) }),
    shape("path", { class: "path", d: columns(start, last + 1) }),
    rising,
    shape(
      "g",
      { class: p.moving ? "onward late" : "onward" },
      shape("path", { class: "out", d: `M${x(last)} ${top - 3}${bend}` }),
      shape("path", { class: "down", d: `M${x(next)} ${HEAD - 16}V${bottom - 6}` }),
      shape("path", { class: "out", d: `M${x(next) - 4} ${bottom - 10}l4 6l4 -6` }),
    ),
  );

  const label = (token) => {
    const kind = token === next ? "ghost" : token === last ? "on" : token >= start ? "also" : "";
    const late = token === next && p.moving ? " late" : "";
    return el(
      "span",
      { className: `name${late}`, title: tokens[token], style: { left: `${x(token)}px` } },
      chip(clip(tokens[token], 14), kind),
    );
  };
  const names = div("names", ...range(next + 1 - p.first).map((i) => label(p.first + i)));
  names.style.height = `${24 + 7.9 * Math.max(...tokens.slice(p.first).map((token) => clip(token, 14).length))}px`;
  const says = el(
    "span",
    { className: `said${p.moving ? " late" : ""}`, style: { left: `${said}px` } },
    chip(clip(tokens[next], 14), "ghost"),
  );
  return div("slab-box", svg, says, names);
}

/** Every fifth layer by its number, and the first and the last, which needs its own room. */
function levels(p, x) {
  const last = p.d.layers - 1;
  const named = range(p.d.layers).filter(
    (i) => i === 0 || i === last || ((i + 1) % 5 === 0 && (last - i) * p.pitch >= 14),
  );
  return named.map((layer) =>
    shape("text", { class: "level", x, y: p.y(layer) + p.pitch / 2 + 4, "text-anchor": "end" }, String(layer + 1)),
  );
}

/** Keys (upper half of a cell) and values (lower half) by layer, key/value head and token. */
function grid(view, p, width) {
  const { d, w } = view;
  const slots = d.tokens.length + d.turns.length - 1;
  const margin = p.narrow ? LEFT : 0;
  const between = 16;
  const room = (width - margin - between * (d.heads - 1)) / d.heads;
  const cell = Math.min(12, (room - 4) / slots);
  const known = view.known();
  const fresh = view.turn ? known - 1 : 0;
  const bottom = p.height + 22;
  const x = (head, token) => margin + head * (room + between) + token * cell + (token >= d.tokens.length ? 3 : 0);
  const half = (p.pitch - 2) / 2;

  const cells = (from, to, part) =>
    range(d.heads)
      .flatMap((head) =>
        range(to - from).flatMap((i) =>
          range(d.layers).map((layer) =>
            rect(x(head, from + i), p.y(layer) + 1 + part * half, cell - Math.min(1, cell / 5), half - 0.3),
          ),
        ),
      )
      .join("");
  const ends = range(d.heads).map((head) =>
    shape("text", { class: "level", x: x(head, 0), y: HEAD - 14 }, fill(w.head, { n: head + 1 })),
  );
  const empty = range(d.heads).map((head) =>
    shape("rect", {
      class: "slab",
      x: x(head, 0) - 2,
      y: HEAD - 3,
      width: x(head, slots) - x(head, 0) + 3,
      height: d.layers * p.pitch + 6,
      rx: 4,
    }),
  );
  const axis = range(d.heads).map((head) =>
    shape("text", { class: "level", x: x(head, 0), y: p.height + 18 }, w["grid-axis"]),
  );
  const each = d.layers * d.heads;
  const values = {
    keys: integer(each * known, d.lang),
    fresh: integer(each * (known - fresh), d.lang),
    width: d.width,
    layers: d.layers,
    heads: d.heads,
    tokens: known,
  };
  const svg = shape(
    "svg",
    {
      width,
      height: bottom,
      viewBox: `0 0 ${width} ${bottom}`,
      role: "img",
      "aria-label": fill(w["grid-alt"], values),
    },
    ...(p.narrow ? levels(p, LEFT - 12) : []),
    ...empty,
    ...ends,
    ...axis,
    shape("path", { class: "old key-cell", d: cells(0, fresh, 0) }),
    shape("path", { class: "old value-cell", d: cells(0, fresh, 1) }),
    shape(
      "g",
      { class: p.moving ? "rising" : "" },
      shape("path", { class: "key-cell", d: cells(fresh, known, 0) }),
      shape("path", { class: "value-cell", d: cells(fresh, known, 1) }),
    ),
  );
  return [
    el("h2", { className: "eyebrow" }, fill(w["grid-title"], values)),
    svg,
    el("p", { className: "note" }, fill(w["grid-count"], values)),
  ];
}
