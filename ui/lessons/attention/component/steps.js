// The two steps of one head for one reader: the table, the arithmetic of the chosen cell, its vectors as numbers.
// Everything here is drawn anew with each choice; `x` is the Explorer of index.js.

import { chip, div, el, span, weave } from "../../../components/base/elements.js";
import { integer } from "../../../components/base/numbers.js";

const SOME = 12; // rows before the light words are drawn together
const sub = (symbol, kind, ...index) => span("", span(`symbol ${kind}`, symbol), el("sub", {}, ...index));
const roles = { q: "query", k: "key", v: "value", z: "own" };
const symbol = (name) => span(`symbol ${roles[name]}`, name);
const name = (x, t) => el("bdi", { className: "mono" }, x.plain(t));

export function twoSteps(x) {
  const words = x.words(x.s.reader);
  const title = el("h2", {}, ...weave(x.w["steps-title"], { reader: name(x, x.s.reader) }));
  const more = el(
    "button",
    { type: "button", className: "go", "data-at": "all", onclick: () => x.choose({ all: !x.s.all }) },
    x.w[x.s.all ? "few-rows" : "all-rows"],
  );
  return [title, stepTable(x, words), words.length > SOME ? more : "", arithmetic(x, words), productsButton(x)];
}

const score = (x, k) => x.a.scores.values[x.at(x.s.layer, x.s.head, x.s.reader, k)];
const product = (x, k) => score(x, k) * Math.sqrt(x.d.divisor);
const heaviest = (x, words) => [...words].sort((a, b) => x.weight(x.s.reader, b) - x.weight(x.s.reader, a));

function stepTable(x, words) {
  const { w } = x;
  const { reader, lifted, all } = x.s;
  const columns = x.columnsShown;
  const key = x.key;
  const weight = (k) => x.weight(reader, k);
  const heavy = heaviest(x, words).slice(0, SOME - 3);
  const shown =
    all || words.length <= SOME ? words : words.filter((k) => heavy.includes(k) || k === key || k === reader);
  const rest = words.filter((k) => !shown.includes(k));
  const scaled = (k) => x.vector("v", k).map((value) => value * weight(k));
  const added = (keys) =>
    keys.map(scaled).reduce((sum, v) => sum.map((value, i) => value + v[i]), new Float32Array(x.S));
  const query = x.vector("q", reader);
  const keyScale = Math.max(x.limit("q"), x.limit("k")) || 1;
  const valueScale = x.limit("v") || 1; // one for both strips: a small weight fades
  const strip = (values, scale) => {
    // one element, not one for each number: a browser lays out hundreds of them slowly
    const stops = Array.from(
      values,
      (value, i) => `${x.tint(value / scale)} ${(100 * i) / x.S}% ${(100 * (i + 1)) / x.S}%`,
    );
    return el("div", {
      className: "strip",
      style: { background: `linear-gradient(90deg, ${stops})`, maskSize: `${100 / x.S}% 100%` },
    });
  };
  const bar = (share) =>
    span(
      "",
      el("i", { className: "bar", style: { width: `calc((100% - 62px) * ${share})` } }),
      span(share >= 0.2 ? "heavy" : "", x.percent(share)),
    );
  const legend = (scale) =>
    span(
      "legend",
      span("", x.number(-scale)),
      el("i", { style: { background: `linear-gradient(90deg, ${x.palette.diverging})` } }),
      span("", x.number(scale)),
    );

  const cells = (content) => columns.map((column) => el("td", { className: column }, content[column] ?? ""));
  const row = (head, content, properties = {}) =>
    el("tr", properties, el("th", { scope: "row" }, ...head), ...cells(content));
  const word = (k) =>
    row(
      [el("button", { type: "button", "data-at": `row-${k}`, "aria-pressed": k === key }, chip(x.d.tokens[k]))],
      {
        k: strip(x.vector("k", k), keyScale),
        score: x.number(score(x, k)),
        share: bar(weight(k)),
        v: strip(x.vector("v", k), valueScale),
        wv: strip(scaled(k), valueScale),
      },
      { className: k === key ? "word chosen" : "word", onclick: () => x.choose({ key: k }) },
    );

  const first = x.fill("first-numbers", { width: x.d.width });
  const heads = {
    k: [...weave(w["col-key"], { k: symbol("k") }), el("br"), first],
    score: [w["col-score"], el("br"), symbol("q"), "·", symbol("k"), ` / √${x.d.divisor}`],
    share: [w["col-weight"], el("br"), w["col-softmax"]],
    v: [...weave(w["col-value"], { v: symbol("v") }), el("br"), first],
    wv: [...weave(w["col-weighted"], { v: symbol("v") }), el("br"), w["col-scaled"]],
  };
  const step = (number, text, own) =>
    el(
      "th",
      { scope: "colgroup", colSpan: columns.filter((column) => own.includes(column)).length },
      el("em", {}, number),
      " ",
      text,
    );
  const relevant = columns.filter((column) => ["k", "score", "share"].includes(column)).length;
  const wide = columns.includes("k");
  return div(
    "table",
    el(
      "table",
      { className: columns.includes("v") ? "" : "narrow" },
      el("colgroup", {}, el("col"), ...columns.map((column) => el("col", { className: column }))),
      el(
        "thead",
        {},
        el(
          "tr",
          { className: "step" },
          el("td", {}),
          step("1", w.relevant, ["k", "score", "share"]),
          step("2", w.carried, ["v", "wv"]),
        ),
        el(
          "tr",
          {},
          el("td", {}),
          ...columns.map((column) => el("th", { scope: "col", className: column }, ...heads[column])),
        ),
      ),
      el(
        "tbody",
        {},
        wide
          ? el(
              "tr",
              {},
              el("th", { scope: "row" }, ...weave(w["query-of"], { q: symbol("q") })),
              el("td", { className: "k" }, strip(query, keyScale)),
              el("td", { className: "note", colSpan: relevant - 1 }, w.compared),
              el("td", { colSpan: columns.length - relevant }),
            )
          : "",
        ...shown.map(word),
        rest.length
          ? row([x.fill("rest-row", { count: integer(rest.length, x.d.lang) })], {
              share: bar(rest.reduce((sum, k) => sum + weight(k), 0)),
              wv: strip(added(rest), valueScale),
            })
          : "",
      ),
      el(
        "tfoot",
        {},
        row([w.added], {
          share: span("heavy", x.percent(1)),
          v: span("note takes", ...weave(w.takes, { reader: name(x, reader) })),
          wv: strip(added(words), valueScale),
        }),
        lifted
          ? ""
          : el(
              "tr",
              {},
              el(
                "th",
                { className: "note own", scope: "row", colSpan: columns.length },
                ...weave(w.own, { z: symbol("z") }),
              ),
              el("td", { className: "wv" }, strip(x.vector("z", reader), valueScale)),
            ),
        el("tr", {}, el("td", {}), ...cells({ k: legend(keyScale), wv: wide ? legend(valueScale) : "" })),
        wide ? "" : el("tr", {}, el("td", { colSpan: columns.length + 1 }, legend(valueScale))),
      ),
    ),
  );
}

