// The lesson. Three parts of its page: the attention maps of two models (maps.js), the cosines of a list of sentences
// (matrix.js), and what three searches find in it (found.js). Weights, cosines and scores are the server's; only the
// mean over the heads that are shown is taken here. Layers, heads and lines count from 0 here, from 1 on screen.

import { mountView } from "../../../components/base/view.js";
import { Found } from "./found.js";
import { Maps } from "./maps.js";
import { Matrix } from "./matrix.js";

/** What ui/lessons/encoders gives. L layers, H heads, T tokens, n sentences; encoder and decoder have their own.
 * @typedef {{ title: string, tokens: string[], start: [number, number] }} Model start: layer and head, -1 the mean
 *   of all
 * @typedef {Packed & { part: "maps", encoder: Model, decoder: Model, lang: string, words: Record<string, string> }}
 *   MapsData arrays: encoder and decoder (L, H, T, T)
 * @typedef {Packed & { part: "matrix", lines: string[], pair: [number, number], lang: string, words: Record<string,
 *   string> }} MatrixData arrays: cosines (n, n)
 * @typedef {{ line: number, text: string, score: string, part: number }} Row part: of the best score, 0 to 1
 * @typedef {{ part: "found", columns: { title: string, how: string, empty: string, rows: Row[] }[] }} FoundData */

export default function encoders(given) {
  const { part } = given.data;
  return mountView(given, { maps: Maps, matrix: Matrix, found: Found }[part], part, given.setStateValue);
}
