// The ribbon: the prompt, the tokens that were appended, and the place of the next one.

import { chip, el } from "../../../components/base/elements.js";

export function drawRibbon(view) {
  const { d } = view;
  if (!view.ribbon.childElementCount)
    d.prompt.forEach((token) => view.ribbon.append(el("span", { className: "cell" }, chip(token))));
  const cells = [...view.ribbon.children].slice(d.prompt.length);
  const kept = cells.findIndex(
    (cell, i) =>
      Number(cell.dataset.node) !== view.path[i] || cell.dataset.forced !== String(d.nodes.forced[view.path[i]]),
  );
  cells.slice(kept < 0 ? cells.length : kept).forEach((cell) => cell.remove());
  for (const node of view.path.slice(view.ribbon.childElementCount - d.prompt.length))
    view.ribbon.append(cellOf(view, node));
  for (const cell of [...view.ribbon.children].slice(d.prompt.length)) view.shade(cell);
  if (!d.full) view.ribbon.append(ghost(view));
  view.ribbon.scrollTop = view.ribbon.scrollHeight;
  view.ribbon.toggleAttribute("tabindex", view.ribbon.scrollHeight > view.ribbon.clientHeight); // scrolled by keys, too
  const forced = view.path.some((node) => d.nodes.forced[node]);
  view.legend.textContent = view.w[!view.path.length ? "ghost-note" : forced ? "forced-note" : "chip-note"];
}

function cellOf(view, node) {
  const { nodes } = view.d;
  const [token, p] = [nodes.token[node], view.percent(nodes.p[node])];
  const label = view.fill(nodes.forced[node] ? "return-forced" : "return", { token, p });
  const cell = el(
    "button",
    {
      type: "button",
      className: `cell taken ${nodes.forced[node] ? "forced" : ""}`,
      title: label,
      onclick: () => view.halt({ go: view.parent(node) }),
    },
    chip(token),
    " ",
    el("small", {}, p),
  );
  cell.dataset.node = node;
  cell.dataset.forced = nodes.forced[node];
  return cell;
}

/** What the next step will append. */
function ghost(view) {
  const next = view.d.candidates.find(({ id }) => id === view.d.drawn);
  const cell = el("span", { className: "cell next" }, chip(next.token, "ghost"), el("small", {}, view.percent(next.p)));
  cell.title = view.fill("next", { token: next.token, p: view.percent(next.p) });
  return cell;
}
