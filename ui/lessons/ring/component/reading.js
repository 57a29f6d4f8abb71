// Where the round stands, in the bar and in a sentence.

import { chip, el, weave } from "../../../components/base/elements.js";

export function paintBar(view) {
  const { step } = view.s;
  const { focused } = view;
  const last = view.N - 1;
  view.backButton.disabled = step === 0;
  view.stepButton.disabled = step === last;
  if (focused?.disabled) (step ? view.backButton : view.stepButton).focus(); // a disabled button loses the keyboard
  view.playButton.textContent = view.w[view.timer ? "pause" : step === last ? "again" : "play"];
  view.dots.forEach((dot, i) => (dot.className = i < step ? "past" : i === step ? "now" : ""));
  const text = view.fill("step-of", { step: step + 1, steps: view.N });
  view.track.setAttribute("aria-valuenow", step + 1);
  view.track.setAttribute("aria-valuetext", text);
  view.middle.replaceChildren(
    ...weave(view.w["step-middle"], { step: el("b", {}, String(step + 1)), steps: String(view.N) }),
  );
}

export function paintSentence(view) {
  const { step, query } = view.s;
  const block = view.block(view.device);
  const [count, all] = [view.readBy(query), query + 1];
  const section =
    block > view.device ? "read-future" : step === 0 ? "read-own" : count === all ? "read-last" : "read-past";
  const values = {
    step: step + 1,
    device: view.device + 1,
    block: block + 1,
    query: chip(view.d.tokens[query]),
    count: String(count),
    all: String(all),
  };
  view.said.replaceChildren(...weave(view.w[section], values));
}
