// The figures of the lesson: `data.view` says which. Each is mounted by itself, fed once by
// ui/lessons/experts/view.py, and asks nothing of the server. Layers, tokens and experts count from 0 here, from 1
// on screen and in the link.

import { mountView } from "../../../components/base/view.js";
import { Block } from "./block.js";
import { RoutingDiagram } from "./diagram.js";
import { Kinds } from "./kinds.js";

/** What ui/lessons/experts/view.py and purposes.py give. L layers, T tokens, E experts, A active experts, C kinds of
 * token.
 * @typedef {{ view: "block", experts: number, heads: number, layers: number, active: number, token: string, index:
 *   number[], weights: number[], lang: string, words: Record<string, string> }} BlockData index and weights (A,) of
 *   the token
 * @typedef {Packed & { view: "yard", tokens: string[], start: [number, number], width: number, lang: string, words:
 *   Record<string, string> }} RoutingData start: layer and token. Arrays: logits and probs (L, T, E), index and
 *   weight (L, T, A), and the first numbers of what experts give
 * @typedef {Packed & { view: "kinds", classes: string[], typical: any[][], loads: number[][], start: number, lang:
 *   string, words: Record<string, string> }} KindsData loads (L, E). Arrays: lift (L, C, E) */

export default function experts(given) {
  const { view } = given.data;
  return mountView(given, { block: Block, yard: RoutingDiagram, kinds: Kinds }[view], `experts ${view}`);
}
