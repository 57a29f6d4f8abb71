// Two blocks drawn part by part (drawings.js). Layers count from 0 here, from 1 on screen.

import { mountView } from "../../../components/base/view.js";
import { Drawings } from "./drawings.js";

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
 * @typedef {{ title: string, differs: boolean, why: string, from: [string, string][], sides: Record<string, SideFact>
 *   }} Fact from: texts, each with the address it links to, or ""
 * @typedef {{ slots: string[], sides: Side[], facts: Record<string, Fact>, lang: string, words:
 *   Record<string, string> }} DrawingsData */

export default function blocks(given) {
  return mountView(given, Drawings, "drawings");
}
