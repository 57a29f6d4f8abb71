// What the heads of a layer write at one token, added up: the lengths of the parts, and one number of the sum.

import { button, chip, div, el, span } from "../../../components/base/elements.js";
import { range } from "../../../components/base/numbers.js";
import { choose } from "./head.js";

/** What the heads of this layer write at the reader: a row for each, and their sum. */
export function paintSum(view, layer, head) {
  const { w, reader } = view;
  const { heads } = view.sizes;
  const kept = view.focused?.dataset.at; // drawn anew: the focus comes back
  const lengths = range(heads).map((h) => view.length(layer, h, reader));
  const together = view.per("together", layer, reader);
  const scale = Math.max(together, ...lengths);
  const bar = (x, kind) => [
    el("i", { className: `bar ${kind}`, style: { width: `calc((100% - 64px) * ${x / scale})` } }),
    span("length", view.number(x)),
  ];
  const row = (h) => {
    const most = view.most(layer, h, reader);
    const properties = {
      className: `${h % view.each ? "" : "begins"} ${h === head ? "chosen" : ""}`,
      onclick: () => choose(layer, h),
    };
    return el(
      "tr",
      properties,
      el(
        "th",
        { scope: "row" },
        button("go-head", { "data-at": `row-${h}`, "aria-pressed": h === head }, view.fill("head", { head: h + 1 })),
      ),
      el(
        "td",
        { className: "reads" },
        chip(view.d.tokens[most]),
        " ",
        span("share", view.percent(view.weight(layer, h, reader, most))),
      ),
      el("td", { className: "bars" }, ...bar(lengths[h], "")),
    );
  };
  const sum = lengths.reduce((a, b) => a + b, 0);
  view.writes.replaceChildren(
    el("h3", {}, ...view.weave("writes-title", { count: view.count(heads), reader: view.word(reader) })),
    el(
      "table",
      {},
      el(
        "thead",
        {},
        el(
          "tr",
          {},
          el("td", {}),
          el("th", { scope: "col" }, w["col-most"]),
          el("th", { scope: "col" }, w["col-length"]),
        ),
      ),
      el("tbody", {}, ...range(heads).map(row)),
      el(
        "tfoot",
        {},
        el(
          "tr",
          {},
          el("th", { scope: "row", colSpan: 2 }, view.fill("together", { count: view.count(heads) })),
          el("td", { className: "bars" }, ...bar(together, "whole")),
        ),
      ),
    ),
    el(
      "p",
      { className: "note" },
      view.fill("lengths-note", {
        count: view.count(heads),
        sum: view.number(sum),
        together: view.number(together),
        stream: view.number(view.per("stream", layer, reader)),
      }),
    ),
    el("details", { open: view.summed }, el("summary", {}, w["sum-title"]), sumLines(view, layer, head)),
  );
  const lines = view.writes.lastElementChild;
  lines.ontoggle = () => (view.summed = lines.open); // drawn anew: it stays as it was
  if (kept) view.box.querySelector(`[data-at="${kept}"]`)?.focus({ preventScroll: true });
}

/** Side by side, through the output projection; and one number of the sum, head by head. */
function sumLines(view, layer, head) {
  const { reader, T } = view;
  const { heads } = view.sizes;
  const { width, inner } = view.d;
  const side = heads * inner;
  const z = (h) => span("", span("own", "z"), el("sub", {}, String(h + 1)));
  const matrix = (h) => span("", "W", el("sup", {}, "O"), h === undefined ? "" : el("sub", {}, String(h + 1)));
  const size = (...sizes) => span("size", ` (${sizes.map((n) => view.integer(n)).join(", ")})`);
  const terms = range(heads).flatMap((h) => [
    h ? " + " : "",
    el(h === head ? "b" : "span", {}, term(view, view.part(layer, h, reader))),
  ]);
  const values = {
    place: view.integer(view.per("place", layer, reader) + 1),
    width: view.integer(width),
    reader: view.word(reader),
  };
  return div(
    "arith",
    el(
      "p",
      {},
      span("piece", "[ ", z(0), " ", z(1), " … ", z(heads - 1), " ]", size(T, side)),
      span("piece", "× ", matrix(), size(side, width)),
      span("piece", "= attn_out", size(T, width)),
      span("note", view.fill("side", { heads, inner, side: view.integer(side) })),
    ),
    el(
      "p",
      {},
      span(
        "piece",
        "= ",
        z(0),
        " ",
        matrix(0),
        " + ",
        z(1),
        " ",
        matrix(1),
        " + … + ",
        z(heads - 1),
        " ",
        matrix(heads - 1),
      ),
      span("note", view.fill("slices", { inner, width: view.integer(width) })),
    ),
    el(
      "p",
      {},
      span("note", ...view.weave("one-number", values)),
      el("br"),
      ...terms,
      " ≈ ",
      el("b", {}, view.number(range(heads).reduce((sum, h) => sum + view.part(layer, h, reader), 0))),
    ),
    el(
      "p",
      {},
      span(
        "note",
        view.fill("own-number", {
          own: view.number(view.per("own", layer, reader)),
          width: view.integer(width),
          difference: view.number(view.a.difference.values[layer]),
        }),
      ),
    ),
  );
}

function term(view, x) {
  return x < 0 ? `(${view.number(x)})` : view.number(x);
}
