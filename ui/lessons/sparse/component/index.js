// The lesson. Two parts of its page: the grid with its controls (grid.js), and the text with what each token lost
// (losses.js). Masks and reach come from model/masks.py, for every pattern and size; nothing about them is decided
// here. Tokens count from 0 here, from 1 on screen and in the link.

import { mountView } from "../../../components/base/view.js";
import { Grid } from "./grid.js";
import { Losses } from "./losses.js";

/** What ui/lessons/sparse/view.py gives the grid. P pattern and size, T tokens (or places, on the wide board).
 * @typedef {object} GridData
 * @property {"grid"} part
 * @property {string[]} tokens
 * @property {number} wide places of the wide board; 0 where there is none
 * @property {string[]} patterns @property {number[]} sizes
 * @property {{ pattern: string, size: number }} start
 * @property {number} layers @property {number} heads
 * @property {string} lang @property {Record<string, string>} words
 * @property {Header[]} arrays rows (P, T, T): in how many of two neighbouring layers a query reads a key; reach (P,
 *   T, T): after how many layers it can hold something of it
 * @property {string} bytes */
/** What it gives the text with the losses, in bits.
 * @typedef {{ part: "losses", tokens: string[], before: number[], after: number[], lang: string, words:
 *   Record<string, string> }} LossesData before and after (T - 1,) */

export default function sparse(given) {
  return given.data.part === "grid"
    ? mountView(given, Grid, "sparse", given.setStateValue)
    : mountView(given, Losses, "sparse losses");
}
