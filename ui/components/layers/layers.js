import { el } from "../base/elements.js";
import { clamp, range } from "../base/numbers.js";
import { arrows } from "../base/view.js";

/** The layers of a model as a strip, of which one is chosen: by the pointer, which may be drawn along it, or by arrow
 * keys. */
export class Layers {
  constructor(count, label, choose) {
    this.marks = range(count).map((l) => el("i", {}, el("b", {}, String(l + 1))));
    this.node = arrows(
      el(
        "div",
        {
          className: "layers",
          role: "slider",
          tabIndex: 0,
          "aria-label": label,
          "aria-valuemin": 1,
          "aria-valuemax": count,
        },
        ...this.marks,
      ),
      (down, right) => choose(clamp(this.chosen + right - down, 0, count - 1)),
    );
    const scrub = (event) => {
      const place = this.node.getBoundingClientRect();
      const layer = clamp(Math.floor(((event.clientX - place.left) / place.width) * count), 0, count - 1);
      if (layer !== this.chosen) choose(layer);
    };
    this.node.onpointerdown = (event) => {
      this.node.setPointerCapture(event.pointerId);
      scrub(event);
    };
    this.node.onpointermove = (event) => event.buttons && scrub(event);
  }

  /** `told`: the chosen layer in words. What a mark looks like is for the owner to say. */
  paint(chosen, told) {
    this.chosen = chosen;
    const all = this.marks.length <= 12; // else round numbers only, where they do not touch the chosen one
    this.marks.forEach((mark, l) => {
      const round = (l === 0 || (l + 1) % 5 === 0) && Math.abs(l - chosen) > 1;
      mark.classList.toggle("chosen", l === chosen);
      mark.classList.toggle("told", l === chosen || all || round);
    });
    this.node.setAttribute("aria-valuenow", chosen + 1);
    this.node.setAttribute("aria-valuetext", told);
  }
}
