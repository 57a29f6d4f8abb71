// Elements of HTML and of SVG, tokens and texts.

import { agree } from "./agreement.js";

/** @typedef {Node | string | number | null | undefined} Child numbers and strings become text, never HTML;
 *   null is left out */

/** An element with properties, attributes (names with "-" and "role") and children.
 * @type {(tag: string, properties?: Record<string, any>, ...children: Child[]) => any} */
export function el(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.includes("-") || name === "role") element.setAttribute(name, value);
    else if (name === "style") Object.assign(element.style, value);
    else element[name] = value;
  }
  element.append(.../** @type {any[]} */ (children.filter((child) => child !== null && child !== undefined)));
  return element;
}
/** @type {(className: string, ...children: Child[]) => HTMLDivElement} */
export const div = (className, ...children) => el("div", { className }, ...children);
/** @type {(className: string, ...children: Child[]) => HTMLSpanElement} */
export const span = (className, ...children) => el("span", { className }, ...children);
/** @type {(className: string, properties: Record<string, any>, ...children: Child[]) => HTMLButtonElement} */
export const button = (className, properties, ...children) =>
  el("button", { type: "button", className, ...properties }, ...children);
/** An element of SVG, all of its properties as attributes.
 * @type {(tag: string, attributes?: Record<string, any>, ...children: (Node | string)[]) => SVGElement} */
export function shape(tag, attributes = {}, ...children) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}
/** A canvas of this many CSS pixels, sharp on any screen: a pen that counts in them.
 * @type {(canvas: HTMLCanvasElement, width: number, height: number) => CanvasRenderingContext2D} */
export function penOf(canvas, width, height) {
  const sharp = devicePixelRatio || 1;
  [canvas.width, canvas.height] = [Math.round(width * sharp), Math.round(height * sharp)];
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  const pen = canvas.getContext("2d");
  pen.scale(sharp, sharp);
  pen.font = `400 12px ${getComputedStyle(canvas).getPropertyValue("--mono")}`;
  pen.textBaseline = "middle";
  return pen;
}

/** A token's text as nodes, its leading space as a pale dot.
 * @type {(token: string, dot?: (text: string) => Node) => (Node | string)[]} */
export const dotted = (token, dot = (text) => span("space", text)) =>
  token.startsWith("·") ? [dot("·"), token.slice(1)] : [token];
/** A token as a chip, class .chip of style.css. @type {(token: string, kind?: string, tag?: string) => any} */
export const chip = (token, kind = "", tag = "span") =>
  el(tag, { className: `chip ${kind}`, dir: "auto" }, ...dotted(token));
/** A token without its leading space. @type {(token: string) => string} */
export const plain = (token) => token.replace(/^·(?=.)/, "");

/** @type {(word: string, most: number) => string} */
export const clip = (word, most) =>
  Array.from(word).length > most
    ? `${Array.from(word)
        .slice(0, most - 1)
        .join("")}…`
    : word;

/** Fills {name} in a text of content/: the counterpart of Words.text.
 * @type {(text: string, values: Record<string, any>) => string} */
export const fill = (text, values) => agree(text, values).replace(/\{(\w+)\}/g, (_, name) => values[name]);
/** The same with nodes in the gaps, as a list of children. A node that stands in the text twice is copied.
 * @type {(text: string, values: Record<string, any>) => Child[]} */
export function weave(text, values) {
  const used = new Set();
  const parts = agree(text, values).split(/\{(\w+)\}/);
  return parts.map((part, i) => {
    if (i % 2 === 0) return part;
    const value = values[part];
    if (used.has(part)) return value?.cloneNode?.(true) ?? value;
    used.add(part);
    return value;
  });
}

/** A node's box in a component's own pixels, which the presenter's view makes larger.
 * @type {(node: Element) => DOMRect} */
export function boxOf(node) {
  const [scale, box] = [node.currentCSSZoom ?? 1, node.getBoundingClientRect()];
  return new DOMRect(box.x / scale, box.y / scale, box.width / scale, box.height / scale);
}
/** Where in a node's box the pointer is, in the same pixels. @type {(node: Element, event: MouseEvent) => number[]} */
export function within(node, event) {
  const [scale, box] = [node.currentCSSZoom ?? 1, boxOf(node)];
  return [event.clientX / scale - box.x, event.clientY / scale - box.y];
}
