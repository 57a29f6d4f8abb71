// The online softmax of one query in one head: before the block, after it, and the sums in between with their numbers.

import { chip, div, el, span, weave } from "../../../components/base/elements.js";
import { clamp } from "../../../components/base/numbers.js";

const TERMS = 3; // of a long sum, written out

/** One query's partial result after a step; before the first there is nothing. */
function partial(view, step) {
  const { query, head } = view.s;
  if (step < 0) return { maximum: -Infinity, total: 0, weighted: new Float32Array(view.S), output: null };
  const at = (step * view.H + head) * view.T + query;
  const weighted = view.a.weighted.values.subarray(at * view.S, (at + 1) * view.S);
  const [maximum, total] = [view.a.maximum.values[at], view.a.total.values[at]];
  return { maximum, total, weighted, output: weighted.map((x) => x / total) };
}

export function sums(view) {
  const { w, d } = view;
  const { step, query, head } = view.s;
  const [before, after] = [partial(view, step - 1), partial(view, step)];
  const token = () => chip(d.tokens[query]);
  const own = (view.s.head * view.T + query) * view.S;
  const z = view.a.z.values.subarray(own, own + view.S);
  const scale = Math.max(...[z, after.output, before.output ?? []].flatMap((values) => Array.from(values, Math.abs)));
  const finished = view.readBy(query) === query + 1;
  const difference = view.number(view.a.difference.values[head * view.T + query]);

  const strip = (values) => {
    if (!values) return span("note", w.nothing);
    const stops = Array.from(values, (x) => view.signs[Math.round(256 * (clamp(x / scale, -1, 1) + 1))]);
    return div("strip", ...stops.map((background) => el("i", { style: { background } })));
  };
  const first = (values) =>
    span("mono small", values ? `${Array.from(values.slice(0, TERMS), (x) => view.number(x)).join("  ")} …` : "");
  const row = (name, ...cells) =>
    el(
      "tr",
      {},
      el(
        "th",
        { scope: "row" },
        ...weave(w[name], { m: span("mono", "m"), l: span("mono", "l"), o: span("mono", "o") }),
      ),
      ...cells.map((cell) => el("td", {}, ...[cell].flat())),
    );
  const head_ = (...names) => el("tr", {}, el("td", {}), ...names.map((name) => el("th", { scope: "col" }, name)));
  const columns = [view.fill("before", { step: step + 1 }), view.fill("after", { step: step + 1 }), w.own];
  const table = el(
    "table",
    {},
    el("thead", {}, head_(...columns)),
    el(
      "tbody",
      {},
      row("row-maximum", span("mono", view.number(before.maximum)), span("mono", view.number(after.maximum)), ""),
      row("row-total", span("mono", view.number(before.total)), span("mono", view.number(after.total)), ""),
      row(
        "row-output",
        [strip(before.output), first(before.output)],
        [strip(after.output), first(after.output)],
        [strip(z), first(z)],
      ),
    ),
  );
  const title = el(
    "h3",
    {},
    ...weave(w["sums-title"], { token: token(), head: String(head + 1), layer: String(d.layer + 1) }),
  );
  const shown = el("p", { className: "note" }, view.fill("shown", { n: view.S, width: d.width }));
  const end = el(
    "p",
    { className: "ending" },
    finished
      ? view.fill("finished", { difference, width: d.width, all: query + 1 })
      : view.fill("unfinished", { count: view.readBy(query), all: query + 1 }),
  );
  return [
    title,
    el("div", { className: "table", tabIndex: 0, role: "region", "aria-label": w["sums-region"] }, table),
    shown,
    end,
    arithmetic(view, before, after),
  ];
}

/** The lines of Partial.absorb with the numbers of this query. */
function arithmetic(view, before, after) {
  const { w, d } = view;
  const { query, head } = view.s;
  const n = (x) => view.number(x);
  const signedNumber = (x) => (x < 0 ? `(${n(x)})` : n(x));
  const block = view.block(view.device);
  const line = (...parts) => el("p", {}, ...parts);
  const lines = el("div", { className: "arith" });
  const keys = view.tokensOf(block).filter((k) => k <= query);
  if (!keys.length) {
    lines.append(line(view.fill("arith-skip", { block: block + 1 })));
    return lines;
  }
  const group = Math.floor(head / (view.H / view.G));
  const score = (k) => view.a.scores.values[(head * view.T + query) * view.T + k];
  const value = (k) => view.a.v.values[(group * view.T + k) * view.S];
  const power = (k) => Math.exp(score(k) - after.maximum);
  const heavy = [...keys]
    .sort((a, b) => score(b) - score(a))
    .slice(0, TERMS)
    .sort((a, b) => a - b);
  const more = keys.length > TERMS ? ` + ${view.fill("more", { n: keys.length - TERMS })}` : "";
  const shrink = Math.exp(before.maximum - after.maximum);
  const sub = (k) => el("sub", {}, view.named(k));
  const sup = (text) => el("sup", {}, text);
  const note = (section) => span("note", ` ${w[section]}`);
  heavy.forEach((k) =>
    lines.append(
      line(span("query", "q", sub(query)), " · ", span("key", "k", sub(k)), ` ÷ √${d.width} = `, n(score(k))),
    ),
  );
  if (more) lines.append(line(span("note", view.fill("more-scores", { n: keys.length - TERMS }))));
  const peak = Math.max(...keys.map(score));
  lines.append(
    line(`m = max(${n(before.maximum)}; ${n(peak)}) = `, el("b", {}, n(after.maximum)), note("note-maximum")),
    line(
      "e",
      sup(`${n(before.maximum)} − ${signedNumber(after.maximum)}`),
      " ≈ ",
      el("b", {}, n(shrink)),
      note("note-shrink"),
    ),
    line(
      `l = ${n(before.total)} × ${n(shrink)} + ${heavy.map((k) => n(power(k))).join(" + ")}${more} ≈ `,
      el("b", {}, n(after.total)),
      note("note-total"),
    ),
    line(
      "w",
      el("sub", {}, "1"),
      ` = ${signedNumber(before.weighted[0])} × ${n(shrink)} + `,
      ...heavy.flatMap((k, i) => [i ? " + " : "", `${n(power(k))} × `, span("value", signedNumber(value(k)))]),
      `${more} ≈ `,
      el("b", {}, n(after.weighted[0])),
      note("note-weighted"),
    ),
    line(
      "o",
      el("sub", {}, "1"),
      ` = w`,
      el("sub", {}, "1"),
      ` ÷ l = ${n(after.weighted[0])} ÷ ${n(after.total)} ≈ `,
      el("b", {}, n(after.output[0])),
      note("note-output"),
    ),
  );
  return lines;
}
