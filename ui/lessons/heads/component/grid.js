// Every head of the model as a cell: layers go to the right and heads down, on a narrow screen the other way round.

import { div, el, span } from "../../../components/base/elements.js";
import { clamp, range } from "../../../components/base/numbers.js";
import { arrows } from "../../../components/base/view.js";
import { choose } from "./head.js";

const NARROW = 560; // px, as in style.css

export class Grid {
  /** sizes: {layers, heads, groups}; name: what the grid is called; look(layer, head) -> {colour, ink, text, label}. */
  constructor(sizes, name, words, look) {
    this.sizes = sizes;
    this.look = look;
    const { layers, heads, groups } = sizes;
    const each = heads / groups;
    const place = (l, h) => ({ "--l": l + 2, "--h": h + 2 + Math.floor(h / each) });
    this.cells = range(layers * heads).map((i) =>
      at(div("cell"), place(Math.floor(i / heads), i % heads), { role: "radio" }),
    );
    const layerNames = range(layers).map((l) =>
      at(div(l === 0 || (l + 1) % 5 === 0 ? "layer-name" : "layer-name odd", String(l + 1)), place(l, -1)),
    );
    const headNames = range(heads).map((h) => at(div("head-name", String(h + 1)), place(-1, h)));
    this.radios = el("div", { className: "cells", role: "radiogroup", "aria-label": name }, ...this.cells);
    const tracks = (size) =>
      range(groups)
        .map(() => Array(each).fill(size).join(" "))
        .join(" 5px ");
    this.node = at(
      div(
        "grid",
        div("corner note", span("", `${words["axis-layer"]} →`), span("", `${words["axis-head"]} ↓`)),
        ...layerNames,
        ...headNames,
        this.radios,
      ),
      { "--count": layers, "--fixed": tracks("var(--cell)"), "--free": tracks("minmax(0, 1fr)") },
    );
    this.node.addEventListener("click", (event) => {
      const i = this.cells.indexOf(event.target.closest(".cell"));
      if (i >= 0) choose(Math.floor(i / heads), i % heads);
    });
    arrows(this.node, (down, right) => {
      if (this.node.offsetWidth < NARROW) [down, right] = [right, down];
      const [l, h] = [Math.floor(this.now / heads), this.now % heads];
      const next = [clamp(l + right, 0, layers - 1), clamp(h + down, 0, heads - 1)];
      choose(...next);
      this.cells[next[0] * heads + next[1]].focus();
    });
  }

  /** hover(layer, head) while a cell is pointed at, hover() afterwards. */
  onHover(hover) {
    this.node.addEventListener("pointerover", (event) => {
      const i = this.cells.indexOf(event.target.closest(".cell"));
      if (i >= 0) hover(Math.floor(i / this.sizes.heads), i % this.sizes.heads);
    });
    this.node.addEventListener("pointerleave", () => hover());
  }

  paint() {
    this.cells.forEach((cell, i) => {
      const { colour, ink, text, label } = this.look(Math.floor(i / this.sizes.heads), i % this.sizes.heads);
      Object.assign(cell.style, { background: colour, color: ink });
      cell.textContent = text ?? "";
      cell.setAttribute("aria-label", text ? `${text} ${label}` : label);
    });
  }

  mark([layer, head]) {
    const turn = (cell, on) => {
      cell.setAttribute("aria-checked", on);
      cell.tabIndex = on ? 0 : -1;
    };
    if (this.now === undefined) this.cells.forEach((cell) => turn(cell, false));
    else turn(this.cells[this.now], false);
    this.now = layer * this.sizes.heads + head;
    turn(this.cells[this.now], true);
  }
}

/** Custom properties and attributes on a node. */
export function at(node, properties, attributes = {}) {
  for (const [name, value] of Object.entries(properties)) node.style.setProperty(name, value);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  return node;
}
