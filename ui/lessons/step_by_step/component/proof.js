// The same seed again, and another.

import { chip, el, fill } from "../../../components/base/elements.js";
import { Asker } from "./asker.js";

export class Proof extends Asker {
  /** @type {import("./index.js").ProofData} */
  d;

  draw(before) {
    const { d, w } = this;
    const go = el("button", { type: "button", className: "go", onclick: () => this.start() }, w["proof-go"]);
    const focused = before && this.focused === this.go;
    this.go = go;
    this.result = el("div", { className: "result", role: "status" }, ...(d.rows ? this.results() : []));
    this.box.replaceChildren(go, this.result);
    if (focused) go.focus();
  }

  start() {
    this.go.disabled = true;
    this.result.replaceChildren(
      el("p", { className: "note" }, this.fill("proof-wait", { n: this.d.tokens })),
      ...[0, 1, 2].map((i) =>
        el(
          "div",
          { className: "line waiting", "aria-hidden": "true" },
          el("span", { className: "who" }),
          ...Array.from({ length: this.d.tokens }, (_, j) =>
            el("i", { style: { width: `${44 + ((7 * i + 13 * j) % 40)}px` } }),
          ),
        ),
      ),
    );
    this.ask({ go: true });
  }

  results() {
    const { d, w } = this;
    const first = d.rows[0];
    const dice = d.temperature > 0;
    const lines = d.rows.map((row, i) => {
      const cells = row.token.map((token, j) =>
        el(
          "span",
          { className: "cell" },
          chip(token, row.id[j] === first.id[j] ? "" : "other"),
          dice ? el("small", {}, this.integer(row.dice[j])) : null,
        ),
      );
      return el(
        "div",
        { className: "line" },
        el("span", { className: "who" }, this.fill(i === 1 ? "proof-again" : "proof-seed", { seed: row.seed })),
        el("div", { className: "cells" }, ...cells),
      );
    });
    const values = {
      seed: first.seed,
      other: d.rows[2].seed,
      n: this.integer(first.id.length),
      k: this.integer(d.equal[0]),
      m: this.integer(d.equal[1]),
      difference: this.number(d.difference),
    };
    const verdict = !dice ? "proof-greedy" : d.equal[0] === first.id.length ? "proof-equal" : "proof-unequal";
    return [
      ...lines,
      el("p", { className: "note" }, dice ? this.fill("proof-dice", { n: this.integer(d.faces - 1) }) : ""),
      el("p", { className: "read" }, fill(w[verdict], values)),
      el("p", { className: "note" }, w["proof-note"]),
    ];
  }
}
