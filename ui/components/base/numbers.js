// Numbers as the reader's language writes them, and the arrays that a component is given.

/** @typedef {{ shape: number[], values: Uint8Array | Int32Array | Float32Array }} NumberArray row by row,
 *   last axis first */
/** @typedef {{ name: string, kind: "uint8" | "int32" | "float32", shape: number[], start: number }} Header */
/** @typedef {{ arrays: Header[], bytes: string }} Packed arrays as ui.components.pack writes them, bytes in base64 */

/** @type {Map<string, Intl.NumberFormat>} */
const formats = new Map(); // to make a format takes longer than to use it a hundred times
/** @type {(value: number, lang: string, options: Intl.NumberFormatOptions) => string} */
export function format(value, lang, options) {
  const name = lang + JSON.stringify(options);
  if (!formats.has(name)) formats.set(name, new Intl.NumberFormat(lang, { useGrouping: "always", ...options }));
  return formats.get(name).format(value).replace("-", "−");
}
/** Three significant digits, the language's separators, a true minus sign: the same rule as ui/kit/numbers.py.
 * @type {(x: number, lang: string) => string} */
export function number(x, lang) {
  if (Number.isNaN(x)) return "–";
  if (!Number.isFinite(x)) return x > 0 ? "∞" : "−∞";
  if (x === 0) return "0";
  const [mantissa, exponent] = x.toExponential(2).split("e");
  const power = Number(exponent);
  const show = (/** @type {number} */ value, /** @type {number} */ places) =>
    format(value, lang, { minimumFractionDigits: places, maximumFractionDigits: places, roundingMode: "halfEven" });
  if (power < -4 || power >= 6) {
    const raised = String(power).replace(/./g, (c) => (c === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[c]));
    return `${show(Number(mantissa), 2)}\u202f×\u202f10${raised}`;
  }
  return show(x, Math.max(2 - power, 0));
}
/** @type {(p: number, lang: string) => string} */
export const percent = (p, lang) => `${p === 1 ? "100" : number(100 * p, lang)}\u202f%`;
/** @type {(n: number, lang: string) => string} */
export const integer = (n, lang) => format(n, lang, {});

/** 0 to n − 1. @type {(n: number) => number[]} */
export const range = (n) => Array.from({ length: n }, (_, i) => i);
/** @type {(x: number, low: number, high: number) => number} */
export const clamp = (x, low, high) => Math.min(Math.max(x, low), high);
/** The first of those whose value is largest.
 * @template T @param {T[]} list @param {(item: T) => number} value @returns {T} */
export const best = (list, value) => list.reduce((a, b) => (value(b) > value(a) ? b : a));

/** The arrays by name. @type {(data: Packed) => Record<string, any>} */
export function unpack(data) {
  const kinds = { uint8: Uint8Array, int32: Int32Array, float32: Float32Array };
  const text = atob(data.bytes);
  const blob = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) blob[i] = text.charCodeAt(i); // Uint8Array.from takes ten times as long
  return Object.fromEntries(
    data.arrays.map(({ name, kind, shape, start }) => {
      const size = shape.reduce((a, b) => a * b, 1);
      return [name, { shape, values: new kinds[kind](blob.buffer, start, size) }];
    }),
  );
}
