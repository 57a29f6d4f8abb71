import { shade } from "../../../components/base/colours.js";
import { button, div, el, fill, plain, span } from "../../../components/base/elements.js";
import { percent, range, unpack } from "../../../components/base/numbers.js";
import { Radios, remember, View } from "../../../components/base/view.js";
import { Board, paint } from "./board.js";

/** The attention of the same text in an encoder and in a decoder, side by side. */
export class Maps extends View {
  /** @type {import("./index.js").MapsData} */
  d;

  constructor(box) {
    super(box);
    this.sides = ["encoder", "decoder"].map((name) => new Side(name, () => this.changed()));
    box.append(...this.sides.map((side) => side.node));
  }

  update(data, palette) {
    const arrays = unpack(data);
    this.sides.forEach((side) => side.update(data, arrays[side.name], palette));
  }

  changed() {
    remember(Object.fromEntries(this.sides.map((side) => [side.name, `${side.layer + 1}-${side.head + 1}`])));
    clearTimeout(this.later); // flipping through layers need not ask the server at every one
    this.later = setTimeout(
      () => this.report("look", Object.fromEntries(this.sides.map((s) => [s.name, [s.layer, s.head]]))),
      120,
    );
  }

  remove() {
    clearTimeout(this.later);
    super.remove();
  }
}

/** One model: its layers, its heads (head -1 is their mean), its map. */
class Side {
  T; // tokens
  chosen;
  head;
  heads;
  layer;
  layers;

  constructor(name, changed) {
    this.name = name;
    this.changed = changed;
    this.node = el("section", {});
  }

  update(data, patterns, palette) {
    const [model, w] = [data[this.name], data.words];
    this.patterns = patterns;
    this.palette = palette;
    this.w = w;
    this.lang = data.lang;
    this.tokens = model.tokens;
    [this.layers, this.heads, this.T] = patterns.shape;
    if (!this.chosen) [this.layer, this.head] = model.start;
    const named = (names) => names.map((name) => button("mono", {}, String(name)));
    this.layerRow = new Radios("layers", w.layer, named(range(this.layers).map((l) => l + 1)), (i) =>
      this.choose(i, this.head),
    );
    this.headRow = new Radios("heads", w.head, named([w.mean, ...range(this.heads).map((h) => h + 1)]), (i) =>
      this.choose(this.layer, i - 1),
    );
    const names = () => this.tokens.map((token) => document.createTextNode(token));
    this.board = new Board(names(), names(), fill(w["map-name"], { model: model.title }), 27);
    this.probe = el("p", { className: "note probe" });
    this.board.node.addEventListener("pointerover", (event) => this.tell(this.board.place(event.target)));
    this.board.node.addEventListener("pointerleave", () => this.tell(null));
    this.node.dataset.part = model.title;
    this.node.replaceChildren(
      div("over", el("h2", {}, model.title), span("note", w[`reads-${this.name}`])),
      div("line", span("eyebrow", w.layer), this.layerRow.node, span("note legend", w["layer-shade"])),
      div("line", span("eyebrow", w.head), this.headRow.node),
      this.board.node,
      this.probe,
    );
    this.paint();
  }

  choose(layer, head) {
    [this.layer, this.head, this.chosen] = [layer, head, true];
    this.paint();
    this.changed();
  }

  /** The weight that token q gives to k; the mean over heads where none is chosen. */
  weight(q, k, layer = this.layer, head = this.head) {
    const one = (h) => this.patterns.values[((layer * this.heads + h) * this.T + q) * this.T + k];
    return head >= 0 ? one(head) : range(this.heads).reduce((sum, h) => sum + one(h), 0) / this.heads;
  }

  /** The share of a layer's weight that goes to later tokens. */
  ahead(layer, head) {
    let sum = 0;
    for (let q = 0; q < this.T; q++) for (let k = q + 1; k < this.T; k++) sum += this.weight(q, k, layer, head);
    return sum / this.T;
  }

  paint() {
    const empty = this.name === "decoder";
    this.layerRow.buttons.forEach((one, l) =>
      paint(one, shade(this.palette, this.ahead(l, -1)), one.textContent, this.palette),
    );
    this.layerRow.paint(this.layer);
    this.headRow.paint(this.head + 1);
    this.board.cells.forEach((row, q) =>
      row.forEach((cell, k) => {
        if (empty && k > q) cell.classList.add("never");
        else paint(cell, shade(this.palette, this.weight(q, k)), Math.round(100 * this.weight(q, k)), this.palette);
      }),
    );
    this.tell(null);
  }

  tell(place) {
    if (!place) return void (this.probe.textContent = this.w.probe);
    const [reader, word] = place.map((i) => plain(this.tokens[i]));
    const never = this.name === "decoder" && place[1] > place[0];
    this.probe.textContent = fill(this.w[never ? "cell-never" : "cell"], {
      reader,
      word,
      p: never ? "" : percent(this.weight(...place), this.lang),
    });
  }
}
