// Lesson 3 in three views: the loop itself, the same seed again, greedy beside beam search. `data` comes from ui/lessons/step_by_step/view.py.
// Orders go to Python one at a time; an order given while another is under way waits, and only the last one waits.

import { mountView } from "../../../components/base/view.js";
import { Beams } from "./beams.js";
import { Loop } from "./loop.js";
import { Proof } from "./proof.js";

export default function loop(given) {
  const { view } = given.data;
  return mountView(given, { loop: Loop, proof: Proof, beams: Beams }[view], `view ${view}`, (order) =>
    given.setTriggerValue("order", order),
  );
}