/** The chosen cell and the sum, with their numbers. */
function arithmetic(x, words) {
  const { w, T, H, G } = x;
  const { reader, lifted, layer, head } = x.s;
  const { key } = x;
  const { width } = x.d;
  const part = (...children) => span("part", ...children);
  const heavy = heaviest(x, words).slice(0, 2);
  const left = words.length - heavy.length;
  const total = words.reduce((sum, k) => sum + Math.exp(score(x, k)), 0);
  const difference = x.number(x.a.difference.values[(layer * H + head) * T + reader]);
  const terms = heavy.flatMap((k, i) => [
    i ? " + " : "",
    x.number(x.weight(reader, k)),
    " ",
    sub("v", "value", x.word(k)),
  ]);
  const others = left ? ` ${left === 1 ? w["more-one"] : x.fill("more-many", { count: x.count(left) })}` : "";
  const size = (...sizes) => `\u202f(${sizes.join(", ")})`;
  return div(
    "arith",
    el(
      "p",
      {},
      part(sub("q", "query", x.word(reader)), " · ", sub("k", "key", x.word(key)), ` = ${x.number(product(x, key))}`),
      part(`÷ √${x.d.divisor} ≈ ${x.number(score(x, key))}`),
      part(
        "e",
        el("sup", {}, x.number(score(x, key))),
        ` ÷ ${x.number(total)} ≈ `,
        el("b", {}, x.percent(x.weight(reader, key))),
      ),
    ),
    el(
      "p",
      {},
      part(...terms, others, " ≈ ", symbol("z")),
      span("note", lifted ? w["lifted-sum"] : x.fill("differs", { width, x: difference })),
    ),
    el(
      "p",
      {},
      part(span("note", `${w.shapes}:`)),
      part(symbol("q"), size(H, T, width)),
      part(symbol("k"), ", ", symbol("v"), size(G, T, width)),
      part(symbol("q"), "·", symbol("k"), size(H, T, T)),
      part(`softmax${size(H, T, T)}`),
      part(symbol("z"), size(H, T, width)),
    ),
    el("p", { className: "note" }, ...whyRoot(x), x.d.rotary ? ` ${w.turned}.` : ""),
  );
}

/** Where this head's numbers come from: the lesson on its matrices, at the same head and tokens. */
function whyRoot(x) {
  const { layer, head, reader } = x.s;
  const choice = { layer: layer + 1, head: head + 1, token: reader + 1, key: x.key + 1 };
  const lesson = el("a", { href: `projections?${new URLSearchParams(choice)}` }, x.w["projections-lesson"]);
  return weave(x.w["why-root"], { divisor: x.d.divisor, lesson });
}

/** Asks for all numbers of the chosen cell, which the server has. */
function productsButton(x) {
  const { layer, head, reader } = x.s;
  const ask = () => x.report("products", { layer, head, query: reader, key: x.key });
  const label = x.fill("products-button", { width: x.d.width });
  return el("button", { type: "button", className: "go", "data-at": "products", onclick: ask }, label);
}
