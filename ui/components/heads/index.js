// The figures of lesson 6: `data.view` says which. Each is mounted by itself, fed once by ui/heads.py, and asks nothing of the
// server. They share the head that is chosen: it stands in the link, and an event says that it changed. Layers, heads and
// tokens count from 0 here, from 1 on screen and in the link.

const views = new WeakMap(); // outlives new data
const CHOSEN = "vetro-head";

export default function heads({ data, parentElement }) {
  const kinds = { explorer: Explorer, effects: Effects, kinds: Kinds, sharing: Sharing };
  let view = views.get(parentElement);
  if (!view) {
    const box = div(`heads ${data.view}`);
    parentElement.querySelector(".root").append(box);
    views.set(parentElement, (view = new kinds[data.view](box)));
    view.listen = () => view.follow();
    addEventListener(CHOSEN, view.listen);
  }
  view.update(data, colours(parentElement));
  return () => {
    removeEventListener(CHOSEN, view.listen);
    view.remove?.();
    view.box.remove();
    views.delete(parentElement);
  };
}

/** The head in the link, or the one that the page begins with: [layer, head]. A damaged link counts for nothing. */
function chosen({ start, sizes }) {
  const link = new URL(location.href).searchParams;
  const places = ["layer", "head"].map((name) => Number(link.get(name)) - 1);
  const fits = (n, count) => Number.isInteger(n) && n >= 0 && n < count;
  return fits(places[0], sizes.layers) && fits(places[1], sizes.heads) ? places : start;
}

function choose(layer, head) {
  remember({ layer: layer + 1, head: head + 1 });
  dispatchEvent(new Event(CHOSEN));
}

/** From a figure further down: the head is shown by the explorer, and the page goes up to it. */
function goTo(layer, head) {
  choose(layer, head);
  dispatchEvent(new Event("vetro-head-show"));
}

// ---------------------------------------------------------------- nodes and numbers

const upTo = (n) => Array.from({ length: n }, (_, i) => i);
const within = (x, low, high) => Math.min(Math.max(x, low), high);
const div = (className, ...children) => el("div", { className }, ...children);
const span = (className, ...children) => el("span", { className }, ...children);
const button = (className, properties, ...children) => el("button", { type: "button", className, ...properties }, ...children);
const plain = (token) => token.replace(/^·(?=.)/, "");
const word = (token) => el("bdi", {}, plain(token));
const spoken = (n, words, lang) => words.numbers.split(" ")[n] ?? integer(n, lang);
const plus = (x, lang) => (x > 0 ? "+" : "") + number(x, lang);

/** A text of content/ with nodes in its gaps: the counterpart of `fill`. A node that stands in it twice is copied. */
const weave = (text, values) => text.split(/\{(\w+)\}/).map((part, i) => (i % 2 ? values[part].cloneNode?.(true) ?? values[part] : part));

/** Arrow keys, Home and End: move(down, right). */
function arrows(node, move) {
  const steps = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1], Home: [0, -1e6], End: [0, 1e6] };
  node.addEventListener("keydown", (event) => {
    const step = steps[event.key];
    if (!step || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    move(...step);
  });
  return node;
}

/** Ink or paper, whichever can be read on this colour; black or white where neither can. */
function inkFor(colour, palette) {
  const first = inkOn(colour, palette);
  const [a, b] = [luminance(colour), luminance(first)].sort((x, y) => y - x);
  return (a + 0.05) / (b + 0.05) >= 4.5 ? first : inkOn(colour, { ink: "#ffffff", paper: "#000000" });
}

/** The weights (T, T) of one head, `values` beginning at `start`, on a canvas that is `width` wide; the future stays empty.
 *  `wanted` (T, T) outlines cells. */
function drawMap(canvas, width, T, values, start, ramp, wanted, ink) {
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
