// The lesson in three views: the loop itself, the same seed again, greedy beside beam search. `data` comes from
// ui/lessons/step_by_step/view.py. Orders go to Python one at a time; an order given while another is under way
// waits, and only the last one waits.

import { mountView } from "../../../components/base/view.js";
import { Beams } from "./beams.js";
import { Loop } from "./loop.js";
import { Proof } from "./proof.js";

/** What ui/lessons/step_by_step gives the loop: a tree of texts, node by node; 0 is the prompt.
 * @typedef {object} LoopData
 * @property {"loop"} view @property {number} turn @property {string[]} prompt
 * @property {{ parent: number[], id: number[], token: string[], p: number[], forced: boolean[], lane: number[] }}
 *   nodes
 * @property {number} at the node where the next token is appended
 * @property {{ id: number, token: string, p: number, q: number }[]} candidates p as the model says, q at the
 *   temperature
 * @property {number} drawn id of the token that the dice choose @property {number | null} rank of it, beyond the
 *   candidates
 * @property {{ count: number, p: number, q: number }} others
 * @property {number} temperature @property {number} seed @property {number} lastSeed @property {number} hottest
 * @property {number} limit @property {boolean} full @property {boolean} ended
 * @property {string} lang @property {Record<string, string>} words */
/** What it gives for three texts of two seeds; without `rows` they were not asked for yet. N tokens.
 * @typedef {object} ProofData
 * @property {"proof"} view @property {number} turn @property {number} tokens N @property {number} faces of a die
 * @property {{ seed: number, id: number[], token: string[], p: number[], dice: number[] }[]} [rows]
 * @property {number[]} [equal] tokens that the second and the third have in common with the first
 * @property {number} [difference] of a probability between the first two @property {number} [temperature]
 * @property {string} lang @property {Record<string, string>} words */
/** What it gives for beam search beside greedy, as one tree; without `ends` it was not asked for yet.
 * @typedef {object} BeamsData
 * @property {"beams"} view @property {number} turn @property {number[]} widths @property {number} steps
 * @property {number} texts that there are of so many tokens @property {number} [width]
 * @property {string[]} [start] the last tokens before @property {boolean} [cut] there are more
 * @property {{ parent: number[], token: string[], p: number[], lane: number[] }} [nodes]
 * @property {{ node: number, sum: number, rank: number }[]} [ends] texts that nothing follows; rank 0 is in no beam
 * @property {number[]} [greedy] its nodes @property {number} [left] the step after which it was in no beam, or 0
 * @property {number} [gain] how many times as likely the best beam is
 * @property {string} lang @property {Record<string, string>} words */

export default function loop(given) {
  const { view } = given.data;
  return mountView(given, { loop: Loop, proof: Proof, beams: Beams }[view], `view ${view}`, (order) =>
    given.setTriggerValue("order", order),
  );
}
