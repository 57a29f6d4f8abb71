import { div, el, span } from "../../../components/base/elements.js";
import { clamp } from "../../../components/base/numbers.js";
import { View } from "../../../components/base/view.js";

/** Three ranked lists beside one another. The sentence that is pointed at is marked in all of them. */
export class Found extends View {
  /** @type {import("./index.js").FoundData} */
  d;

  update(data) {
    const item = (row) => {
      const bar = el("i", { style: { width: `${100 * clamp(row.part, 0, 1)}%` } });
      const node = el(
        "li",
        {},
        span("score mono", row.score),
        el("p", {}, el("b", {}, String(row.line)), " ", el("bdi", {}, row.text)),
        div("bar", bar),
      );
      node.dataset.line = row.line;
      return node;
    };
    const column = ({ title, how, rows, empty }) =>
      el(
        "section",
        {},
        el("h3", {}, title),
        el("p", { className: "note" }, how),
        rows.length ? el("ol", {}, ...rows.map(item)) : el("p", { className: "empty" }, empty),
      );
    const mark = (line) =>
      this.box.querySelectorAll("li").forEach((one) => one.classList.toggle("same", one.dataset.line === line));
    this.box.onpointerover = (/** @type {any} */ event) => mark(event.target.closest("li")?.dataset.line);
    this.box.onpointerleave = () => mark();
    this.box.replaceChildren(...data.columns.map(column));
  }
}
