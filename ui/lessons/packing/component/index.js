// The lesson. Two parts of its page: the batch drawn to scale (batch.js) and the attention of one packed row (row.js).
// Rows come from model/packing.py, weights from the model; nothing about them is decided here. Rows, documents and
// tokens count from 0 here, from 1 on screen; positions count from 0 on screen too, as in lesson `positions`.

import { mountView } from "../../../components/base/view.js";
import { Batch } from "./batch.js";
import { Row } from "./row.js";

/** What ui/lessons/packing gives the batch: each way of packing, drawn to scale.
 * @typedef {object} BatchData
 * @property {"batch"} part @property {string[]} methods @property {string} method to begin with
 * @property {Record<string, { rows: number, first: number, wasted: number, gain: number }>} sums by method: rows,
 *   the first row that is sent, empty places, and how many times fewer rows than one document to a row
 * @property {number} window rows on screen @property {number} context tokens of a row
 * @property {number} documents @property {number} tokens of all
 * @property {string} lang @property {Record<string, string>} words
 * @property {Header[]} arrays for each method its pieces, row by row
 * @property {string} bytes */
/** What it gives the packed row. H heads, T tokens, L layers.
 * @typedef {object} RowData
 * @property {"row"} part @property {string[]} tokens (T,) @property {number} reader the query to begin with
 * @property {number[]} documents (T,) @property {number[]} positions (T,)
 * @property {number[]} crossing (H,) weight that goes to other documents @property {number} layers L
 * @property {string[]} switches those that the model has
 * @property {{ mask: boolean, restart: boolean, separator: boolean, layer: number, head: number }} choice
 * @property {string} lang @property {Record<string, string>} words
 * @property {Header[]} arrays pattern (H, T, T)
 * @property {string} bytes */

export default function packing(given) {
  return mountView(given, given.data.part === "batch" ? Batch : Row, "packing", (choice) =>
    given.setStateValue("choice", choice),
  );
}
