// Lesson `sharing`: which query head reads which key and value, for each way of sharing (sharing.js). Fed once by
// ui/lessons/sharing/view.py; asks nothing of the server. Heads and ways count from 0 here, from 1 in the link.

import { mountView } from "../../../components/base/view.js";
import { Sharing } from "./sharing.js";

/** What ui/lessons/sharing/view.py gives it.
 * @typedef {object} SharingData
 * @property {number} heads query heads @property {number} groups key/value heads of the model itself
 * @property {string} model its title @property {number} context tokens
 * @property {{ kv_heads: number, numbers: number, parameters: string, cache: string }[]} ways the cache's size at this
 *   context
 * @property {[number, number]} start way and query head to begin with
 * @property {string} lang @property {Record<string, string>} words */

export default function sharing(given) {
  return mountView(given, Sharing, "sharing");
}
