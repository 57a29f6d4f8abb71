// Lesson 3 in three views: the loop itself, the same seed again, greedy beside beam search. `data` comes from ui/loop.py.
// Orders go to Python one at a time; an order given while another is under way waits, and only the last one waits.

const views = new WeakMap(); // mounted root -> view

export default function loop({ data, parentElement, setTriggerValue }) {
  let view = views.get(parentElement);
  if (!view) {
    const kinds = { loop: Loop, proof: Proof, beams: Beams };
    views.set(parentElement, (view = new kinds[data.view](parentElement.querySelector(".root"))));
  }
  view.receive(data, (order) => setTriggerValue("order", order));
  return () => {
    view.remove();
    views.delete(parentElement);
  };
}
