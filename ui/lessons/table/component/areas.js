// The parameters as areas. Boxes come in shares of the picture; both models' pictures have the same scale.

import { inkOn } from "../../../components/base/colours.js";
import { el, fill } from "../../../components/base/elements.js";
import { explain, light } from "./about.js";

const PARTS = ["attention", "mlp", "embedding", "experts", "norms", "head", "positions", "routers"]; // colours in order

export function drawAreas(view) {
  const { data, words, palette } = view;
  const colour = Object.fromEntries(PARTS.map((part, i) => [part, palette.categorical[i]]));
  const ink = Object.fromEntries(PARTS.map((part) => [part, inkOn(colour[part], palette)]));
  const paint = { colour, ink };
  const two = data.names.length > 1;
  view.titles.areas.textContent = words[two ? "areas-both" : "areas-title"];
  view.titles.layer.textContent = words["layer-title"];
  view.note.textContent = words[data.parts.some(({ part }) => part === "experts") ? "areas-idle" : "areas-note"];
  const each = (key, size, caption) =>
    data.areas.map((area, i) =>
      el(
        "figure",
        {},
        el("figcaption", {}, two ? el("b", {}, `${data.names[i]} `) : null, fill(words[caption], area)),
        picture(view, area[key], area[size], paint, fill(words[`alt-${key}`], { model: data.names[i] })),
      ),
    );
  view.areas.replaceChildren(...each("model", "side", "areas-caption"));
  view.layers.replaceChildren(...each("layer", "share", "layer-caption"));
  view.legend.setAttribute("aria-label", words["legend-name"]);
  view.legend.replaceChildren(...data.parts.map((row) => legend(view, row, colour)));
}

function picture(view, boxes, side, { colour, ink }, alt) {
  const frame = el("div", { className: "picture", role: "img", "aria-label": alt, style: { width: `${100 * side}%` } });
  frame.append(
    ...boxes.map(([part, x, y, width, height, label, idle]) => {
      const box = el("i", { className: idle ? "idle" : "", "data-part": part });
      const place = { left: x, top: y, width, height };
      for (const [name, share] of Object.entries(place)) box.style[name] = `${100 * share}%`;
      box.style.setProperty("--fill", colour[part]);
      box.style.color = idle ? "var(--ink)" : ink[part];
      const text =
        label || (part === "attention" || part === "mlp" || part === "experts" ? "" : view.words[`part-${part}`]);
      if (text) box.append(el("span", { className: text.length < 4 ? "short" : "" }, text));
      box.onmouseenter = () => light(view, [part]);
      box.onmouseleave = () => explain(view, view.selected);
      return box;
    }),
  );
  return frame;
}

function legend(view, { part, label, counts, shares }, colour) {
  const swatch = el("i", { className: "swatch" });
  swatch.style.background = colour[part];
  const line = el(
    "tr",
    { "data-part": part },
    el("th", { scope: "row" }, swatch, label),
    ...counts.flatMap((n, i) => [
      el("td", { className: "number" }, n),
      el("td", { className: "number share" }, shares[i]),
    ]),
  );
  line.onmouseenter = () => light(view, [part]);
  line.onmouseleave = () => explain(view, view.selected);
  return line;
}
