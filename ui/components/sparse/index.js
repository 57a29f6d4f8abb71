// Lesson 7. Two parts of its page: the grid with its controls (grid.js), and the text with what each token lost
// (losses.js). Masks and reach come from model/masks.py, for every pattern and size; nothing about them is decided here.
// Tokens count from 0 here, from 1 on screen and in the link.

const views = new WeakMap(); // outlives new data

export default function sparse({ data, parentElement, setStateValue }) {
  let view = views.get(parentElement);
  if (!view) views.set(parentElement, (view = new (data.part === "grid" ? Grid : Losses)(parentElement.querySelector(".root"))));
  view.report = setStateValue;
  view.update(data, colours(parentElement));
  return () => {
    view.remove();
    views.delete(parentElement);
  };
}

// ---------------------------------------------------------------- nodes

const range = (n) => Array.from({ length: n }, (_, i) => i);
const clamp = (x, low, high) => Math.min(Math.max(x, low), high);
const div = (className, ...children) => el("div", { className }, ...children);
const span = (className, ...children) => el("span", { className }, ...children);

/** A text of content/ with nodes in its gaps: the counterpart of `fill`. */
const weave = (text, values) => text.split(/\{(\w+)\}/).map((part, i) => (i % 2 ? values[part] : part));

/** Ink or paper, whichever can be read; on the middle of a dark theme's ramp neither can, black or white always. */
function readable(colour, palette) {
  const chosen = inkOn(colour, palette);
  const [a, b] = [luminance(colour), luminance(chosen)].sort((x, y) => y - x);
  return (a + 0.05) / (b + 0.05) >= 4.5 ? chosen : inkOn(colour, { ink: "#ffffff", paper: "#000000" });
}

/** Arrow keys, Home and End: move(steps). */
function arrows(node, move) {
  const steps = { ArrowUp: -1, ArrowDown: 1, ArrowLeft: -1, ArrowRight: 1, Home: -1e6, End: 1e6 };
  node.addEventListener("keydown", (event) => {
    const step = steps[event.key];
    if (!step || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    move(step);
  });
  return node;
}

/** Buttons of which one is chosen, in a row that is one stop of the Tab key. */
class Radios {
  constructor(className, label, buttons, choose) {
    this.buttons = buttons;
    this.node = arrows(el("div", { className, role: "radiogroup", "aria-label": label }, ...buttons), (step) => {
      choose(clamp(this.chosen + step, 0, buttons.length - 1));
      buttons[this.chosen].focus();
    });
    buttons.forEach((button, i) => {
      button.type = "button";
      button.setAttribute("role", "radio");
      button.onclick = () => choose(i);
    });
  }

  paint(chosen) {
    this.chosen = chosen;
    this.buttons.forEach((button, i) => {
      button.setAttribute("aria-checked", i === chosen);
      button.tabIndex = i === chosen ? 0 : -1;
    });
  }
}

/** A text as chips, one of them chosen. */
const passage = (tokens, label, choose) =>
  new Radios("passage", label, tokens.map((token) => chip(token, "", "button")), choose);
