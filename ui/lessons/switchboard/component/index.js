// The attention of two models of the switchboard, with what they would say next (maps.js). Layers and heads count from 0
// here, from 1 on screen.

import { mountView } from "../../../components/base/view.js";
import { Maps } from "./maps.js";

/** What ui/lessons/switchboard/view.py gives. L layers, H heads, T tokens.
 * @typedef {Packed & { tokens: string[], layer: number, head: number, sides: { title: string, next:
 *   [string, number, string][] }[], lang: string, words: Record<string, string> }} MapsData next: token,
 *   probability, and it in words. Arrays: pattern0 and pattern1 (L, H, T, T) */

export default function switchboard(given) {
  return mountView(given, Maps, "switch-maps");
}
