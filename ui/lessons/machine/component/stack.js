// The stack: tracks through the layers, what the logit lens reads on them, the opened layer with its threads.

import { clip, el, fill } from "../../../components/base/elements.js";
import { piece, s, svgPiece } from "./elements.js";
import { reads, sentence } from "./panel.js";
import { BAND, placed } from "./plan.js";

export function drawStack(view) {
  const { p, w } = view;
  const last = p.x.length - 1;
  const labels = [
    1,
    ...Array.from({ length: p.layers }, (_, i) => i + 1).filter((row) => row % 5 === 0 && p.layers - row > 1),
    p.layers,
  ];
  const grid = labels.map((row) => s("line", { class: "grid", x1: 32, x2: p.width - 10, y1: p.y(row), y2: p.y(row) }));
  view.numbers = labels.map((row) => s("text", { class: "row", x: 26, y: p.y(row) + 4, "data-row": row }, String(row)));
  view.current = s("text", { class: "row now", x: 26 });
  const tracks = p.x.map((x, i) => {
    const room = p.gaps[i] - p.thick - 11 - (i === last - 1 ? p.bars : 0);
    return s(
      "g",
      { class: i === last ? "track last" : "track" },
      s("line", { class: "stem", x1: x, x2: x, y1: p.y(0), y2: p.height + 24 }),
      i === last &&
        s("rect", {
          class: "halo",
          x: x - 12,
          width: 24,
          rx: 8,
          y: p.y(p.layers) - p.pitch / 2 - 4,
          height: p.y(0) - p.y(p.layers) + p.pitch + 8,
        }),
      p.probability[i].map((value, row) =>
        s("rect", {
          class: "seg",
          x: x - p.thick / 2,
          y: p.y(row) - (p.pitch - 2) / 2,
          width: p.thick,
          height: p.pitch - 2,
          rx: row ? 2.5 : 4,
          style: `--p: ${value}`,
        }),
      ),
      i === last && drawBars(view, x),
      placed(p.lens[i], p, i === last ? 21 : 15).map((run) =>
        i === last ? lastWord(view, run, x) : trackWord(view, run, x, room, i),
      ),
    );
  });
  view.outline = s("rect", {
    class: "outline",
    rx: 6,
    x: p.x[0] - p.thick / 2 - 7,
    width: p.x[last] - p.x[0] + p.thick + 14,
    height: p.pitch + 5,
  });
  view.threads = s("g", { class: "threads" });
  return s(
    "svg",
    {
      class: "stack",
      width: p.width,
      height: p.height + 24,
      tabindex: 0,
      "data-key": "stack",
      role: "slider",
      "aria-orientation": "vertical",
      "aria-label": w["opened-layer"],
      "aria-valuemin": 1,
      "aria-valuemax": p.layers,
      onpointermove: (event) => view.hover(event),
      onpointerleave: () => view.tip.classList.remove("on"),
      onclick: (event) => view.choose(view.under(event).row - 1),
      onkeydown: (event) => view.climb(event),
    },
    s("rect", { class: "slab", width: p.width, height: p.height, rx: 16 }),
    grid,
    view.numbers,
    view.current,
    tracks,
    view.threads,
    view.outline,
  );
}

/** A lens word beside an earlier track: what fits before the next track, or nothing. */
function trackWord(view, { word, y }, x, room, i) {
  const fits = Math.floor(room / view.measure("0", 12));
  if (fits < 2 || (fits < 4 && Array.from(word).length > fits)) return undefined;
  return s(
    "text",
    { class: "said", x: x + view.p.thick / 2 + 9, y: y + 4, "data-y": y, "data-track": i },
    svgPiece(word, Math.min(fits, 10)),
  );
}

function lastWord(view, { word, y, from, to }, x) {
  const { p } = view;
  const left = x + 20;
  return s(
    "g",
    { class: to === p.layers ? "says answer" : "says" },
    from < to &&
      s("line", {
        class: "span",
        x1: x + 15.5,
        x2: x + 15.5,
        y1: p.y(to) - p.pitch / 2 + 2,
        y2: p.y(from) + p.pitch / 2 - 2,
      }),
    s("rect", { x: left, y: y - 9, width: view.measure(clip(word, 10), 14) + 14, height: 18, rx: 5 }),
    s("text", { x: left + 7, y: y + 5 }, svgPiece(word, 10)),
  );
}

