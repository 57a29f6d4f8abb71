// The machine at a glance. Geometry first (plan), then the drawing; `data` is packed by ui/lessons/machine/readings.py.
// Words of the prompt only ever become text nodes.

import { el, fill, weave, within } from "../../../components/base/elements.js";
import { inLink, linked, mountView, remember, still, View } from "../../../components/base/view.js";
import { drawMachine } from "./drawing.js";
import { named, piece } from "./elements.js";
import { flow } from "./head.js";
import { arithmetic, headPanel, layerPanel, tokenPanel } from "./panel.js";
import { showLayer } from "./stack.js";

/** What ui/lessons/machine/readings.py gives: the pass that makes the next token. L layers, T tokens, D hidden size.
 * @typedef {object} Data
 * @property {string[]} tokens (T,) @property {number[]} ids (T,) @property {string[]} bytes (T,) hexadecimal
 * @property {number[]} embed (T,) lengths
 * @property {number} first the first token that is drawn
 * @property {string[]} lens (L,) the likeliest token after each layer @property {number[]} probability (L,) its own
 * @property {number[]} attention (L,) @property {number[]} mlp (L,) @property {number[]} stream (L,) lengths at the
 *   last token
 * @property {number[]} heads (L,) the head that is shown @property {number[][]} weights (L, T) of it, from the last
 *   token
 * @property {number} opened the layer to begin with
 * @property {{ vectors: number[][], lengths: number[], difference: number }[]} sums (L,) what is added up in a layer
 * @property {{ token: string, id: number, p: number, score: number, appendable: boolean }[]} candidates
 * @property {{ count: number, p: number }} others
 * @property {?number} normed norm of the last vector behind the final norm, if there is one
 * @property {number} vocabulary @property {number} width D
 * @property {boolean} full no more fits
 * @property {string} lang @property {Record<string, string>} words */

export default function machine(given) {
  return mountView(given, Machine, "machine", given.setTriggerValue);
}

class Machine extends View {
  /** @type {Data} */
  d;

  button;
  drawn;
  ink;
  measure;
  narrow;
  next;
  p; // where everything stands, of plan.js
  panel;
  river;
  rows;
  stack;
  sum;
  tail;
  tip;

  open = null; // {part: "layer" | "token" | "head", at}
  layer = null;

  constructor(box) {
    super(box);
    box.setAttribute("role", "group");
    document.fonts.ready.then(() => drawMachine(this)); // what was measured in another type stands wrong
    this.listen(document, "keydown", (event) => this.pressed(event));
  }

  fit() {
    if (this.shape() !== this.drawn) drawMachine(this);
  }

  update(data) {
    const before = this.d;
    this.d = data;
    this.w = data.words;
    this.waiting = false;
    this.box.classList.remove("busy");
    this.layer = Math.min(this.layer ?? data.opened, data.stream.length - 1);
    this.open ??= {
      part: ["token", "head"].includes(inLink("part")) ? inLink("part") : "layer",
      at: linked("token", data.tokens.length, 0),
    };
    if (this.chosen) remember({ layer: this.layer + 1 }); // a new prompt writes the link anew, as the server knows it
    if (this.open.at >= data.tokens.length) this.open.at = data.tokens.length - 1;
    drawMachine(this);
    const n = data.ids.length;
    if (before?.ids.length === n - 1 && before.ids.every((id, i) => id === data.ids[i]) && !still()) this.arrive();
  }

  share(x) {
    return `${this.integer(Math.round(100 * x))}\u202f%`;
  } // of a look, at a glance
  shape() {
    return `${this.box.clientWidth} ${this.low}`;
  }

  // -------------------------------------------------------------- the whole picture

  focus(key) {
    if (key) this.box.querySelector(`[data-key="${key}"]`)?.focus({ preventScroll: true });
  }

  heading(digit, text, onclick) {
    return el(
      "h2",
      {},
      el(
        "button",
        { type: "button", "data-key": `part-${digit}`, onclick },
        el("i", { "aria-hidden": "true" }, digit),
        " ",
        text,
      ),
    );
  }

  // -------------------------------------------------------------- the head

  /** Points at the candidate that would be appended: the dotted line and the dashed chip show where it goes. */
  point(i) {
    const c = this.d.candidates[i];
    this.rows.forEach((row, k) => row.classList.toggle("on", k === i));
    this.next.classList.toggle("none", this.d.full || !c.appendable);
    this.next.querySelector("bdi").replaceChildren(...piece(c.token, 9));
    this.next.querySelector("small").textContent = c.id;
    flow(this, i);
  }

