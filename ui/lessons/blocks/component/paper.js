import { div, el, fill, shape, span } from "../../../components/base/elements.js";
import { range } from "../../../components/base/numbers.js";

const STREAM = 64; // px from the left to the stream
export const SMALL = 34; // px high: a norm, a position, a row inside attention or MLP
export const HEADER = 34; // px of a part that is drawn with what is inside
const KEYS = { rotation: "position" }; // drawn elsewhere, asked for by one name
const BRANCHES = ["attn", "cross", "mlp"];

/** One model on paper: lines in an SVG, parts as buttons above it. */
export class Paper {
  constructor(owner, side, index, width, height, spots) {
    this.owner = owner;
    this.side = side;
    this.index = index;
    this.width = width;
    this.height = height;
    this.spots = spots;
    this.w = owner.w;
    this.buttons = [];
    this.left = STREAM + 62; // where the column of the branches begins
    this.right = width - 12;
    this.middle = (this.left + this.right) / 2;
    this.lines = shape("svg", {
      class: "lines",
      width,
      height,
      viewBox: `0 0 ${width} ${height}`,
      "aria-hidden": "true",
    });
    this.parts = owner.parts(side);
    this.frame();
    this.stream();
    for (const branch of BRANCHES) this.branch(branch);
    for (const part of this.parts) this.part(part);
    this.order();
  }

  nodes() {
    const group = el(
      "div",
      { className: "parts", role: "radiogroup", "aria-label": fill(this.w["parts-name"], { model: this.side.short }) },
      ...this.buttons,
    );
    group.addEventListener("keydown", (event) => this.owner.key(event));
    return [this.lines, group];
  }

  line(path, kind = "thin") {
    this.lines.append(shape("path", { d: path, class: kind }));
  }
  top(slot) {
    return this.spots[slot].y - this.spots[slot].height / 2;
  }
  bottom(slot) {
    return this.spots[slot].y + this.spots[slot].height / 2;
  }
  has(slot) {
    return this.parts.some((part) => part.slot === slot);
  }
  slotsOf(branch) {
    return [`${branch}_before`, branch === "attn" ? "attention" : branch].filter((slot) => this.has(slot));
  }

  frame() {
    const used = Object.keys(this.spots).filter((slot) => /^(attn|attention|cross|mlp)/.test(slot));
    const top = Math.min(...used.map((slot) => this.top(slot))) - 15;
    const bottom = Math.max(...used.map((slot) => this.bottom(slot))) + 17;
    this.lines.append(
      shape("rect", { x: 1, y: top, width: this.width - 2, height: bottom - top, rx: 14, class: "frame" }),
    );
    const times = shape("text", { x: this.width - 14, y: top + 20, class: "times", "text-anchor": "end" });
    times.textContent = this.side.times;
    this.lines.append(times);
  }

  stream() {
    const [from, to] = [this.spots.embedding.y, this.spots.head.y];
    this.line(`M${STREAM} ${from}V${to}`, "stream");
  }

  /** A copy leaves the stream, goes through its parts, and is added to it again. */
  branch(name) {
    const slots = this.slotsOf(name);
    if (!slots.length) return;
    const absent = this.parts.find((part) => part.slot === slots.at(-1)).absent;
    const kind = absent ? "thin dashed" : "thin";
    const [fork, add, r] = [this.bottom(slots[0]) + 8, this.spots[`${name}_add`].y, 9];
    this.line(`M${STREAM} ${fork}H${this.middle - r}q${r} 0 ${r} ${-r}V${this.bottom(slots[0])}`, kind);
    slots.slice(1).forEach((slot, i) => this.line(`M${this.middle} ${this.top(slots[i])}V${this.bottom(slot)}`, kind));
    this.line(`M${this.middle} ${this.top(slots.at(-1))}V${add + r}q0 ${-r} ${-r} ${-r}H${STREAM + 22}`, kind);
    this.line(`M${STREAM + 28} ${add - 5}l-8 5l8 5`, absent ? "head dashed" : "head");
    this.plus(add, absent ? "cross" : "residual");
  }

