// The routing diagram: every token is a track of its own. In each layer its track branches off to the experts that
// the router chose, as wide as their weights, and what they say comes back to the track. Wide screens lay it from
// left to right, narrow ones from top to bottom: `along` is the way of the tracks, `across` the other way.

import { button, chip, div, el, shape } from "../../../components/base/elements.js";
import { range, unpack } from "../../../components/base/numbers.js";
import { inLink, linked, Radios, remember, View } from "../../../components/base/view.js";
import { highlight, saySentence } from "./highlight.js";
import { expertMark } from "./mark.js";
import { merge, router } from "./router.js";

const WIDEST = 11; // px of a line whose weight is 1
const NARROW = 640; // px
const FINGER = 24; // pixels: tokens that are closer stand above the tracks, in lines

export class RoutingDiagram extends View {
  /** @type {import("./index.js").RoutingData} */
  d;

  E; // experts
  L; // layers
  T; // tokens

  update(data, palette) {
    const text = JSON.stringify(data.tokens);
    const [first, another] = [!this.d, this.text !== text];
    this.d = data;
    this.w = data.words;
    this.palette = palette;
    this.text = text;
    this.a = unpack(data);
    this.hover = null;
    [this.L, this.T, this.E] = this.a.probs.shape;
    this.A = this.a.index.shape[2];
    if (another) {
      this.s = { token: data.start[1], layer: data.start[0], all: false };
      if (first)
        this.s = {
          token: linked("token", this.T, this.s.token),
          layer: linked("layer", this.L, this.s.layer),
          all: inLink("paths") === "all",
        };
      else remember({ token: null, layer: null, paths: null });
    }
    this.build();
    this.fit();
  }

  choose(change) {
    Object.assign(this.s, change);
    this.hover = null;
    this.paint();
    remember({ token: this.s.token + 1, layer: this.s.layer + 1, paths: this.s.all ? "all" : null });
  }

  // ------------------------------------------------------------ readings

  chosen(layer, token) {
    const at = (layer * this.T + token) * this.A;
    return range(this.A).map((a) => ({ expert: this.a.index.values[at + a], weight: this.a.weight.values[at + a], a }));
  }
  assignments(layer, expert) {
    return range(this.T).flatMap((token) =>
      this.chosen(layer, token)
        .filter((one) => one.expert === expert)
        .map((one) => ({ ...one, token })),
    );
  }
  mark(expert, kind) {
    return expertMark(expert, this.palette, kind);
  }

  // ------------------------------------------------------------ the parts that stay

  build() {
    const { w, d } = this;
    const focused = this.focused?.closest(".layers, .tokens")?.className;
    this.chips = d.tokens.map((token) =>
      button(
        "pick",
        {
          onpointerenter: () => this.show({ token: this.chips.findIndex((c) => c.matches(":hover")) }),
          onpointerleave: () => this.show(null),
        },
        chip(token),
      ),
    );
    this.names = range(this.L).map((layer) => button("layer", {}, this.fill("layer-name", { n: layer + 1 })));
    this.all = button("everyone", { onclick: () => this.choose({ all: !this.s.all }) }, w["all-paths"]);
    this.svg = shape("svg", { class: "tracks", "aria-hidden": "true" });
    this.marks = range(this.L * this.E).map((i) => {
      const [layer, expert] = [Math.floor(i / this.E), i % this.E];
      const node = this.mark(expert, "place");
      node.addEventListener("click", () => this.choose({ layer }));
      node.addEventListener("pointerenter", () => this.show({ layer, expert }));
      node.addEventListener("pointerleave", () => this.show(null));
      return node;
    });
    this.tokens = new Radios("tokens", w["tokens-name"], this.chips, (token) => this.choose({ token, all: false }));
    this.layers = new Radios("layers", w["layers-name"], this.names, (layer) => this.choose({ layer }));
    const marks = el("div", { className: "marks", "aria-hidden": "true" }, ...this.marks);
    this.band = div("band");
    this.place = div("yard-place", this.band, this.svg, this.layers.node, this.tokens.node, marks);
    this.place.addEventListener("click", (/** @type {any} */ event) => {
      const token = event.target.dataset?.token;
      if (token !== undefined) this.choose({ token: Number(token), all: false });
    });
    this.svg.addEventListener(
      "pointerover",
      (/** @type {any} */ event) =>
        event.target.dataset.token !== undefined && this.show({ token: Number(event.target.dataset.token) }),
    );
    this.svg.addEventListener("pointerleave", () => this.show(null));
    this.said = el("p", { className: "read", "aria-live": "polite" });
    this.below = el("section", { className: "router" });
    this.box.replaceChildren(
      div("bar", el("p", { className: "note" }, w["yard-note"]), this.all),
      this.place,
      this.said,
      this.below,
    );
    if (focused) this.box.querySelector(`.${focused} [aria-checked=true]`)?.focus({ preventScroll: true });
  }

  // ------------------------------------------------------------ where everything stands