function drawBars(view, x) {
  const { p, d } = view;
  const attention = d.attention.map((value, i) => value / d.stream[i]);
  const mlp = d.mlp.map((value, i) => value / d.stream[i]);
  const scale = (p.bars - 8) / Math.max(...attention, ...mlp);
  const thin = Math.min(5, p.pitch * 0.3);
  const bar = (kind, value, y) =>
    s("rect", { class: kind, x: x - 17 - value * scale, y, width: Math.max(0.6, value * scale), height: thin });
  return attention.map((value, i) => [
    bar("attn", value, p.y(i + 1) - thin - 0.5),
    bar("mlp", mlp[i], p.y(i + 1) + 0.5),
  ]);
}

export function drawWords(view) {
  const { p, d, w } = view;
  const last = p.x.length - 1;
  const words = p.x.map((x, i) => {
    const at = p.first + i;
    const upright = p.upright && i < last;
    return el(
      "button",
      {
        type: "button",
        className: `word ${upright ? "upright" : ""} ${i === last ? "last" : ""}`,
        style: { left: `${x}px` },
        "data-key": `token-${at}`,
        "aria-label": fill(w["token-name"], { n: at + 1, token: d.tokens[at], id: d.ids[at] }),
        onclick: () => view.opens({ part: "token", at }),
      },
      el("bdi", { className: "chip" }, ...piece(d.tokens[at], upright ? 11 : 14)),
      " ",
      upright ? null : el("small", {}, d.ids[at]),
    );
  });
  view.next = el(
    "div",
    { className: "word next", "aria-hidden": "true" },
    el("bdi", { className: "chip" }),
    el("small"),
  );
  const longest = p.upright
    ? Math.max(...d.tokens.slice(p.first, -1).map((token) => Math.min(11, Array.from(token).length)))
    : 0;
  return el(
    "div",
    { className: "words", style: { height: `${Math.max(56, longest * 7.9 + 22)}px` } },
    ...words,
    view.next,
  );
}

export function showLayer(view) {
  const { p, d, layer } = view;
  const y = p.y(layer + 1);
  const last = p.x.length - 1;
  view.outline.setAttribute("y", y - p.pitch / 2 - 2.5);
  view.current.setAttribute("y", y + 4);
  view.current.textContent = layer + 1;
  view.numbers.forEach((node) => node.classList.toggle("gone", Math.abs(p.y(Number(node.dataset.row)) - y) < 16));
  view.stack.setAttribute("aria-valuenow", layer + 1);
  view.stack.setAttribute(
    "aria-valuetext",
    `${fill(view.w["layer-of"], { n: layer + 1, layers: p.layers })}. ${sentence(view, (word) => word).join("")}`,
  );

  const down = y + 60 < p.height ? 1 : -1; // threads hang, but not out of the slab
  const undrawn = d.weights[layer].slice(0, p.first).reduce((a, b) => a + b, 0); // one thread to the left edge
  const paths = [...d.weights[layer].slice(p.first, -1), undrawn].map((weight, i) => {
    const from = p.x[last] - p.thick / 2;
    const to = i < last ? p.x[i] + p.thick / 2 - 1 : 34;
    const width = Math.max(0.8, BAND * weight);
    const far = from - to;
    const sag = y + down * Math.min(52, 16 + far * 0.09);
    const end = y + down * (p.pitch / 2 + 3 + width / 2);
    return (
      weight >= 0.01 &&
      s("path", {
        d: `M${from} ${y}C${from - far * 0.35} ${sag} ${to + far * 0.35} ${sag} ${to} ${end}`,
        "stroke-width": width,
      })
    );
  });
  const tight = last > 0 && Math.min(...p.gaps) < 38;
  const marked = reads(view)
    .filter(({ i }) => i >= p.first)
    .slice(0, tight ? 1 : 2)
    .map(({ i, weight }) => ({ track: i - p.first, weight }));
  const above = y - p.pitch / 2 - 7;
  const texts = marked.map(({ track, weight }) =>
    s("text", { class: "weight", x: p.x[track] + p.thick / 2 + 4, y: above }, view.share(weight)),
  );
  const away = reads(view).find(({ i }) => i < p.first); // its track is not drawn: the thread's end has its name
  if (away)
    texts.push(
      s("text", { class: "weight", x: 36, y: above }, svgPiece(d.tokens[away.i], 9), ` ${view.share(away.weight)}`),
    );
  view.threads.replaceChildren(...paths.filter(Boolean), ...(tight && view.narrow ? [] : texts));
  view.stack.querySelectorAll(".said").forEach((node) => {
    const beside = marked.some(({ track }) => track === Number(node.dataset.track));
    node.classList.toggle("gone", beside && Math.abs(above - 4 - Number(node.dataset.y)) < 12);
  });
}
