// What may come next: a row for each of the likeliest tokens, and one for all the others together.

import { boxOf, chip, clip, el } from "../../../components/base/elements.js";

export function amount() {
  return el(
    "span",
    { className: "amount" },
    el("i", { className: "bar-p" }),
    el("i", { className: "bar-q" }),
    el("span", { className: "p" }),
    " ",
    el("span", { className: "tag" }),
    " ",
  );
}

export function emptyRow(view, i) {
  return el(
    "button",
    { type: "button", className: "cand", onclick: () => view.take(i) },
    el("span", { className: "label" }),
    amount(),
    el("span", { className: "q" }),
  );
}

export function drawCandidates(view) {
  const { d, w } = view;
  const hot = d.temperature !== 1;
  const heat = view.heatValue.textContent;
  view.list.classList.toggle("hot", hot);
  view.list.setAttribute("aria-label", view.fill("candidates", { n: view.path.length + 1 }));
  view.head.replaceChildren(
    el("span", { className: "eyebrow" }, view.fill("candidates", { n: view.path.length + 1 })),
    hot
      ? el(
          "span",
          { className: "key" },
          el("i", { className: "swatch-p" }),
          w["model-share"],
          " ",
          el("i", { className: "swatch-q" }),
          view.fill("drawn-share", { t: heat }),
        )
      : el("span", { className: "note" }, d.full ? "" : w["force-note"]),
  );
  view.rows.forEach((row, i) => drawRow(view, row, d.candidates[i], hot));
  view.tail.querySelector(".label").textContent = view.fill("others", { n: view.integer(d.others.count) });
  drawAmount(view, view.tail, d.others, hot);
}

function drawRow(view, row, candidate, hot) {
  const { d, w } = view;
  row.hidden = !candidate;
  if (!candidate) return;
  const drawn = candidate.id === d.drawn && !d.full;
  const tail = d.rank > 8 && candidate.id === d.drawn;
  row.className = `cand ${drawn ? "drawn" : ""}`;
  row.dataset.id = candidate.id;
  row.setAttribute("aria-disabled", d.full);
  row
    .querySelector(".label")
    .replaceChildren(el("span", { className: "hidden" }, `${w.take} `), chip(clip(candidate.token, 14)), " ");
  row.title = tail ? view.fill("rank", { n: view.integer(d.rank) }) : "";
  drawAmount(view, row, candidate, hot);
  row.querySelector(".tag").textContent = !drawn ? "" : d.temperature ? w.drawn : w.likeliest;
  if (tail) row.querySelector(".p").append(el("small", {}, ` · ${view.fill("rank", { n: view.integer(d.rank) })}`));
}

/** The bar is the model's own probability, its outline what is drawn from: 100 % is the whole width. */
function drawAmount(view, row, { p, q }, hot) {
  row.style.setProperty("--p", p);
  row.style.setProperty("--q", hot ? q : 0);
  row.querySelector(".p").replaceChildren(view.percent(p));
  row.querySelector(".q").textContent = hot ? view.percent(q) : "";
}

export function walk(view, event) {
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!by) return;
  const shown = view.rows.filter((row) => !row.hidden);
  event.preventDefault();
  shown[Math.min(Math.max(shown.indexOf(event.target) + by, 0), shown.length - 1)].focus();
}

/** Where the chip of a candidate stands now, before the candidates change. */
export function placeOf(view, id) {
  const row = view.rows.find((row) => !row.hidden && row.dataset.id === String(id));
  return row && boxOf(row.querySelector(".chip"));
}
