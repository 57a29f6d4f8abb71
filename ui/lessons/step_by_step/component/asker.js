import { chip, clip } from "../../../components/base/elements.js";
import { View } from "../../../components/base/view.js";

const LOST = 15000; // ms after which an answer is no longer expected

export const named = (word) => chip(clip(word, 24), "inline");

/** A view that gives orders to Python, one at a time; of those given meanwhile only the last one waits. */
export class Asker extends View {
  /** Gets the data of the run before this one, undefined at the first. @type {(before: any) => void} */
  draw() {}

  update(data, palette) {
    const before = this.d;
    clearTimeout(this.lost);
    this.d = data;
    this.w = data.words;
    this.palette = palette;
    this.busy = false;
    this.draw(before);
    const next = this.next;
    this.next = null;
    if (next) this.ask(next);
  }

  /** `order` is what Python gets, or a function that says it when it can be sent. */
  ask(order) {
    if (this.busy) {
      this.next = order;
      return;
    }
    const given = typeof order === "function" ? order() : order;
    if (!given) return;
    this.busy = true;
    this.lost = setTimeout(() => (this.busy = false), LOST);
    this.asked = performance.now();
    this.report(given);
  }

  remove() {
    clearTimeout(this.lost);
    super.remove();
  }
}