  fit() {
    const width = this.box.clientWidth;
    if (!width) return;
    const { T, L, E } = this;
    const wide = width >= NARROW;
    this.place.classList.toggle("wide", wide);
    this.place.classList.toggle("dense", !wide && width / T < FINGER);
    const above = this.place.matches(".dense") ? this.tokens.node.offsetHeight : 0; // the tokens, in lines
    const longest = Math.min(
      Math.max(
        ...this.chips.map((one) => (wide ? one.firstElementChild.scrollWidth : one.firstElementChild.scrollHeight)),
      ),
      150,
    );
    const head = 40; // of the layers' names
    const size = wide ? 32 : 28;
    const across = wide ? Math.max(E * 46, T * 25) : width;
    const start = wide ? longest + 12 : (above || longest) + 14;
    const pitch = wide ? (width - start - 8) / L : 138;
    this.wide = wide;
    this.size = size;
    this.start = start;
    this.head = head;
    this.height = wide ? head + across + 6 : start + L * pitch + 8;
    this.place.style.height = `${this.height}px`;
    this.place.style.setProperty("--size", `${size}px`);
    const point = (along, side) => (wide ? [along, head + side] : [side, along]);
    this.point = point;
    this.track = (token) => ((token + 0.5) * across) / T;
    this.side = (expert) => ((expert + 0.5) * across) / E;
    this.into = (layer) => start + layer * pitch + (wide ? 0 : 30);
    this.out = (layer) => start + (layer + 1) * pitch;
    this.middle = (layer) => (this.into(layer) + this.out(layer)) / 2;
    const stand = (/** @type {HTMLElement} */ node, /** @type {number[]} */ [x, y]) =>
      Object.assign(node.style, { left: `${x}px`, top: `${y}px` });
    this.chips.forEach((one, token) => {
      stand(one, wide ? [0, head + this.track(token)] : [this.track(token), start - 8]);
      one.style.setProperty("--room", `${across / T}px`);
    });
    this.names.forEach((one, layer) => stand(one, wide ? [this.middle(layer), 2] : [0, this.into(layer) - 28]));
    this.marks.forEach((one, i) => stand(one, point(this.middle(Math.floor(i / E)), this.side(i % E))));
    this.svg.setAttribute("viewBox", `0 0 ${width} ${this.height}`);
    this.draw();
    this.paint();
  }

  /** Both halves of a branch: from the track to the expert, and back. */
  branch(layer, token, expert) {
    const half = this.size / 2;
    const [from, to] = [this.into(layer), this.out(layer)];
    const curve = (a, b, c, d) => {
      const bend = 0.55 * (c - a);
      const points = [
        [a, b],
        [a + bend, b],
        [c - bend, d],
        [c, d],
      ].map(([x, y]) =>
        this.point(x, y)
          .map((n) => n.toFixed(1))
          .join(" "),
      );
      return `M${points[0]}C${points.slice(1).join(" ")}`;
    };
    const [mid, track, side] = [this.middle(layer), this.track(token), this.side(expert)];
    return curve(from, track, mid - half, side) + curve(mid + half, side, to, track);
  }

  draw() {
    const rails = range(this.T).map((token) => {
      const [[x1, y1], [x2, y2]] = [
        this.point(this.start, this.track(token)),
        this.point(this.out(this.L - 1), this.track(token)),
      ];
      return shape("line", { x1, y1, x2, y2, class: "rail", "data-token": token });
    });
    this.paths = range(this.L).flatMap((layer) =>
      range(this.T).flatMap((token) =>
        this.chosen(layer, token).map(({ expert, weight }) => {
          const node = shape("path", {
            d: this.branch(layer, token, expert),
            "stroke-width": Math.max(WIDEST * weight, 0.8).toFixed(2),
            "data-token": token,
          });
          return { node, layer, token, expert, weight };
        }),
      ),
    );
    this.rails = rails;
    this.ground = shape("g", {});
    this.raised = shape("g", {});
    this.labels = shape("g", { class: "labels" });
    this.svg.replaceChildren(...rails, this.ground, this.raised, this.labels);
  }

  show(hover) {
    if (JSON.stringify(hover) === JSON.stringify(this.hover)) return;
    this.hover = hover;
    highlight(this);
    saySentence(this);
  }

  // ------------------------------------------------------------ what follows the choice

  paint() {
    if (!this.paths) return;
    const { layer, token, all } = this.s;
    this.tokens.paint(token);
    this.layers.paint(layer);
    this.all.setAttribute("aria-pressed", all);
    const [from, to] = [this.into(layer) - (this.wide ? 0 : 30), this.out(layer)];
    Object.assign(
      this.band.style,
      this.wide
        ? { left: `${from}px`, width: `${to - from}px`, top: 0, height: `${this.height}px` }
        : { top: `${from}px`, height: `${to - from}px`, left: 0, width: "100%" },
    );
    highlight(this);
    saySentence(this);
    this.below.replaceChildren(...router(this), ...merge(this));
  }
}
