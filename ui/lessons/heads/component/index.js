// The figures of the lesson: `data.view` says which. Each is mounted by itself, fed once by ui/lessons/heads/view.py,
// and asks nothing of the server. They share the head that is chosen: it stands in the link, and an event says that
// it changed. Layers, heads and tokens count from 0 here, from 1 on screen and in the link.

import { mountView } from "../../../components/base/view.js";
import { Effects } from "./effects.js";
import { Explorer } from "./explorer.js";
import { Kinds } from "./kinds.js";

/** What ui/lessons/heads/view.py gives all figures. L layers, H query heads, G key/value heads, T tokens.
 * @typedef {object} Common
 * @property {string} view @property {{ layers: number, heads: number, groups: number }} sizes
 * @property {[number, number]} start layer and head to begin with
 * @property {string} lang @property {Record<string, string>} words */
/** @typedef {Common & Packed & { tokens: string[], model: string, reader: number, special: boolean[], first: string
 *   }} ExplorerData arrays: pattern (L, H, T, T), and what each head writes at each token, sources (L, H, T) the norm of what it
 *   would write if it attended to one key token alone */
/** @typedef {Common & Packed & { token: string }} EffectsData arrays: effects (L, H) on the logit of the token */
/** @typedef {Common & Packed & { kinds: string[], counts: number[], best: [number, number][][] }} KindsData arrays:
 *   kind (L, H), scores (kinds, L, H), wanted (kinds, T, T), and patterns and shares of the best heads of each kind */
export default function heads(given) {
  const { view } = given.data;
  return mountView(given, { explorer: Explorer, effects: Effects, kinds: Kinds }[view], `heads ${view}`);
}
