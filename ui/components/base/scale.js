// The colours of attention weights, for maps whose cells have no room for numbers.

import { el, span } from "./elements.js";
import { percent } from "./numbers.js";

/** From 0 to 100 %. @type {(palette: Palette, lang: string) => HTMLSpanElement} */
export const weightScale = (palette, lang) =>
  span(
    "weight-scale note",
    percent(0, lang),
    el("i", { style: { background: `linear-gradient(90deg, ${palette.sequential})` } }),
    percent(1, lang),
  );
