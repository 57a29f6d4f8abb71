// Views: what a component shows, its keys and its link.

import { colours } from "./colours.js";
import { div, el, fill } from "./elements.js";
import { clamp, integer, number, percent } from "./numbers.js";

/** Arrow keys, Home and End: move(down, right).
 * @template {HTMLElement} T @param {T} node @param {(down: number, right: number) => void} move @returns {T} */
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
    move(step[0], step[1]);
  });
  return node;
}
/** The same in a list, where down and right are one way: go(by).
 * @template {HTMLElement} T @param {T} node @param {(by: number) => void} go @returns {T} */
export const along = (node, go) => arrows(node, (down, right) => go(down + right));

/** Of radio buttons one is chosen, and the Tab key stops at that one only.
 * @type {(buttons: HTMLElement[], chosen: number) => void} */
export function check(buttons, chosen) {
  buttons.forEach((button, i) => {
    button.setAttribute("aria-checked", i === chosen);
    button.tabIndex = i === chosen ? 0 : -1;
  });
}
/** Buttons of which one is chosen, by the pointer or by arrow keys. */
export class Radios {
  /** @param {string} className @param {string} label @param {any[]} buttons @param {(index: number) => void} choose */
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

  /** @param {number} chosen */
  paint(chosen) {
    this.chosen = chosen;
    check(this.buttons, chosen);
  }
}

export const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

/** Selections that only the component knows go to the link, null to leave it, without a request to the server. It is
 * ui/server/head.html that keeps them there, where the server, which has not seen them, writes the link anew.
 * @type {(values: Record<string, string | number | null>) => void} */
export function remember(values) {
  window.vetro.select(values);
}
/** What the link says. @type {(name: string) => string | null} */
export const inLink = (name) => new URL(location.href).searchParams.get(name);
/** A number of the link that counts from 1, as one that counts from 0, where there are so many.
 * @type {(name: string, count: number, otherwise?: number | null) => any} */
export function linked(name, count, otherwise = null) {
  const n = Number(inLink(name));
  return Number.isInteger(n) && n >= 1 && n <= count ? n - 1 : otherwise;
}

/** What Streamlit gives a component. `data` holds `words`, the texts by section, and `lang` besides its own.
 * @typedef {{ data: any, parentElement: ShadowRoot | HTMLElement, setStateValue: (name: string, value: any) => void,
 *   setTriggerValue: (name: string, value: any) => void }} Given */

/** The numbers of a figure as it is now, in full, under their heads.
 * @typedef {{ heads: string[], rows: (string | number)[][] }} Table */

/** What a component shows, in a box of its own: made once, given data by update(data, palette) at every run, fitted
 * when its size changes, removed in the end. */
export class View {
  /** The data of the last run. @type {any} */
  d;
  /** Its words, by section. @type {Record<string, string>} */
  w;
  /** @type {import("./colours.js").Palette} */
  palette;
  /** Takes what is for the server. @type {(...values: any[]) => void} */
  report;

  /** @param {HTMLElement} box */
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

  /** For what happens outside the box.
   * @type {(target: EventTarget, type: string, act: (event: any) => void) => void} */
  listen(target, type, act) {
    target.addEventListener(type, act, { signal: this.gone.signal });
  }

  /** Whether the screen is so low that what belongs together stands closer; the presenter's view makes it lower. */
  get low() {
    return innerHeight / (this.box.currentCSSZoom ?? 1) < 860;
  }
  /** The element that has the focus, in this component or elsewhere. @returns {any} */
  get focused() {
    const root = /** @type {Document | ShadowRoot} */ (this.box.getRootNode());
    return root.activeElement;
  }
  /** @param {number} x */
  number(x) {
    return number(x, this.d.lang);
  }
  /** @param {number} p */
  percent(p) {
    return percent(p, this.d.lang);
  }
  /** @param {number} n */
  integer(n) {
    return integer(n, this.d.lang);
  }
  /** @param {string} section @param {Record<string, any>} values */
  fill(section, values) {
    return fill(this.d.words[section], values);
  }
}

/** What the page's own scripts want to know of a figure (ui/server/browser/figures.js): what its files are called, and
 * its numbers where the server has no table of them. @type {(root: any, data: any, asTable?: () => Table) => void} */
export function introduce(root, data, asTable) {
  root.dataset.file = data.file;
  root.asTable = asTable;
  root.dispatchEvent(new Event("vetro-data", { bubbles: true, composed: true }));
}

/** How each mounted component is drawn, by its root. For paper they are drawn anew, in its colours: when Streamlit does
 * so, the browser has taken its picture. @type {Map<any, () => void>} */
export const drawings = new Map();
addEventListener("beforeprint", () => {
  for (const draw of drawings.values()) draw();
});

/** Draws a component, now and for paper. @type {(root: any, draw: () => void) => void} */
export function drawn(root, draw) {
  drawings.set(root, draw);
  draw();
}

/** A component's run: its view, which outlives new data, is made if there is none; the answer ends it.
 * @type {(given: Given, Kind: new (box: HTMLElement) => any, className: string,
 *   report?: (...values: any[]) => void) => () => void} */
export function mountView({ data, parentElement }, Kind, className, report) {
  /** @type {any} */
  const root = parentElement.querySelector(".root");
  const view = (root.view ??= new Kind(root.appendChild(div(className))));
  view.report = report;
  drawn(root, () => view.update(data, colours(parentElement)));
  introduce(root, data, view.asTable && (() => view.asTable()));
  return () => {
    drawings.delete(root);
    view.remove();
    root.view = null;
  };
}
