// Under the routing diagram, for the chosen token and layer: what the router says of all experts, and how the
// answers of the chosen ones are merged.

import { signed } from "../../../components/base/colours.js";
import { chip, div, el, span, weave } from "../../../components/base/elements.js";
import { clamp, range } from "../../../components/base/numbers.js";

export function router(view) {
  const { w, d, E } = view;
  const { layer, token } = view.s;
  const at = (layer * view.T + token) * E;
  const [scores, probs] = [view.a.logits, view.a.probs].map((array) => array.values.subarray(at, at + E));
  const chosen = view.chosen(layer, token);
  const row = (expert) => {
    const taken = chosen.find((one) => one.expert === expert);
    const bar = el("i", {
      className: "bar",
      style: { width: `${(100 * probs[expert]).toFixed(2)}%`, background: view.palette.categorical[expert] },
    });
    const tokens = view.assignments(layer, expert).map((one) => {
      const mark = chip(d.tokens[one.token], one.a ? "second" : "");
      if (one.token === token) mark.classList.add("selected");
      return mark;
    });
    return el(
      "tr",
      { className: taken ? "taken" : "" },
      el("th", { scope: "row" }, view.mark(expert, taken ? "used" : "")),
      el("td", { className: "score mono" }, view.number(scores[expert])),
      el("td", { className: "share" }, div("room", bar), span("", view.percent(probs[expert]))),
      el("td", { className: "weight" }, taken ? view.percent(taken.weight) : "–"),
      el("td", { className: "takes" }, ...tokens.flatMap((mark) => [mark, " "])),
    );
  };
  const head = ["col-expert", "col-score", "col-share", "col-weight", "col-takes"].map((name, i) =>
    el("th", { scope: "col", className: ["", "score", "share", "weight", "takes"][i] }, w[name]),
  );
  const table = el(
    "table",
    { className: "scores" },
    el("thead", {}, el("tr", {}, ...head)),
    el("tbody", {}, ...range(E).map(row)),
  );
  const title = el("h3", {}, ...weave(w["router-title"], { token: chip(d.tokens[token]), layer: layer + 1 }));
  const note = el(
    "p",
    { className: "note" },
    ...weave(w["router-note"], { first: chip("token"), second: chip("token", "second") }),
  );
  return [
    title,
    el("div", { className: "table", tabIndex: 0, role: "region", "aria-label": w["router-region"] }, table),
    note,
  ];
}

export function merge(view) {
  const { w, d, A, T, E } = view;
  const { layer, token } = view.s;
  const place = layer * T + token;
  const S = view.a.own.shape[2];
  const chosen = view.chosen(layer, token);
  const out = chosen.map(({ a }) => view.a.out.values.subarray((place * A + a) * S, (place * A + a + 1) * S));
  const own = view.a.own.values.subarray(place * S, (place + 1) * S);
  const scaled = out.map((values, a) => values.map((x) => x * chosen[a].weight));
  const sum = own.map((_, i) => scaled.reduce((total, values) => total + values[i], 0));
  const scale = Math.max(...[own, ...out].flatMap((values) => Array.from(values, Math.abs)));
  const strip = (values) =>
    div(
      "strip",
      ...Array.from(values, (x) => el("i", { style: { background: signed(view.palette, clamp(x / scale, -1, 1)) } })),
    );
  const cell = (values) =>
    el(
      "td",
      {},
      ...(values
        ? [
            strip(values),
            span("mono small", `${Array.from(values.subarray(0, 3), (x) => view.number(x)).join("  ")} …`),
          ]
        : []),
    );
  const row = (name, kind, ...cells) => el("tr", { className: kind }, el("th", { scope: "row" }, ...name), ...cells);
  const table = el(
    "table",
    { className: "strips" },
    el(
      "thead",
      {},
      el(
        "tr",
        {},
        el("td", {}),
        el("th", { scope: "col" }, w["col-says"]),
        el("th", { scope: "col" }, w["col-scaled"]),
      ),
    ),
    el(
      "tbody",
      {},
      ...chosen.map((one, a) =>
        row(
          weave(w["row-expert"], { expert: view.mark(one.expert, "used"), weight: view.percent(one.weight) }),
          "",
          cell(out[a]),
          cell(scaled[a]),
        ),
      ),
      row([w["row-sum"]], "total", el("td", { className: "blank" }), cell(sum)),
      row([w["row-own"]], "", el("td", { className: "blank" }), cell(own)),
    ),
  );

  const n = (x) => view.number(x);
  const inner = (x) => (x < 0 ? `(${n(x)})` : n(x));
  const at = place * E;
  const score = (e) => view.a.logits.values[at + e],
    prob = (e) => view.a.probs.values[at + e];
  const peak = Math.max(...range(E).map(score));
  const powers = range(E).reduce((total, e) => total + Math.exp(score(e)), 0);
  const together = chosen.reduce((total, { expert }) => total + prob(expert), 0);
  const sub = (expert) => el("sub", {}, String(expert + 1));
  const line = (...parts) => el("p", {}, ...parts);
  const note = (section) => span("note", ` ${w[section]}`);
  const large = Math.abs(peak) > 80; // e to this would not be shown as a number one can read
  const lines = chosen.flatMap(({ expert }) => [
    line(
      "p",
      sub(expert),
      " = e",
      el("sup", {}, n(score(expert))),
      large ? " ÷ Σ e ≈ " : ` ÷ ${n(powers)} ≈ `,
      n(prob(expert)),
      expert === chosen[0].expert ? note("note-softmax") : "",
    ),
  ]);
  chosen.forEach(({ expert, weight }, a) =>
    lines.push(
      line(
        "w",
        sub(expert),
        ` = ${n(prob(expert))} ÷ (${chosen.map((one) => n(prob(one.expert))).join(" + ")}) ≈ ${n(prob(expert))} ÷ ${n(together)} ≈ `,
        el("b", {}, n(weight)),
        a ? "" : note("note-weight"),
      ),
    ),
  );
  lines.push(
    line(
      "y",
      el("sub", {}, "1"),
      " = ",
      chosen.map(({ weight }, a) => `${n(weight)} × ${inner(out[a][0])}`).join(" + "),
      " ≈ ",
      el("b", {}, n(sum[0])),
      note("note-sum"),
    ),
  );
  const difference = view.a.difference.values[place];
  const ending = el(
    "p",
    { className: "ending" },
    view.fill(difference ? "merge-differs" : "merge-equal", { width: d.width, difference: n(difference) }),
  );
  return [
    el(
      "h3",
      {},
      ...weave(w["merge-title"], {
        first: view.mark(chosen[0].expert, "used"),
        second: view.mark(chosen[1].expert, "used"),
      }),
    ),
    el("div", { className: "table", tabIndex: 0, role: "region", "aria-label": w["merge-region"] }, table),
    el("p", { className: "note" }, view.fill("merge-note", { n: S, width: d.width })),
    el("div", { className: "arith" }, ...lines),
    ending,
  ];
}
