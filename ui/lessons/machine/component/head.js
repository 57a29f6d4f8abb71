// The head: the candidates, the button that appends, and the river that joins them to the last track.

import { boxOf, el, fill, weave } from "../../../components/base/elements.js";
import { named, piece, s } from "./elements.js";
import { BAND } from "./plan.js";

export function candidate(view, c, i) {
  const free = c.appendable && !view.d.full;
  const row = el(
    "button",
    {
      type: "button",
      className: i ? "cand" : "cand first",
      "data-key": `candidate-${i}`,
      "aria-label": fill(free ? view.w["append-name"] : view.w["stop-name"], { token: c.token, p: view.percent(c.p) }),
      onclick: () => view.append(c),
      onpointerenter: () => view.point(i),
      onpointerleave: () => view.point(0),
      onfocus: () => view.point(i),
      onblur: () => view.point(0),
    },
    el("bdi", { className: "label" }, ...piece(c.token, 10)),
    " ",
    amount(view, c.p),
  );
  if (!free) row.setAttribute("aria-disabled", "true");
  return row;
}

export function drawTail(view) {
  const { count, p } = view.d.others;
  return el(
    "div",
    { className: "cand tail" },
    el("span", { className: "label" }, fill(view.w.others, { n: view.integer(count) })),
    amount(view, p),
  );
}

function amount(view, p) {
  const longest = Math.max(view.d.candidates[0].p, view.d.others.p);
  return el(
    "span",
    { className: "amount" },
    el("i", { className: "bar", style: { width: `max(2px, ${(100 * p) / longest}%)` } }),
    el("span", { className: "p" }, view.percent(p)),
  );
}

export function drawButton(view) {
  const { d, w } = view;
  const c = d.candidates[0];
  const stuck = d.full ? w.full : c.appendable ? null : w.stops;
  const text = stuck
    ? weave(stuck, { token: named(c.token), n: d.tokens.length })
    : [w.append, " ", el("bdi", {}, ...piece(c.token, 12))];
  return el(
    "button",
    { type: "button", className: "go", "data-key": "append", disabled: Boolean(stuck), onclick: () => view.append(c) },
    ...text,
  );
}

/** The river from the last track into the candidates, and the dotted line back. */
export function flow(view, chosen) {
  const { p, d } = view;
  const box = boxOf(view.box);
  const place = (node) => {
    const r = boxOf(node);
    return {
      left: r.left - box.left,
      right: r.right - box.left,
      top: r.top - box.top,
      y: (r.top + r.bottom) / 2 - box.top,
    };
  };
  const slab = place(view.stack);
  const x = slab.left + p.x.at(-1);
  const y = slab.top + p.y(p.layers);
  view.next.style.left = `${place(view.box.querySelector(".word.last .chip")).right - slab.left + 10}px`;
  const line = (kind, path, width) => s("path", { class: kind, d: path, ...(width && { "stroke-width": width }) });
  if (view.narrow) {
    const tip = slab.top - 12;
    view.river.replaceChildren(
      line("band", `M${x} ${y}V${tip + 5}`, BAND),
      line("arrow", `M${x - 10} ${tip + 10}L${x} ${tip}L${x + 10} ${tip + 10}`),
    );
    return;
  }
  const up = slab.top - 18;
  const split = slab.right - 8;
  const end = place(view.rows[0]).left - 6;
  let from = up - BAND / 2;
  const strands = [...d.candidates.map((c) => c.p), d.others.p].map((share, i) => {
    const to = place(view.rows[i] ?? view.tail).y;
    const start = from + (BAND * share) / 2;
    from += BAND * share;
    const kind = view.rows[i] ? (i === chosen ? "strand on" : "strand") : "strand rest";
    const bend = end - split;
    return line(
      kind,
      `M${split} ${start}C${split + bend * 0.55} ${start} ${split + bend * 0.4} ${to} ${end} ${to}`,
      Math.max(0.8, BAND * share),
    );
  });
  const parts = [line("band", `M${x} ${y}V${up + 18}q0 -18 18 -18H${split}`, BAND), ...strands];
  if (!view.next.classList.contains("none")) {
    const start = place(view.rows[chosen].querySelector(".p"));
    const chip = place(view.next.querySelector(".chip"));
    const edge = box.width - 3;
    parts.push(
      line("back", `M${start.right + 4} ${start.y}H${edge - 8}q8 0 8 8V${chip.y - 8}q0 8 -8 8H${chip.right + 6}`),
      line("arrow", `M${chip.right + 13} ${chip.y - 5}L${chip.right + 5} ${chip.y}L${chip.right + 13} ${chip.y + 5}`),
    );
  }
  view.river.replaceChildren(...parts);
}
