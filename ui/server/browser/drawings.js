// Drawings of the page that are SVG already, in a picture: with what the style sheets say written on them.

import { SKIPPED, SVG } from "./svg.js";

// What style sheets may say about a shape: the first are handed down from parent to child, the others begin as here.
const INHERITED = [
  "fill",
  "stroke",
  "stroke-width",
  "stroke-dasharray",
  "stroke-linecap",
  "stroke-linejoin",
  "font-family",
  "font-size",
  "font-weight",
  "font-style",
  "letter-spacing",
  "text-anchor",
  "visibility",
  "paint-order",
];

const OWN = {
  opacity: "1",
  "dominant-baseline": "auto",
  "vector-effect": "none",
  "fill-opacity": "1",
  "stroke-opacity": "1",
};

export function drawSvg(picture, svg, parent) {
  const box = svg.getBoundingClientRect();
  if (!box.width || !box.height) return;
  const copy = copyShape(picture, svg, {});
  for (const [name, value] of Object.entries(picture.place(box))) copy.setAttribute(name, +value.toFixed(2));
  const style = getComputedStyle(svg);
  if (style.overflowX === "visible") copy.setAttribute("overflow", "visible");
  if (picture.colour(style.backgroundColor)[1])
    picture.add(parent, "rect", { ...picture.place(box), ...picture.fill(style.backgroundColor) });
  parent.append(copy);
}

/** A shape with what the style sheets say written on it. `above` is what its parent hands down. */
function copyShape(picture, node, above) {
  const copy = document.createElementNS(SVG, node.tagName);
  for (const { name, value } of node.attributes)
    if (!/^(style|class|xmlns|tabindex|role|on|data-|aria-)/.test(name))
      copy.setAttribute(name.replace("xlink:", ""), value);
  const style = getComputedStyle(node);
  const handed = { ...above };
  for (const name of INHERITED) {
    const value = style.getPropertyValue(name);
    if (value === above[name] || !value) continue;
    handed[name] = value;
    writeStyle(picture, copy, name, value);
  }
  for (const [name, usual] of Object.entries(OWN)) {
    const value = style.getPropertyValue(name);
    if (value && value !== usual) copy.setAttribute(name, value);
  }
  if (node.tagName === "stop") {
    writeStyle(picture, copy, "stop-color", style.stopColor);
    copy.setAttribute("stop-opacity", Number(style.stopOpacity) * picture.colour(style.stopColor)[1]);
  }
  for (const child of node.childNodes) {
    if (child.nodeType === Node.TEXT_NODE) copy.append(child.data);
    else if (
      child.nodeType === Node.ELEMENT_NODE &&
      !child.matches(SKIPPED) &&
      getComputedStyle(child).display !== "none"
    )
      copy.append(copyShape(picture, child, handed));
  }
  return copy;
}

function writeStyle(picture, copy, name, value) {
  const coloured = ["fill", "stroke", "stop-color"].includes(name) && !value.startsWith("url(");
  if (!coloured)
    return copy.setAttribute(
      name,
      value.replace(/url\("?[^#"]*(#[^")]+)"?\)/, "url($1)").replace(/^([\d.]+)px$/, "$1"),
    );
  const [colour, opacity] = picture.colour(value);
  copy.setAttribute(name, colour);
  if (opacity > 0 && opacity < 1 && name !== "stop-color") copy.setAttribute(`${name}-opacity`, opacity);
}