  plus(y, key) {
    const button = this.button(key, STREAM - 13, y - 13, 26, 26, `plus${key === "cross" ? " absent" : ""}`);
    button.append("+", span("hidden", ` ${this.owner.d.facts[key].title}`));
  }

  part({ name, slot, place, absent }) {
    const { y, height } = this.spots[slot];
    if (place === "stream") {
      const wide = name === "embedding" || name === "head";
      return this.box(
        name,
        STREAM - 56,
        y - height / 2,
        wide ? this.right - STREAM + 56 : 112,
        height,
        `${wide ? "end" : "norm"}${absent ? " absent" : ""}`,
      );
    }
    const [x, width] = [this.left, this.right - this.left];
    if (place === "added") {
      this.box(name, x, y - height / 2, width, height, "norm");
      this.line(`M${x} ${y}H${STREAM + 22}`);
      this.line(`M${STREAM + 28} ${y - 5}l-8 5l8 5`, "head");
      return this.plus(y, name);
    }
    const rows = this.owner.detailed && this.side.inside[name];
    if (rows) return this.opened(name, x, y - height / 2, width, height, rows);
    const button = this.box(
      name,
      x,
      y - height / 2,
      width,
      height,
      `${name === "attention" || name === "mlp" ? "main" : "norm"}${absent ? " absent" : ""}`,
    );
    if (name === "attention") this.attention(button, x, y, width, height);
    if (name === "mlp" && this.side.experts) button.append(this.experts());
  }

  /** In the simplified view: how the heads share, what they may read, and the rotation. */
  attention(button, x, y, width, height) {
    button.classList.add("open");
    button.append(this.heads(width - 24), this.mask());
    if (this.side.rotary) this.box("rotation", x + 10, y + height / 2 - 34, width - 20, 26, "inner turn");
  }

  /** Attention or MLP with what is inside: rows from the bottom up. */
  opened(name, x, y, width, height, rows) {
    this.lines.append(shape("rect", { x, y, width, height, rx: 10, class: "opened" }));
    this.box(name, x, y, width - 1, HEADER - 6, "title");
    const columns = Math.max(...rows.map((row) => row.length));
    const [inner, gap] = [width - 20, 8];
    const cell = (inner - gap * (columns - 1)) / columns;
    const centre = (column) => x + 10 + column * (cell + gap) + cell / 2;
    const level = (row) => y + height - 18 - SMALL / 2 - row * (SMALL + 16);
    const last = columns - 1;
    const above = (row) => level(row) - SMALL / 2;
    const below = (row) => level(row) + SMALL / 2;
    const bus = y + height - 8;
    const middle = x + width / 2;
    const meets = columns > 1; // the last column is multiplied by what comes out of the others
    const meet = rows.length - 2;
    this.line(`M${middle} ${y + height}V${bus}`);
    this.line(`M${centre(0)} ${below(0)}V${bus}H${centre(last)}V${below(0)}`);
    if (!meets) range(rows.length - 1).forEach((row) => this.line(`M${middle} ${above(row)}V${below(row + 1)}`));
    else {
      const side = columns === 2 ? [0] : range(last);
      range(meet).forEach((row) =>
        side.forEach((column) => this.line(`M${centre(column)} ${above(row)}V${below(row + 1)}`)),
      );
      this.line(`M${centre(last)} ${above(0)}V${level(meet) + 11}`);
      this.line(`M${centre(last) - cell / 2 - gap} ${level(meet)}H${centre(last) - 11}`);
      this.line(`M${centre(last)} ${level(meet) - 11}V${below(meet + 1)}`);
      const mark = shape(
        "g",
        { class: "times-sign", transform: `translate(${centre(last)} ${level(meet)})` },
        shape("circle", { r: 10 }),
        shape("path", { d: "M-4 -4L4 4M-4 4L4 -4" }),
      );
      this.lines.append(mark);
    }
    this.line(`M${middle} ${above(rows.length - 1)}V${y}`);
    rows.forEach((row, i) => {
      if (row.length === columns)
        return row.forEach((part, column) =>
          this.box(part, centre(column) - cell / 2, above(i), cell, SMALL, `inner ${part}`),
        );
      const wide = meets && i <= meet ? centre(last) - cell / 2 - gap - x - 10 : inner;
      const button = this.box(row[0], x + 10, above(i), wide, SMALL, "inner");
      if (row[0] === "scores") button.append(this.mask());
      if (row[0] === "experts") button.append(this.experts());
    });
  }

