// Lesson 11. Two parts of its page: the batch drawn to scale (batch.js) and the attention of one packed row (row.js).
// Rows come from model/packing.py, weights from the model; nothing about them is decided here. Rows, documents and
// tokens count from 0 here, from 1 on screen; positions count from 0 on screen too, as in lesson 10.

const views = new WeakMap(); // outlives new data

export default function packing({ data, parentElement, setStateValue }) {
  let view = views.get(parentElement);
  if (!view) views.set(parentElement, (view = new (data.part === "batch" ? Batch : Row)(parentElement.querySelector(".root"))));
  view.report = (choice) => setStateValue("choice", choice);
  view.update(data, colours(parentElement));
  return () => {
    view.remove();
    views.delete(parentElement);
  };
}

const range = (n) => Array.from({ length: n }, (_, i) => i);
const clamp = (x, low, high) => Math.min(Math.max(x, low), high);
const div = (className, ...children) => el("div", { className }, ...children);
const span = (className, ...children) => el("span", { className }, ...children);

/** Ink or paper, whichever can be read; on the middle of a dark theme's ramp neither can, black or white always. */
function readable(colour, palette) {
  const chosen = inkOn(colour, palette);
  const [a, b] = [luminance(colour), luminance(chosen)].sort((x, y) => y - x);
  return (a + 0.05) / (b + 0.05) >= 4.5 ? chosen : inkOn(colour, { ink: "#ffffff", paper: "#000000" });
}

/** A canvas of this many CSS pixels, sharp on any screen: a pen that counts in them. */
function penOf(canvas, width, height) {
  const sharp = devicePixelRatio || 1;
  [canvas.width, canvas.height] = [Math.round(width * sharp), Math.round(height * sharp)];
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  const pen = canvas.getContext("2d");
  pen.scale(sharp, sharp);
  pen.font = `400 12px ${getComputedStyle(canvas).getPropertyValue("--mono")}`;
  pen.textBaseline = "middle";
  return pen;
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
