// The tree of all texts that were written, as a map.

import { clip, el, shape, within } from "../../../components/base/elements.js";
import { named } from "./asker.js";

const LANE = 30; // px between two branches of the map

export function drawMap(view) {
  const { d, w } = view;
  const width = view.mapBox.clientWidth;
  if (!width || !view.path) return;
  const { parent, lane, token, p } = d.nodes;
  const depth = [0];
  for (let node = 1; node < parent.length; node++) depth[node] = depth[parent[node]] + 1;
  const deepest = Math.max(...depth);
  const lanes = Math.max(...lane) + 1;
  const step = Math.min(30, (width - 30) / Math.max(deepest, 1));
  const on = new Set([0, ...view.path]);
  view.spots = parent.map((_, node) => ({ x: 10 + depth[node] * step, y: 26 + lane[node] * LANE }));
  const radius = Math.max(2, Math.min(4.5, step * 0.34));
  const lines = [...parent.keys()]
    .slice(1)
    .sort((a, b) => Number(on.has(a)) - Number(on.has(b)))
    .map((node) => branch(view, node, on.has(node)));
  const labels = [...parent.keys()]
    .slice(1)
    .filter((node) => parent[node] === 0 || lane[node] !== lane[parent[node]])
    .map((node) => label(view, node, width));
  const dots = parent.map((_, node) => {
    const { x, y } = view.spots[node];
    const name = node ? view.fill("node", { n: depth[node], token: token[node], p: view.percent(p[node]) }) : w.prompt;
    const dot = shape("g", {
      role: "treeitem",
      id: `node-${node}`,
      "aria-label": name,
      "aria-level": depth[node] + 1,
      "aria-selected": node === d.at,
      class: on.has(node) ? "on" : "off",
    });
    if (node === d.at) dot.append(shape("circle", { class: "here", cx: x, cy: y, r: radius + 3.5 }));
    dot.append(
      node
        ? shape("circle", { cx: x, cy: y, r: radius })
        : shape("rect", { x: x - 4, y: y - 6, width: 8, height: 12, rx: 2 }),
    );
    return dot;
  });
  const had = view.map && view.focused === view.map;
  view.map = shape(
    "svg",
    {
      width,
      height: 26 + (lanes - 1) * LANE + 16,
      role: "tree",
      tabindex: 0,
      "aria-label": w.branches,
      "aria-activedescendant": `node-${d.at}`,
    },
    shape("g", { "aria-hidden": "true" }, ...lines, ...labels),
    ...dots,
  );
  view.map.onpointermove = (event) => point(view, nearest(view, event), event.pointerType === "mouse");
  view.map.onpointerleave = () => point(view, null);
  view.map.onclick = (event) => visit(view, nearest(view, event));
  view.map.onkeydown = (event) => climb(view, event);
  view.map.onblur = () => point(view, null);
  const scroll = view.mapBox.scrollTop;
  view.mapBox.replaceChildren(view.map);
  view.mapBox.scrollTop = scroll;
  view.pointed = null;
  if (had) view.map.focus({ preventScroll: true });
  view.mapHead.replaceChildren(
    el("span", { className: "eyebrow" }, w.branches),
    el("span", { className: "note" }, lanes > 1 ? view.fill("texts", { n: view.integer(lanes) }) : w["branches-none"]),
  );
  reveal(view, view.spots[d.at]);
}

function branch(view, node, on) {
  const [a, b] = [view.spots[view.parent(node)], view.spots[node]];
  const bend = Math.min(8, b.x - a.x);
  const way =
    a.y === b.y ? `M${a.x},${a.y}H${b.x}` : `M${a.x},${a.y}V${b.y - bend}Q${a.x},${b.y} ${a.x + bend},${b.y}H${b.x}`;
  return shape("path", { d: way, class: on ? "on" : "off" });
}

/** The first token of a branch, over its beginning. */
function label(view, node, width) {
  const { x, y } = view.spots[node];
  const word = clip(view.d.nodes.token[node], 12);
  const end = x + 8 * word.length > width;
  return shape("text", { x: end ? width : x - 4, y: y - 9, "text-anchor": end ? "end" : "start" }, word);
}

function reveal(view, { y }) {
  const box = view.mapBox;
  if (y > box.scrollTop + box.clientHeight - 20) box.scrollTop = y - box.clientHeight + 30;
  if (y < box.scrollTop + 20) box.scrollTop = y - 26;
}

function nearest(view, event) {
  const [x, y] = within(view.map, event);
  const far = view.spots.map((spot) => Math.hypot(spot.x - x, spot.y - y));
  const node = far.indexOf(Math.min(...far));
  return far[node] < 22 ? node : null;
}

/** Says which text a node is. */
function point(view, node, show = true) {
  view.pointed = node;
  view.map.classList.toggle("pointing", node !== null);
  view.tip.classList.toggle("on", node !== null && show);
  if (node === null || !show) return;
  const { token, p } = view.d.nodes;
  view.tip.replaceChildren(
    ...(node
      ? [
          ...view
            .pathTo(node)
            .slice(-3)
            .map((at) => named(token[at])),
          ` ${view.percent(p[node])}`,
        ]
      : [view.w.prompt]),
  );
  const spot = view.spots[node];
  const left = Math.max(0, Math.min(spot.x - 10, view.mapBox.clientWidth - view.tip.offsetWidth));
  view.tip.style.transform = `translate(${left}px, ${view.mapBox.offsetTop + spot.y - view.mapBox.scrollTop + 12}px)`;
  view.map.setAttribute("aria-activedescendant", `node-${node}`);
}

function visit(view, node) {
  if (node !== null && node !== view.d.at) view.halt({ go: node });
}

function climb(view, event) {
  const { parent } = view.d.nodes;
  const now = view.pointed ?? view.d.at;
  if (event.key === "Enter" || event.key === " ") {
    event.preventDefault();
    visit(view, now);
    return;
  }
  const children = (node) => parent.map((up, i) => (up === node ? i : -1)).filter((i) => i > 0);
  const beside = (by) => {
    const ordered = view.spots
      .map((spot, i) => ({ ...spot, i }))
      .filter(({ y }) => Math.sign(y - view.spots[now].y) === by);
    const close = Math.min(...ordered.map(({ y }) => Math.abs(y - view.spots[now].y)));
    const line = ordered.filter(({ y }) => Math.abs(y - view.spots[now].y) === close);
    return line.sort((a, b) => Math.abs(a.x - view.spots[now].x) - Math.abs(b.x - view.spots[now].x))[0]?.i;
  };
  const to = {
    ArrowLeft: () => (now ? parent[now] : 0),
    ArrowRight: () => children(now)[0],
    ArrowDown: () => beside(1),
    ArrowUp: () => beside(-1),
  }[event.key];
  if (!to) return;
  event.preventDefault();
  point(view, to() ?? now);
  reveal(view, view.spots[view.pointed]);
}
