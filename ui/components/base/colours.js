// The theme's colours, and what is mixed of them. A colour is a text, #rrggbb.

/** @typedef {{ paper: string, second: string, ink: string, soft: string, rule: string, query: string, key: string,
 *   value: string, red: string, categorical: string[], sequential: string[], diverging: string[] }} Palette */

/** Read from Streamlit's variables at every run: the theme may have changed. @type {(element: any) => Palette} */
export function colours(element) {
  const style = getComputedStyle(element.host ?? element);
  const one = (/** @type {string} */ name) => style.getPropertyValue(`--st-${name}`).trim();
  const many = (/** @type {string} */ name) =>
    one(name)
      .split(",")
      .map((c) => c.trim());
  return {
    paper: one("background-color"),
    second: one("secondary-background-color"),
    ink: one("text-color"),
    soft: one("gray-text-color"),
    rule: one("border-color"),
    query: one("primary-color"),
    key: one("blue-color"),
    value: one("orange-color"),
    red: one("red-color"),
    categorical: many("chart-categorical-colors"),
    sequential: many("chart-sequential-colors"),
    diverging: many("chart-diverging-colors"),
  };
}
/** @type {(hex: string) => number[]} */
const channels = (hex) => [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));
/** t from 0 (a) to 1 (b). @type {(a: string, b: string, t: number) => string} */
export function mix(a, b, t) {
  const [x, y] = [channels(a), channels(b)];
  return `#${x
    .map((v, i) =>
      Math.round(v + (y[i] - v) * t)
        .toString(16)
        .padStart(2, "0"),
    )
    .join("")}`;
}
/** A colour of a list of stops; t from 0 to 1, linear. @type {(stops: string[], t: number) => string} */
function ramp(stops, t) {
  const place = Math.min(Math.max(t, 0), 1) * (stops.length - 1);
  const i = Math.min(Math.floor(place), stops.length - 2);
  return mix(stops[i], stops[i + 1], place - i);
}
/** weight 0 to 1: paper to green. @type {(palette: Pick<Palette, "sequential">, weight: number) => string} */
export const shade = (palette, weight) => ramp(palette.sequential, weight);
/** x −1 to 1: blue, paper, orange. @type {(palette: Pick<Palette, "diverging">, x: number) => string} */
export const signed = (palette, x) => ramp(palette.diverging, (x + 1) / 2);
/** Relative luminance and contrast as WCAG 2.2 defines them. @type {(hex: string) => number} */
function luminance(hex) {
  const linear = (/** @type {number} */ v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
  const [r, g, b] = channels(hex).map((v) => linear(v / 255));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
/** @type {(one: string, other: string) => number} */
function contrast(one, other) {
  const [a, b] = [luminance(one), luminance(other)].sort((x, y) => y - x);
  return (a + 0.05) / (b + 0.05);
}
/** The one of ink and paper that is read more easily on a cell of this colour.
 * @type {(hex: string, palette: Pick<Palette, "ink" | "paper">) => string} */
export function inkOn(hex, { ink, paper }) {
  return contrast(hex, ink) >= contrast(hex, paper) ? ink : paper;
}
/** The same for small letters: on the middle of a dark theme's ramp neither can be read, black or white always.
 * @type {(hex: string, palette: Pick<Palette, "ink" | "paper">) => string} */
export function readable(hex, palette) {
  const chosen = inkOn(hex, palette);
  return contrast(hex, chosen) >= 4.5 ? chosen : inkOn(hex, { ink: "#ffffff", paper: "#000000" });
}
