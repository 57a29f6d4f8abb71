// Lesson 9. Two parts of its page: the drawings of two blocks (drawings.js), and the attention of two models of the
// switchboard with what they would say next (maps.js). Layers and heads count from 0 here, from 1 on screen.

const views = new WeakMap(); // outlives new data

export default function blocks({ data, parentElement }) {
  let view = views.get(parentElement);
  if (!view) views.set(parentElement, (view = new { drawings: Drawings, maps: Maps }[data.part](parentElement.querySelector(".root"))));
  view.update(data, colours(parentElement));
  return () => {
    view.remove();
    views.delete(parentElement);
  };
}

/** One of several, as buttons in a row. */
function choices(label, names, pick) {
  const buttons = names.map((name, i) => el("button", { type: "button", role: "radio", onclick: () => pick(i) }, name));
  const group = el("div", { className: "choices", role: "radiogroup", "aria-label": label }, ...buttons);
  const steps = { ArrowUp: -1, ArrowLeft: -1, ArrowDown: 1, ArrowRight: 1, Home: -99, End: 99 };
  group.addEventListener("keydown", (event) => {
    if (!steps[event.key]) return;
    event.preventDefault();
    const next = clamp(buttons.indexOf(event.target.closest("button")) + steps[event.key], 0, buttons.length - 1);
    buttons[next].focus();
    pick(next);
  });
  return { group, set: (index) => check(buttons, index) };
}