  // ------------------------------------------------------------ parts

  box(name, x, y, width, height, kind) {
    const key = KEYS[name] ?? name;
    const fact = this.owner.d.facts[key];
    const own = fact.sides[this.side.name];
    const button = this.button(key, x, y, width, height, kind);
    const turned = name === "rotation" && (kind.includes("turn") ? `↻ ${own.label}` : `↻ ${this.w["box-rotation"]}`);
    const label = div("label", turned || own.label);
    button.append(label);
    if (own.sub && !kind.includes("title")) button.append(div("sub", own.sub));
    if (fact.differs && !own.paper) {
      const mark = span("mark");
      mark.setAttribute("aria-hidden", "true");
      button.append(mark, span("hidden", ` (${this.w.differs})`));
    }
    return button;
  }

  button(key, x, y, width, height, kind) {
    const button = el("button", {
      type: "button",
      role: "radio",
      className: `part ${kind}`,
      onclick: (event) => this.owner.choose(key, event.detail > 0),
    });
    Object.assign(button.dataset, { key, side: this.index });
    Object.assign(button.style, { left: `${x}px`, top: `${y}px`, width: `${width}px`, height: `${height}px` });
    this.buttons.push(button);
    return button;
  }

  /** Arrow keys go from the bottom up. */
  order() {
    const at = (button) => [
      -(parseFloat(button.style.top) + parseFloat(button.style.height)),
      parseFloat(button.style.left),
    ];
    this.buttons.sort((a, b) => at(a)[0] - at(b)[0] || at(a)[1] - at(b)[1]);
  }

  /** Query heads as green squares; below those that share, one key and value. */
  heads(width) {
    const { heads: H, kv_heads: G } = this.side;
    const group = shape("svg", {
      class: "heads",
      viewBox: `0 0 ${width} 24`,
      width,
      height: 24,
      "aria-hidden": "true",
    });
    const space = Math.min(8, width / G / 3);
    const each = (width - space * (G - 1)) / G;
    for (const g of range(G)) {
      const x = g * (each + space);
      const one = each / (H / G);
      for (const h of range(H / G))
        group.append(
          shape("rect", { x: x + h * one + 0.75, y: 0, width: Math.max(one - 1.5, 1), height: 9, rx: 2, class: "q" }),
        );
      group.append(
        shape("rect", { x: x + 0.75, y: 13, width: each / 2 - 1, height: 9, rx: 2, class: "k" }),
        shape("rect", { x: x + each / 2 + 0.25, y: 13, width: each / 2 - 1, height: 9, rx: 2, class: "v" }),
      );
    }
    return group;
  }

  /** Which squares of the map may be read: all, the past, or the near past. */
  mask() {
    const icon = shape("svg", { class: "mask", viewBox: "0 0 20 20", width: 20, height: 20, "aria-hidden": "true" });
    for (const row of range(5))
      for (const column of range(5)) {
        const open = !this.side.causal || (column <= row && (!this.side.window || row - column < 2));
        icon.append(
          shape("rect", { x: column * 4, y: row * 4, width: 3.2, height: 3.2, class: open ? "open" : "shut" }),
        );
      }
    return icon;
  }

  experts() {
    const [all, active] = this.side.experts;
    return el(
      "span",
      { className: "squares", "aria-hidden": "true" },
      ...range(all).map((i) => el("i", { className: i < active ? "active" : "" })),
    );
  }
}