  append(c) {
    if (this.waiting || this.d.full || !c.appendable) return;
    this.waiting = true;
    this.box.classList.add("busy");
    this.report("append", c.id);
    setTimeout(() => {
      this.waiting = false; // should no answer come, the button must work again
      this.box.classList.remove("busy");
    }, 4000);
  }

  // -------------------------------------------------------------- what is opened

  choose(layer) {
    this.layer = Math.min(this.p.layers - 1, Math.max(0, layer));
    this.chosen = true;
    remember({ layer: this.layer + 1 });
    this.opens({ part: "layer" });
  }

  opens(open) {
    const focused = this.focused?.dataset.key;
    this.open = open;
    remember({ part: open.part === "layer" ? null : open.part, token: open.part === "token" ? open.at + 1 : null });
    this.show();
    this.focus(focused);
  }

  show() {
    const { part, at } = this.open;
    showLayer(this);
    this.sum.replaceChildren(...arithmetic(this));
    this.panel.className = `panel ${part}`;
    this.panel.replaceChildren(
      ...(part === "layer" ? layerPanel(this) : part === "token" ? tokenPanel(this, at) : headPanel(this)),
    );
    this.box
      .querySelectorAll(".word")
      .forEach((word) => word.classList.toggle("open", part === "token" && word.dataset.key === `token-${at}`));
    this.point(0);
  }

  // -------------------------------------------------------------- pointer and keys

  climb(event) {
    const by = { ArrowUp: 1, ArrowRight: 1, ArrowDown: -1, ArrowLeft: -1, PageUp: 5, PageDown: -5, Home: -99, End: 99 }[
      event.key
    ];
    if (!by) return;
    event.preventDefault();
    this.choose(this.layer + by);
  }

  pressed(event) {
    const target = event.composedPath()[0];
    const taken =
      target !== this.stack &&
      target.closest?.(
        "input, textarea, select, button, a, summary, [contenteditable], [role=option], [role=combobox], [role=dialog], [role=region]",
      );
    const box = this.stack.getBoundingClientRect();
    const inSight = box.bottom > 60 && box.top < innerHeight - 60; // elsewhere the space bar turns the page, as always
    if (event.key !== " " || taken || !inSight || event.metaKey || event.ctrlKey || event.altKey) return;
    event.preventDefault();
    if (!event.repeat) this.append(this.d.candidates[0]);
  }

  /** The row and track nearest to the pointer. */
  under(event) {
    const { p } = this;
    const [x, y] = within(this.stack, event);
    const nearest = (distances) => distances.reduce((best, value, i) => (value < distances[best] ? i : best), 0);
    const row = nearest(Array.from({ length: p.layers + 1 }, (_, i) => Math.abs(p.y(i) - y)));
    const track = nearest(p.x.map((at) => Math.abs(at - x)));
    return { row, track, on: Math.abs(p.x[track] - x) < 12 && Math.abs(p.y(row) - y) < p.pitch };
  }

  hover(event) {
    const { p, d, w } = this;
    const { row, track, on } = this.under(event);
    this.tip.classList.toggle("on", on);
    if (!on) return;
    const where = row ? fill(w["layer-of"], { n: row, layers: p.layers }) : w.embedding;
    this.tip.replaceChildren(
      where,
      " · ",
      named(d.tokens[p.first + track]),
      el("br"),
      ...weave(w["would-say"], { token: named(p.lens[track][row]), p: this.percent(p.probability[track][row]) }),
    );
    const [x, y] = within(this.box, event);
    const left = Math.min(x + 14, this.box.offsetWidth - this.tip.offsetWidth - 4);
    this.tip.style.transform = `translate(${Math.max(0, left)}px, ${y - this.tip.offsetHeight - 12}px)`;
  }

  /** A token was appended: its chip slides in from the dashed place, its track rises, the candidates grow. */
  arrive() {
    const ease = { duration: 420, easing: "cubic-bezier(.2, .7, .2, 1)", fill: "backwards" };
    const move = (selector, frames, more) =>
      this.box.querySelectorAll(selector).forEach((node) => node.animate(frames, { ...ease, ...more }));
    move(".word.last", [
      { transform: "translate(calc(-50% + 26px))", opacity: 0.3 },
      { transform: "translate(-50%)", opacity: 1 },
    ]);
    move(".track.last", [{ clipPath: "inset(100% -200px 0 -200px)" }, { clipPath: "inset(-20px -200px 0 -200px)" }], {
      duration: 600,
    });
    move(".bar", [{ transform: "scaleX(0)" }, { transform: "none" }], { delay: 350 });
    move(".river", [{ opacity: 0 }, { opacity: 1 }], { delay: 350 });
  }
}
