// The recipes of lesson `train` as a table: a row for each choice, a column for each of the two models. What is chosen
// goes to the server, which writes it into the link and sends the whole table back.

import { div, el, span } from "../base/elements.js";
import { mountView, View } from "../base/view.js";

/** What ui/lessons/train/view.py gives.
 * @typedef {{ name: string, title: string, options: [string, string][] }} Choice options: value and text
 * @typedef {object} Data
 * @property {[string, string]} sides "a" and "b"
 * @property {(Choice & { value: string })[]} whole what both models share
 * @property {(Choice & { values: [string, string] })[]} rows of either model
 * @property {string} lang @property {Record<string, string>} words */

export default function recipe(given) {
  return mountView(given, Recipe, "recipe", (key, value) => given.setTriggerValue("choice", { key, value }));
}

const keyed = (side, name) => (side ? `${side}-${name}` : name);

class Recipe extends View {
  selects = new Map();

  /** @param {Data} data */
  build(data) {
    const { words, sides } = data;
    const select = (row, side) => {
      const label = side ? `${row.title}, ${words[`model-${side}`]}` : row.title;
      const options = row.options.map(([value, title]) => el("option", { value }, title));
      const node = el("select", { "aria-label": label }, ...options);
      node.onchange = () => this.report(keyed(side, row.name), node.value);
      this.selects.set(keyed(side, row.name), node);
      return node;
    };
    const whole = div("whole", ...data.whole.map((row) => el("label", {}, span("", row.title), select(row, ""))));
    const head = el(
      "tr",
      {},
      el("td", {}),
      ...sides.map((side) => el("th", { scope: "col" }, span(`badge ${side}`, side.toUpperCase()))),
    );
    const line = (row) =>
      el(
        "tr",
        { "data-name": row.name },
        el("th", { scope: "row" }, row.title),
        ...sides.map((side) => el("td", {}, select(row, side))),
      );
    this.rows = data.rows.map(line);
    this.box.append(whole, el("table", {}, el("thead", {}, head), el("tbody", {}, ...this.rows)));
  }

  /** @param {Data} data */
  update(data) {
    if (!this.rows) this.build(data);
    for (const row of data.whole) this.selects.get(row.name).value = row.value;
    data.rows.forEach((row, i) => {
      data.sides.forEach((side, at) => (this.selects.get(keyed(side, row.name)).value = row.values[at]));
      this.rows[i].classList.toggle("differs", row.values[0] !== row.values[1]);
    });
  }
}
