import { div, dotted, el } from "../base/elements.js";
import { clamp, range } from "../base/numbers.js";
import { weightScale } from "../base/scale.js";
import { arrows } from "../base/view.js";

const LETTER = 7.9; // px of a letter of a name
const LINE = 12.5; // px that a name needs of the next

/** The weights of one head: rows are the tokens that read, columns what they may read. Names of columns stand on the
 * staircase that the mask leaves; names that would collide are left out. */
export class HeadMap {
  /** widest: px of a cell at most; choose(query, key) by arrow keys, press(query, key) by a click. */
  constructor(tokens, widest, choose, press) {
    const T = tokens.length;
    this.T = T;
    this.widest = widest;
    this.lengths = tokens.map((token) => LETTER * Array.from(token).length);
    this.names = tokens.map((token) => el("div", { className: "name", role: "rowheader" }, ...dotted(token)));
    this.columns = tokens.map((token, k) =>
      el(
        "div",
        {
          className: "column",
          "aria-hidden": "true",
          style: { left: `calc(var(--label) + ${k + 0.5} * var(--pitch) - 1px)` },
        },
        ...dotted(token),
      ),
    );
    this.cells = range(T * T).map((i) =>
      el("div", {
        className: "cell",
        role: "gridcell",
        style: { left: `calc(var(--label) + ${i % T} * var(--pitch))` },
      }),
    );
    this.grid = arrows(
      el(
        "div",
        { role: "grid" },
        ...range(T).map((q) =>
          el("div", { className: "row", role: "row" }, this.names[q], ...this.cells.slice(q * T, q * T + T)),
        ),
      ),
      (down, right) => {
        const query = clamp(this.query + down, 0, T - 1);
        const keys = range(T).filter((k) => !this.cells[query * T + k].hidden);
        const wanted = clamp(this.key + right, keys[0], keys.at(-1));
        const key = right > 0 ? keys.find((k) => k >= wanted) : keys.findLast((k) => k <= wanted);
        choose(query, key);
        this.cells[query * T + key].focus();
      },
    );
    this.grid.addEventListener("click", (event) => this.at(event, press));
    this.pointed = el("p", { className: "note pointed" });
    this.grid.addEventListener("pointerover", (event) => {
      this.pointed.textContent = event.target.closest(".cell")?.ariaLabel ?? "";
    });
    this.scale = div("scales", this.pointed);
    this.node = div("head-map", ...this.columns, this.grid, this.scale);
  }

  /** Where cells are too small for numbers: what the colours mean, and the number that is pointed at.
   * @param {Palette} palette @param {string} lang */
  explain(palette, lang) {
    this.scale.replaceChildren(weightScale(palette, lang), this.pointed);
  }

  /** act(query, key) where something happened to a cell. */
  at(event, act) {
    const i = this.cells.indexOf(event.target.closest(".cell"));
    if (i >= 0) act(Math.floor(i / this.T), i % this.T);
  }

  /** look(query, key) -> {kind, colour, ink, text, label} of a cell, or nothing where there is none. */
  paint(query, key, look) {
    this.query = query;
    this.key = key;
    this.cells.forEach((cell, i) => {
      const [q, k] = [Math.floor(i / this.T), i % this.T];
      const shown = look(q, k);
      cell.hidden = !shown;
      if (!shown) return;
      const chosen = q === query && k === key;
      cell.className = `cell ${shown.kind}${chosen ? " chosen" : ""}`;
      Object.assign(cell.style, { background: shown.colour, color: shown.ink });
      cell.dataset.percent = shown.text;
      cell.setAttribute("aria-label", shown.label);
      cell.setAttribute("aria-selected", chosen);
      cell.tabIndex = chosen ? 0 : -1;
    });
    this.place();
  }

  /** Cells as large as the width allows. */
  fit(width = this.node.clientWidth) {
    const label = Math.min(Math.max(...this.lengths) + 14, width < 400 ? 84 : 128);
    this.pitch = clamp(Math.floor(((width - label - 4) / this.T) * 2) / 2, 4, this.widest);
    this.node.style.setProperty("--label", `${label}px`);
    this.node.style.setProperty("--pitch", `${this.pitch}px`);
    this.node.style.setProperty("--gap", this.pitch > 20 ? "2px" : this.pitch > 9 ? "1px" : "0.5px");
    this.node.classList.toggle("tiny", this.pitch < 25);
    this.node.classList.toggle("small", this.pitch < 44);
    this.place();
  }

  place() {
    const { T, pitch } = this;
    if (!pitch) return;
    const top = range(T).map((k) =>
      Math.max(
        range(T).findIndex((q) => !this.cells[q * T + k].hidden),
        0,
      ),
    );
    this.node.style.setProperty(
      "--head",
      `${Math.max(0, ...this.lengths.map((length, k) => Math.min(length + 10, 118) - top[k] * pitch))}px`,
    );
    this.columns.forEach((name, k) => (name.style.top = `calc(var(--head) + ${top[k] * pitch - 6}px)`));
    const every = Math.ceil(LINE / pitch);
    for (const [names, chosen] of [
      [this.names, this.query],
      [this.columns, this.key],
    ])
      names.forEach((name, i) => {
        name.classList.toggle("chosen", i === chosen);
        name.classList.toggle("left-out", i !== chosen && (i % every > 0 || Math.abs(i - chosen) < every));
      });
  }
}
