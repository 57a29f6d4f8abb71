// Lesson 11. Two parts of its page: the batch drawn to scale (batch.js) and the attention of one packed row (row.js).
// Rows come from model/packing.py, weights from the model; nothing about them is decided here. Rows, documents and
// tokens count from 0 here, from 1 on screen; positions count from 0 on screen too, as in lesson 10.

import { mountView } from "../../../components/base/view.js";
import { Batch } from "./batch.js";
import { Row } from "./row.js";

/** What ui/lessons/packing gives; see batch.py and row.py.
 * @typedef {import("../../../components/base/numbers.js").Packed & Record<string, any>} BatchData arrays: the rows of each way
 *   of packing, documents and places
 * @typedef {import("../../../components/base/numbers.js").Packed & Record<string, any>} RowData arrays: pattern (H, T, T) */

export default function packing(given) {
  return mountView(given, given.data.part === "batch" ? Batch : Row, "packing", (choice) =>
    given.setStateValue("choice", choice),
  );
}
