// A part of the page as one SVG of real shapes and words: charts, components with their shadow roots, canvases.
// Other programs than a browser can show it, and search it: nothing in it is HTML, nothing comes from elsewhere.

import { drawBox } from "./boxes.js";
import { drawSvg } from "./drawings.js";
import { SKIPPED, SVG } from "./svg.js";
import { drawControl, drawLine, drawWords } from "./words.js";

const EDGE = 12; // pixels of paper around what is drawn

export class Picture {
  constructor(element) {
    this.pen = document.createElement("canvas").getContext("2d");
    this.ids = 0;
    const { left, top, width: wide, height: high } = element.getBoundingClientRect();
    this.origin = new DOMRect(left - EDGE, top - EDGE, wide + 2 * EDGE, high + 2 * EDGE);
    const { width, height } = this.origin;
    this.svg = this.add(null, "svg", { xmlns: SVG, width, height, viewBox: `0 0 ${width} ${height}` });
    this.defs = this.add(this.svg, "defs");
    this.add(this.svg, "rect", {
      width,
      height,
      ...this.fill(getComputedStyle(document.querySelector(".stApp")).backgroundColor),
    });
    this.node(element, this.svg);
    if (!this.defs.childNodes.length) this.defs.remove();
  }

  get text() {
    return new XMLSerializer().serializeToString(this.svg);
  }

  /** What it is called, and what it shows, for who cannot see it. */
  name(title, description) {
    this.svg.setAttribute("role", "img");
    const said = [...(description ? [["desc", description]] : []), ["title", title]];
    for (const [tag, text] of said) {
      const node = document.createElementNS(SVG, tag);
      node.textContent = text;
      this.svg.prepend(node);
    }
  }

  /** Rules that it brings along. @param {string[]} rules */
  style(rules) {
    const style = document.createElementNS(SVG, "style");
    style.textContent = rules.join("\n");
    this.svg.append(style);
  }

  add(parent, tag, attributes = {}) {
    const node = document.createElementNS(SVG, tag);
    for (const [name, value] of Object.entries(attributes))
      if (name !== "xmlns") node.setAttribute(name, typeof value === "number" ? +value.toFixed(2) : value);
    parent?.append(node);
    return node;
  }

  /** A box on the screen as one in the picture. */
  place({ left, top, width, height }) {
    return { x: left - this.origin.left, y: top - this.origin.top, width, height };
  }

  /** [#rrggbb, opacity] of any colour of CSS: other programs read no rgba() and no color-mix().
   * @returns {[string, number]} */
  colour(css) {
    if (!css || css === "none" || css === "transparent") return ["none", 0];
    const wide = css.match(/^color\(srgb ([\d.e-]+) ([\d.e-]+) ([\d.e-]+)(?: \/ ([\d.]+))?\)$/);
    if (wide) return [hex(wide.slice(1, 4).map((part) => part * 255)), Number(wide[4] ?? 1)];
    const plain = css.match(/^rgba?\(([\d.]+), ([\d.]+), ([\d.]+)(?:, ([\d.]+))?\)$/);
    if (plain) return [hex(plain.slice(1, 4)), Number(plain[4] ?? 1)];
    this.pen.fillStyle = css;
    return [String(this.pen.fillStyle), 1];
  }

  fill(css, name = "fill") {
    const [colour, opacity] = this.colour(css);
    return { [name]: colour, ...(opacity > 0 && opacity < 1 ? { [`${name}-opacity`]: opacity } : {}) };
  }

  // ------------------------------------------------------------ elements

  node(node, parent) {
    if (node.nodeType === Node.TEXT_NODE) return drawWords(this, node, parent);
    if (node.nodeType !== Node.ELEMENT_NODE || node.matches(SKIPPED)) return;
    const style = getComputedStyle(node);
    if (style.display === "none" || style.opacity === "0" || style.clipPath === "inset(50%)") return;
    if (node.tagName.toLowerCase() === "svg") return drawSvg(this, node, parent);
    const turned = this.turn(node, style, parent);
    let group = turned?.group ?? parent;
    if (style.opacity !== "1") group = this.add(group, "g", { opacity: style.opacity });
    const box = node.getBoundingClientRect();
    if (style.visibility === "visible") {
      if (node.type !== "range") drawBox(this, box, style, group);
      if (node.tagName === "CANVAS" && box.width)
        this.add(group, "image", { ...this.place(box), href: node.toDataURL() });
      if (node.tagName === "INPUT" || node.tagName === "SELECT") drawControl(this, node, box, style, group);
    }
    if (style.overflowX !== "visible" && style.display !== "inline") group = this.clip(box, group);
    this.pseudo(node, "::before", group);
    if (!node.matches("select")) for (const child of this.children(node)) this.node(child, group);
    this.pseudo(node, "::after", group);
    turned?.back();
  }

