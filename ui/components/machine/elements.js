// Nodes of SVG that take handlers and nested lists of children; tokens as nodes.

function s(tag, attributes = {}, ...children) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node[name] = value;
    else node.setAttribute(name, value);
  }
  node.append(...children.flat(9).filter(Boolean));
  return node;
}

/** A token as nodes, its leading space pale; SVG where `wrap` makes a tspan. */
function piece(word, most, wrap = (text) => el("span", { className: "space" }, text)) {
  const text = clip(word, most);
  return text.startsWith("·") ? [wrap("·"), text.slice(1)] : [text];
}
const svgPiece = (word, most) => piece(word, most, (text) => s("tspan", { class: "space" }, text));
const named = (word) => el("bdi", { title: word }, chip(clip(word, 18)));
