// Greedy beside beam search.

import { chip, clip, el, fill } from "../../../components/base/elements.js";
import { remember } from "../../../components/base/view.js";
import { Asker } from "./asker.js";

export class Beams extends Asker {
  /** @type {import("./index.js").BeamsData} */
  d;

  draw() {
    const { d, w } = this;
    this.width ??= d.width ?? d.widths[1];
    const choices = d.widths.map((n) =>
      el(
        "button",
        {
          type: "button",
          role: "radio",
          className: "choice",
          "aria-checked": n === this.width,
          onclick: () => this.choose(n),
        },
        this.integer(n),
      ),
    );
    this.choices = el(
      "div",
      {
        className: "choices",
        role: "radiogroup",
        "aria-label": w["beams-keep"],
        onkeydown: (event) => this.shift(event),
      },
      ...choices,
    );
    this.go = el(
      "button",
      { type: "button", className: "go", onclick: () => this.start() },
      this.fill("beams-go", { n: d.steps }),
    );
    this.result = el("div", { className: "result", role: "status" }, ...(d.ends ? this.results() : []));
    this.box.replaceChildren(
      el(
        "div",
        { className: "bar" },
        el("span", { className: "dial" }, el("span", { "aria-hidden": "true" }, w["beams-keep"]), this.choices),
        this.go,
      ),
      this.result,
    );
    this.choose(this.width);
    remember({ beams: d.ends ? d.width : null });
    if (this.focusGo) this.go.focus({ preventScroll: true });
    this.focusGo = false;
  }

  choose(n) {
    this.width = n;
    [...this.choices.children].forEach((choice, i) => {
      choice.setAttribute("aria-checked", this.d.widths[i] === n);
      choice.tabIndex = this.d.widths[i] === n ? 0 : -1;
    });
  }

  shift(event) {
    const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!by) return;
    event.preventDefault();
    const { widths } = this.d;
    const i = (widths.indexOf(this.width) + by + widths.length) % widths.length;
    this.choose(widths[i]);
    this.choices.children[i].focus();
  }

  start() {
    const { steps } = this.d;
    this.focusGo = true;
    this.go.disabled = true;
    const note = this.fill("beams-wait", {
      width: this.width,
      n: steps,
      passes: this.integer((this.width - 1) * steps + 1 + steps),
    });
    this.result.replaceChildren(
      el("p", { className: "note" }, note),
      ...Array.from({ length: this.width + 1 }, (_, i) =>
        el(
          "div",
          { className: "line waiting", "aria-hidden": "true" },
          ...Array.from({ length: steps }, (_, j) =>
            el("i", { style: { width: `${44 + ((7 * i + 13 * j) % 40)}px` } }),
          ),
        ),
      ),
    );
    this.ask({ width: this.width });
  }

  /** A table with a row for each end of the tree: what its row shares with one above is empty, and a line leads down.
   * */
  results() {
    const { d, w } = this;
    const { parent, lane, token, p } = d.nodes;
    const greedy = new Set(d.greedy);
    const path = (node) => (node ? [...path(parent[node]), node] : []);
    const rows = [...d.ends]
      .sort((a, b) => lane[a.node] - lane[b.node])
      .map((end) => ({ ...end, path: path(end.node) }));
    const own = (row, i) => row.path[i] !== undefined && lane[row.path[i]] === lane[row.node];
    const fork = (row) => row.path.findIndex((node) => lane[node] === lane[row.node]);
    const above = (row) => (fork(row) ? lane[row.path[fork(row) - 1]] : 0); // the line from which it branches off
    const forks = (i, line, test) =>
      rows.some((row) => fork(row) === i && row.node !== rows[0].node && test(above(row), lane[row.node], line));
    const kept = new Set(rows.filter((row) => row.rank).flatMap((row) => row.path));
    const cell = (row, i) => {
      const line = lane[row.node];
      const node = row.path[i];
      const classes = [
        own(row, i) ? "own" : "shared",
        own(row, i) && own(row, i + 1) ? "on" : "",
        forks(i, line, (from, to, at) => from < at && at < to) ? "down" : "",
        forks(i, line, (from, to, at) => from === at && at < to) ? "open" : "",
        forks(i, line, (_, to, at) => to === at) ? "elbow" : "",
      ];
      const kind = greedy.has(node) ? "greedy" : kept.has(node) ? "" : "removed";
      return el(
        "td",
        { className: classes.join(" ") },
        node === undefined
          ? null
          : el(
              "span",
              { className: "cell" },
              chip(clip(token[node], 12), kind),
              own(row, i) ? el("small", {}, this.percent(p[node])) : null,
            ),
      );
    };
    const who = (row) => {
      const marks = [
        row.rank ? this.fill("beams-rank", { n: row.rank }) : null,
        row.node === d.greedy.at(-1) ? w["beams-greedy"] : null,
      ].filter(Boolean);
      return marks.length ? marks.join(" = ") : this.fill("beams-out", { n: row.path.length + 1 });
    };
    const body = rows.map((row) => {
      const full = row.rank || row.node === d.greedy.at(-1);
      return el(
        "tr",
        { className: row.node === d.greedy.at(-1) ? "greedy-row" : full ? "" : "out" },
        el("th", { scope: "row" }, who(row)),
        ...Array.from({ length: d.steps }, (_, i) => cell(row, i)),
        el("td", { className: "sum" }, full ? this.number(row.sum) : ""),
      );
    });
    const head = el(
      "tr",
      {},
      el("td", {}),
      ...Array.from({ length: d.steps }, (_, i) =>
        el("th", { scope: "col", "aria-label": this.fill("beams-step", { n: i + 1 }) }, String(i + 1)),
      ),
      el("th", { scope: "col", className: "sum" }, w["beams-sum"]),
    );
    const start = el(
      "p",
      { className: "start" },
      el("span", { className: "note" }, w["beams-from"]),
      d.cut ? " … " : " ",
      ...d.start.map((t) => chip(t)),
    );
    return [
      start,
      el("table", { "aria-label": w["beams-tree"] }, el("thead", {}, head), el("tbody", {}, ...body)),
      el("p", { className: "read" }, this.verdict()),
      el("p", { className: "note" }, fill(w["beams-caveat"], { n: this.number(d.texts), steps: d.steps })),
    ];
  }

  verdict() {
    const { d, w } = this;
    const same = Math.abs(d.gain - 1) < 1e-6;
    const first = same
      ? w["beams-same"]
      : d.gain > 1
        ? this.fill("beams-better", { width: d.width, gain: this.number(d.gain) })
        : this.fill("beams-worse", { gain: this.number(1 / d.gain) });
    return d.left ? `${first} ${this.fill("beams-left", { n: d.left, width: d.width })}` : first;
  }
}