  /** What lies higher is drawn later. */
  children(node) {
    const order = (child) => {
      if (child.nodeType !== Node.ELEMENT_NODE) return 0;
      const { position, zIndex } = getComputedStyle(child);
      const z = Number(zIndex) || 0;
      return position === "static" ? 0 : z < 0 ? z : z + 1;
    };
    return [...(node.shadowRoot ?? node).childNodes].sort((a, b) => order(a) - order(b));
  }

  /** Turned elements are measured as they would lie, and turned again in the picture. */
  turn(node, style, parent) {
    const { transform, rotate, translate, scale } = style;
    if ([transform, rotate, translate, scale].every((value) => value === "none")) return null;
    const before = node.getAttribute("style");
    for (const name of ["transform", "rotate", "translate", "scale"]) node.style.setProperty(name, "none", "important");
    const box = node.getBoundingClientRect();
    const [x, y] = style.transformOrigin.split(" ").map(parseFloat);
    const at = this.place(box);
    const [right = "0", down = "0"] = translate === "none" ? [] : translate.split(" ");
    const pixels = (value, size) => parseFloat(value) * (value.endsWith("%") ? size / 100 : 1);
    const matrix = new DOMMatrix()
      .translate(at.x + x + pixels(right, box.width), at.y + y + pixels(down, box.height))
      .rotate(rotate === "none" ? 0 : parseFloat(rotate))
      .scale(...(scale === "none" ? [1] : scale.split(" ").map(Number)))
      .multiply(new DOMMatrix(transform === "none" ? "" : transform))
      .translate(-at.x - x, -at.y - y);
    const parts = ["a", "b", "c", "d", "e", "f"].map((name) => +matrix[name].toFixed(4));
    const back = () => (before === null ? node.removeAttribute("style") : node.setAttribute("style", before));
    return { group: this.add(parent, "g", { transform: `matrix(${parts})` }), back };
  }

  clip(box, parent) {
    const id = `clip-${++this.ids}`;
    this.add(this.add(this.defs, "clipPath", { id }), "rect", this.place(box));
    return this.add(parent, "g", { "clip-path": `url(#${id})` });
  }

  /** What a style sheet puts before or after the children: a box that is placed, or words in the middle of the cell. */
  pseudo(node, which, parent) {
    const style = getComputedStyle(node, which);
    if (style.content === "none" || style.content === "normal" || style.display === "none") return;
    const said = style.content
      .replace(/attr\(([\w-]+)\)/g, (_, name) => `"${node.getAttribute(name) ?? ""}"`)
      .replace(/^"|"$/g, "");
    const box = node.getBoundingClientRect();
    if (said && style.position === "static") {
      const high = parseFloat(style.fontSize);
      drawLine(
        this,
        said,
        { left: box.left, top: box.top + (box.height - high * 1.2) / 2, width: box.width, height: high * 1.2 },
        style,
        parent,
        "middle",
      );
    } else if (style.position === "absolute") {
      let holder = node;
      while (holder.parentElement && getComputedStyle(holder).position === "static") holder = holder.parentElement;
      const around = holder.getBoundingClientRect();
      const [left, top, width, height] = ["left", "top", "width", "height"].map((name) => parseFloat(style[name]) || 0);
      const edges =
        style.boxSizing === "border-box"
          ? [0, 0]
          : [parseFloat(style.borderLeftWidth), parseFloat(style.borderTopWidth)];
      const shift = style.translate === "none" ? [0, 0] : style.translate.split(" ").map(parseFloat);
      drawBox(
        this,
        {
          left: around.left + holder.clientLeft + left + shift[0],
          top: around.top + holder.clientTop + top + (shift[1] ?? 0),
          width: width + 2 * edges[0],
          height: height + 2 * edges[1],
        },
        style,
        parent,
      );
    }
  }
}

const hex = (parts) => `#${parts.map((part) => Math.round(part).toString(16).padStart(2, "0")).join("")}`;
