// A model's table with inputs, what follows from it, and its parameters as areas. Python computes; a change of a row is
// reported as {model, rows: {name: text}} and comes back as new data. Rows stay in place, so that typing is not disturbed.

import { button, div, el } from "../../../components/base/elements.js";
import { mountView, remember, View } from "../../../components/base/view.js";
import { drawResults, explain, light } from "./about.js";
import { drawAreas } from "./areas.js";
import { drawRows } from "./rows.js";

export default function table(given) {
  const { model } = given.data;
  return mountView(given, Table, "table", (rows) => given.setStateValue("edits", { model, rows }));
}

class Table extends View {
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
