// Nodes of SVG that take handlers and nested lists of children; tokens as nodes.

import { chip, clip, dotted, el } from "../../../components/base/elements.js";

export function s(tag, attributes = {}, ...children) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node[name] = value;
    else node.setAttribute(name, value);
  }
  node.append(...children.flat(9).filter(Boolean));
  return node;
}

/** A token that is not too long, as nodes of HTML or of SVG. */
export const piece = (word, most) => dotted(clip(word, most));
export const svgPiece = (word, most) => dotted(clip(word, most), (text) => s("tspan", { class: "space" }, text));
export const named = (word) => el("bdi", { title: word }, chip(clip(word, 18)));
