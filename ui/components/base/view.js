// Views: what a component shows, its keys and its link.

import { colours } from "./colours.js";
import { div, el, fill } from "./elements.js";
import { clamp, integer, number, percent, unpack } from "./numbers.js";

// Arrow keys, Home and End: move(down, right).
export function arrows(node, move) {
  const steps = {
    ArrowUp: [-1, 0],
    ArrowDown: [1, 0],
    ArrowLeft: [0, -1],
    ArrowRight: [0, 1],
    Home: [0, -1e6],
    End: [0, 1e6],
  };
  node.addEventListener("keydown", (event) => {
    const step = steps[event.key];
    if (!step || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    move(...step);
  });
  return node;
}
// The same in a list, where down and right are one way: go(by).
export const along = (node, go) => arrows(node, (down, right) => go(down + right));

// Of radio buttons one is chosen, and the Tab key stops at that one only.
export function check(buttons, chosen) {
  buttons.forEach((button, i) => {
    button.setAttribute("aria-checked", i === chosen);
    button.tabIndex = i === chosen ? 0 : -1;
  });
}
export class Radios {
  constructor(className, label, buttons, choose) {
    this.buttons = buttons;
    this.node = along(el("div", { className, role: "radiogroup", "aria-label": label }, ...buttons), (by) => {
      choose(clamp(this.chosen + by, 0, buttons.length - 1));
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
    check(this.buttons, chosen);
  }
}

export const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

// Selections that only the component knows go to the link, without a request to the server. It is ui/server/head.html that keeps
// them there, where the server, which has not seen them, writes the link anew.
export function remember(values) {
  window.vetro.select(values);
}
// What the link says; and a number of it that counts from 1, as one that counts from 0, where there are so many.
export const inLink = (name) => new URL(location.href).searchParams.get(name);
export function linked(name, count, otherwise = null) {
  const n = Number(inLink(name));
  return Number.isInteger(n) && n >= 1 && n <= count ? n - 1 : otherwise;
}

/** What a component shows, in a box of its own: made once, given data by update(data, palette) at every run, fitted when
 * its size changes, removed in the end. `d` is the data of the last run; `report` takes what is for the server. */
export class View {
  constructor(box) {
    this.box = box;
    this.watch = new ResizeObserver(() => this.fit());
    this.watch.observe(box);
    this.gone = new AbortController();
  }

  fit() {}

  remove() {
    this.watch.disconnect();
    this.gone.abort();
    this.box.remove();
  }

  /** For what happens outside the box. */
  listen(target, type, act) {
    target.addEventListener(type, act, { signal: this.gone.signal });
  }

  get focused() {
    return this.box.getRootNode().activeElement;
  }
  number(x) {
    return number(x, this.d.lang);
  }
  percent(p) {
    return percent(p, this.d.lang);
  }
  integer(n) {
    return integer(n, this.d.lang);
  }
  fill(section, values) {
    return fill(this.d.words[section], values);
  }
}
/** Leaves what a component was given where the page's own scripts find it, for the figure's CSV file and its table
 * (ui/server/browser/numbers.js), and tells them. */
export function exposeData(root, data) {
  root.data = () => ({ ...data, arrays: data.bytes ? unpack(data) : {} });
  root.dispatchEvent(new Event("vetro-data", { bubbles: true, composed: true }));
}

/** A component's run: its view, which outlives new data, is made if there is none; the answer ends it. */
export function mountView({ data, parentElement }, Kind, className, report) {
  const root = parentElement.querySelector(".root");
  exposeData(root, data);
  const view = (root.view ??= new Kind(root.appendChild(div(className))));
  view.report = report;
  view.update(data, colours(parentElement));
  return () => {
    view.remove();
    root.view = null;
  };
}
