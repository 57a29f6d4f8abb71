// A model's table with inputs, what follows from it, and its parameters as areas. Python computes; a change of a row
// is reported as {model, rows: {name: text}} and comes back as new data. Rows stay in place, so that typing is not
// disturbed.

import { button, div, el } from "../../../components/base/elements.js";
import { mountView, remember, View } from "../../../components/base/view.js";
import { drawResults, explain, light } from "./about.js";
import { drawAreas } from "./areas.js";
import { drawRows } from "./rows.js";

/** What ui/lessons/table/drawing.py gives: one model or two.
 * @typedef {{ name: string, names: string[], kind: "whole" | "real" | "choice" | "fixed", value: string, other: string | null,
 *   published: string, choices: [string, string][], edited: boolean, differs: boolean, parts: string[] }} Row
 * @typedef {[string, number, number, number, number, string, boolean]} Area part, x, y, width, height, label, idle
 * @typedef {object} Data
 * @property {string} model @property {string[]} names @property {Row[]} rows @property {Record<string, string>}
 *   edited
 * @property {{ field: string, html: string } | null} problem a row that does not fit
 * @property {{ label: string, values: string[] }[]} results
 * @property {any[]} areas for each model @property {{ part: string, label: string, counts: string[], shares:
 *   string[] }[]} parts
 * @property {string} lang @property {Record<string, string>} words */

export default function table(given) {
  const { model } = given.data;
  return mountView(given, Table, "table", (rows) => given.setStateValue("edits", { model, rows }));
}

class Table extends View {
  /** @type {Data} */
  data;

  rows = new Map();
  selected = "width";

  constructor(box) {
    super(box);
    this.table = el("table", { onmouseleave: () => light(this, null) });
    this.about = el("div", { className: "about", "aria-live": "polite" });
    this.results = el("table", { className: "results" });
    this.areas = div("areas");
    this.legend = el("table", { className: "legend" });
    this.layers = div("areas layers");
    this.reset = button("reset", { onclick: () => this.report({}) });
    this.titles = Object.fromEntries(
      ["rows", "areas", "layer"].map((name) => [name, el("h2", { className: "eyebrow" })]),
    );
    this.note = el("p", { className: "note" });
    box.append(
      el("section", { className: "sheet" }, el("header", {}, this.titles.rows, this.reset), this.table),
      el(
        "section",
        { className: "side" },
        this.about,
        this.results,
        this.titles.areas,
        this.areas,
        this.legend,
        this.note,
      ),
      el("section", { className: "one" }, this.titles.layer, this.layers),
    );
  }

  update(data, palette) {
    this.data = data;
    this.words = data.words;
    this.palette = palette;
    this.typed = { ...data.edited };
    this.box.classList.toggle("two", data.names.length > 1);
    drawRows(this);
    drawResults(this);
    drawAreas(this);
    if (!data.problem) remember({ edit: link(this.typed) });
    explain(this, this.selected);
  }
}

const link = (typed) =>
  Object.entries(typed)
    .map(([name, text]) => `${name}:${text}`)
    .join(",") || null;
