// What the chosen row of the grid says: its sentence, its tokens, how far it reaches, and the sums.

import { readable } from "../../../components/base/colours.js";
import { el, span } from "../../../components/base/elements.js";
import { range } from "../../../components/base/numbers.js";
import { drawCone } from "./drawing.js";

const LISTED = 5; // runs of tokens that the sentence names

/** Which tokens the row chosen may read: neighbours as one run. */
function runsOf(view, q) {
  const found = [];
  for (let k = q; k >= 0; k--) {
    if (view.read(q, k) < 2) continue;
    const last = found.at(-1);
    if (last && last[0] === k + 1) last[0] = k;
    else found.push([k, k]);
  }
  return found;
}

export function paintReading(view) {
  const { reader } = view.s;
  const runs = runsOf(view, reader);
  const name = ([from, to]) => {
    const ends = { from: view.quoted(from), to: view.quoted(to) };
    return from === to ? ends.to : view.fill(from + 1 === to ? "run-two" : "run", ends);
  };
  const list = runs.slice(0, LISTED).map(name).join(", ");
  const more =
    runs.length > LISTED
      ? ` ${view.fill("run-more", { n: runs.slice(LISTED).reduce((sum, [a, b]) => sum + b - a + 1, 0) })}`
      : "";
  const n = view.reads(reader);
  const values = { reader: view.quoted(reader), n, all: reader + 1, list: list + more };
  const text =
    reader === 0
      ? view.fill("reading-first", values)
      : n === reader + 1
        ? view.fill("reading-all", values)
        : view.fill(view.kind === "alternating" ? "reading-alternating" : "reading", values);
  view.sentence.textContent = text;
  view.grid.setAttribute("aria-valuenow", reader + 1);
  view.grid.setAttribute("aria-valuetext", text);
}

export function paintChips(view) {
  const {
    w,
    s: { reader },
    palette,
  } = view;
  view.chips.paint(reader);
  view.chips.buttons.forEach((button, k) => {
    const n = k <= reader ? view.layers(reader, k) : null;
    const colour = n ? view.tone(n) : "";
    button.className = `chip${k === reader ? " selected" : k > reader ? " future" : n === null ? " never" : ""}`;
    button.style.background = colour;
    button.style.color = colour ? readable(colour, palette) : "";
    const said =
      k > reader
        ? w["chip-future"]
        : n === null
          ? w["chip-never"]
          : n
            ? view.fill(n === 1 ? "chip-one" : "chip-layers", { n })
            : w["chip-self"];
    button.title = said;
    button.setAttribute("aria-label", `${view.board.names[k]}: ${said}`);
  });
  const { depth } = view;
  const steps =
    depth <= 6 ? range(depth).map((i) => i + 1) : [1, ...[1, 2, 3, 4].map((i) => Math.ceil((i * depth) / 4))];
  const mark = (n) => span("step", el("i", { style: { background: view.tone(n) } }), String(n));
  const never = range(reader + 1).some((k) => view.layers(reader, k) === null);
  view.legend.replaceChildren(
    span("", w.legend),
    ...steps.map(mark),
    ...(never ? [span("step", el("i", { className: "never" }), w["legend-never"])] : []),
  );
}

export function paintCone(view) {
  const {
    depth,
    s: { reader },
  } = view;
  view.coneTitle.textContent = view.fill("cone-title", { reader: view.quoted(reader) });
  const counts = range(depth).map(
    (l) => range(reader + 1).filter((k) => (view.layers(reader, k) ?? 255) <= l + 1).length,
  );
  const told = counts.length > 6 ? [...counts.slice(0, 4), "…", counts.at(-1)] : counts;
  const formula = view.kind === "sliding" ? view.fill("far-sliding", { size: view.size, less: view.size - 1 }) : "";
  const last = view.layers(reader, 0);
  const end =
    reader === 0
      ? ""
      : last === null
        ? view.fill("far-never", { first: view.quoted(0), n: view.d.layers })
        : view.fill(last === 1 ? "far-one" : "far-layers", { first: view.quoted(0), n: last });
  view.coneText.textContent = [view.fill("far", { counts: told.join(", ") }), end, formula].filter(Boolean).join(" ");
  view.cone.setAttribute("aria-label", `${view.coneTitle.textContent}. ${view.coneText.textContent}`);
  drawCone(view);
}

export function paintSums(view) {
  const {
    w,
    d,
    T,
    totals: { full, own },
    s: { reader },
  } = view;
  const [i, n] = [reader + 1, view.size];
  const sums = {
    full: ["i", ""],
    sliding: ["min(i, w)", `min(${i}, ${n})`],
    sink: ["min(i, w)", `min(${i}, ${n})`],
    strided: ["min(i, s) + ⌊(i − 1) ÷ s⌋", `min(${i}, ${n}) + ⌊${i - 1} ÷ ${n}⌋`],
    fixed: ["(i − 1) mod s + 1 + ⌊(i − 1) ÷ s⌋", `${i - 1} mod ${n} + 1 + ⌊${i - 1} ÷ ${n}⌋`],
    alternating: ["min(i, w)", `min(${i}, ${n})`],
  }[view.kind];
  const line = (equation, note) => el("p", {}, equation, " ", span("note", note));
  const bold = (text) => el("b", {}, text);
  const equation = span("", `${sums[0]} = ${sums[1] ? `${sums[1]} = ` : ""}`, bold(view.whole(view.reads(reader))));
  const rows = [
    line(
      equation,
      view.fill(view.kind === "alternating" ? "sum-row-alternating" : "sum-row", { reader: view.quoted(reader), i }),
    ),
  ];
  if (view.kind === "alternating") {
    const local = 2 * own - full;
    rows.push(
      line(span("", `(${view.whole(local)} + ${view.whole(full)}) ÷ 2 = `, bold(view.whole(own))), w["sum-average"]),
    );
  }
  rows.push(
    line(
      span("", `${view.whole(own)} ÷ ${view.whole(full)} = `, bold(view.percent(own / full))),
      view.fill("sum-all", { n: T }),
    ),
  );
  rows.push(
    line(
      span("", `${view.whole(own)} × ${d.heads} × ${d.layers} = `, bold(view.whole(own * d.heads * d.layers))),
      view.fill("sum-model", { heads: d.heads, layers: d.layers, full: view.whole(full * d.heads * d.layers) }),
    ),
  );
  const reach = view.layers(reader, 0);
  if (view.kind === "sliding" && reach > 1)
    rows.push(
      line(
        span("", `${reach} × (${n} − 1) + 1 = `, bold(view.whole(reach * (n - 1) + 1))),
        view.fill("sum-reach", { n: reach, i, first: view.quoted(0) }),
      ),
    );
  view.arith.replaceChildren(...rows);
}
