// Lesson 9. Two parts of its page: the drawings of two blocks (drawings.js), and the attention of two models of the
// switchboard with what they would say next (maps.js). Layers and heads count from 0 here, from 1 on screen.

import { mountView } from "../../../components/base/view.js";
import { Drawings } from "./drawings.js";
import { Maps } from "./maps.js";

/** What ui/lessons/blocks/view.py gives for the drawings: two models, and what is to be said of each part.
 * @typedef {{ name: string, slot: string, label: string, sub?: string, absent?: boolean }} Part
 * @typedef {{ label: string, values: number[], shown: string[] }} Reading a value for each layer, or one
 * @typedef {{ here: boolean, what: string, paper?: boolean, label?: string, sub?: string, shape?: string[],
 *   parameters?: string, readings?: Reading[] }} SideFact
 * @typedef {object} Side
 * @property {string} name "old" or "new" @property {string} title @property {string} short @property {string} model
 * @property {Part[]} parts @property {Record<string, Part[]>} inside what a part holds @property {string} token
 * @property {string} times @property {boolean} rotary @property {boolean} causal @property {boolean} window
 * @property {number} heads @property {number} kv_heads @property {[number, number] | null} experts all and active
 * @typedef {{ title: string, differs: boolean, why: string, from: string, sides: Record<string, SideFact> }} Fact
 * @typedef {{ part: "drawings", slots: string[], sides: Side[], facts: Record<string, Fact>, lang: string, words:
 *   Record<string, string> }} DrawingsData */
/** What switchboard.py gives for the maps. L layers, H heads, T tokens.
 * @typedef {Packed & { part: "maps", tokens: string[], layer: number, head: number, sides: { title: string, next:
 *   [string, number, string][] }[], lang: string, words: Record<string, string> }} MapsData next: token,
 *   probability, and it in words. Arrays: pattern0 and pattern1 (L, H, T, T) */

export default function blocks(given) {
  return given.data.part === "drawings"
    ? mountView(given, Drawings, "drawings")
    : mountView(given, Maps, "switch-maps");
}
