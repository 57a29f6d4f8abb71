import { div, el, penOf, span, within } from "../../../components/base/elements.js";
import { clamp, range, unpack } from "../../../components/base/numbers.js";
import { along, linked, Radios, remember } from "../../../components/base/view.js";
import { Part } from "./part.js";

const THUMB = 12; // rows of a thumbnail
const LISTED = 6; // documents that the sentence names

/** The rows of a batch, to scale. The methods are the buttons; a row chosen is read aloud. */
export class Batch extends Part {
  /** @type {import("./index.js").BatchData} */
  d;

  update(data, palette) {
    const fresh = JSON.stringify([data.context, data.documents, data.tokens]);
    this.d = data;
    this.palette = palette;
    this.a = unpack(data);
    if (!this.s) this.s = { method: data.method, row: linked("row", data.window, 0) };
    else if (this.fresh !== fresh) {
      this.s.row = 0;
      remember({ row: null, window: null });
    }
    this.fresh = fresh;
    this.build();
    this.draw();
  }

  get sums() {
    return this.d.sums[this.s.method];
  }
  get shown() {
    return Math.min(this.d.window, this.sums.rows);
  }

  /** The pieces of the rows in the window, row by row: [document, tokens]. */
  rows(method) {
    const { values } = this.a[method];
    const { first, rows } = this.d.sums[method];
    const found = range(Math.min(this.d.window, rows)).map(() => []);
    for (let i = 0; i < values.length; i += 3) found[values[i] - first].push([values[i + 1], values[i + 2]]);
    return found;
  }

  // ------------------------------------------------------------ what is chosen

  method(i) {
    const method = this.d.methods[i];
    if (method === this.s.method) return;
    this.s = { method, row: 0 };
    remember({ method, row: null, window: null });
    this.report({ method, first: 0 });
    this.slide();
    this.draw();
  }

  /** Another window: the server has its rows. */
  move(first) {
    this.s.row = 0;
    remember({ row: null, window: first + 1 });
    this.report({ method: this.s.method, first });
  }

  choose(row) {
    this.s.row = clamp(row, 0, this.shown - 1);
    remember({ row: this.s.row + 1 });
    this.paint();
  }

  // ------------------------------------------------------------ the parts that stay

  build() {
    const { d } = this;
    const card = (name) =>
      el(
        "button",
        { className: "method" },
        el("canvas", { "aria-hidden": "true" }),
        el("b", {}, d.words[`method-${name}`]),
        span("note"),
        span("note"),
      );
    this.methods = new Radios("methods", d.words.methods, d.methods.map(card), (i) => this.method(i));
    this.sentence = el("p", { className: "read", "aria-live": "polite" });
    this.about = el("p", { className: "note about" });
    this.count = span("note");
    this.canvas = el("canvas", { "aria-hidden": "true" });
    const slider = { role: "slider", tabIndex: 0, "aria-label": d.words["rows-name"], "aria-orientation": "vertical" };
    this.board = along(el("div", { className: "board", ...slider }, this.canvas), (step) =>
      this.choose(this.s.row + step),
    );
    this.board.onpointermove = (event) => this.choose(this.at(event));
    this.board.onclick = (event) => this.choose(this.at(event));
    this.probe = el("p", { className: "probe", "aria-live": "off" });
    this.pager = div("pager");
    this.box.replaceChildren(
      this.methods.node,
      this.about,
      this.sentence,
      div(
        "over",
        el("h2", { className: "eyebrow" }, this.fill("batch-title", { context: this.integer(d.context) })),
        this.count,
      ),
      this.board,
      this.pager,
      this.probe,
    );
    this.slide();
  }

  /** A slider to other rows, where there are more than fit. */
  slide() {
    const { rows, first } = this.sums;
    const last = rows - this.d.window;
    this.pager.hidden = last <= 0;
    if (last <= 0) return this.pager.replaceChildren();
    const input = el("input", {
      type: "range",
      min: 0,
      max: last,
      step: 1,
      value: first,
      "aria-label": this.d.words.pager,
    });
    const told = () => input.setAttribute("aria-valuetext", this.span(Number(input.value)));
    input.oninput = () => {
      told();
      this.count.textContent = this.span(Number(input.value));
    };
    input.onchange = () => this.move(Number(input.value));
    told();
    this.pager.replaceChildren(input);
  }

  span(first) {
    const { rows } = this.sums;
    return this.fill("rows-shown", {
      from: this.integer(first + 1),
      to: this.integer(Math.min(first + this.d.window, rows)),
      rows: this.integer(rows),
    });
  }

  // ------------------------------------------------------------ drawing

  draw() {
    this.width = this.box.clientWidth;
    if (!this.width) return;
    const { d } = this;
    this.methods.paint(d.methods.indexOf(this.s.method));
    d.methods.forEach((name, i) => this.thumb(name, this.methods.buttons[i]));
    const { rows, wasted, gain } = this.sums;
    const values = {
      method: d.words[`method-${this.s.method}`],
      documents: this.integer(d.documents),
      tokens: this.integer(d.tokens),
      rows: this.integer(rows),
      padded: this.integer(d.sums.padded.rows),
      wasted: this.percent(wasted),
      gain: this.number(gain),
      context: this.integer(d.context),
      before: this.percent(d.sums.padded.wasted),
    };
    const section =
      this.s.method === "padded" ? "reading-padded" : rows === d.sums.padded.rows ? "reading-same" : "reading-packed";
    this.sentence.textContent = this.fill(section, values);
    this.about.textContent = d.words[`about-${this.s.method}`];
    this.count.textContent = this.span(this.sums.first);
    this.paint();
  }

  thumb(name, button) {
    const [width, pitch] = [84, 5];
    const pen = penOf(button.firstChild, width, THUMB * pitch);
    const scale = width / this.d.context;
    this.rows(name)
      .slice(0, THUMB)
      .forEach((pieces, r) => this.bar(pen, pieces, 0, r * pitch, pitch - 1, scale, width));
    const { rows, wasted } = this.d.sums[name];
    const [, , share, count] = button.children;
    share.textContent = this.fill("card-wasted", { wasted: this.percent(wasted) });
    count.textContent = this.fill(rows === 1 ? "card-row" : "card-rows", { rows: this.integer(rows) });
  }

  /** A row of places: padding pale, every document in its colour, hairlines between them where there is room. */
  bar(pen, pieces, x, y, height, scale, width) {
    pen.fillStyle = this.palette.second;
    pen.fillRect(x, y, width, height);
    let at = x;
    for (const [document, length] of pieces) {
      const wide = length * scale;
      pen.fillStyle = this.colour(document);
      pen.fillRect(at, y, wide > 4 ? wide - 1 : wide, height);
      at += wide;
    }
  }

  paint() {
    const { d, shown, palette } = this;
    const rows = this.rows(this.s.method);
    this.gutter = 12 + 8 * String(this.integer(this.sums.rows)).length;
    this.pitch = clamp(Math.floor(340 / shown), 8, 30);
    const [wide, top] = [this.width - this.gutter - 2, 22];
    this.top = top;
    const pen = penOf(this.canvas, this.width, top + shown * this.pitch + 3);
    pen.fillStyle = palette.soft;
    const ticks = this.width > 560 ? 4 : 2;
    range(ticks + 1).forEach((i) => {
      pen.textAlign = i === 0 ? "left" : i === ticks ? "right" : "center";
      pen.fillText(this.integer((i * d.context) / ticks), this.gutter + (i * wide) / ticks, 8);
    });
    rows.forEach((pieces, r) => {
      const y = top + r * this.pitch;
      this.bar(pen, pieces, this.gutter, y, this.pitch - (this.pitch > 14 ? 3 : 1.5), wide / d.context, wide);
      const chosen = r === this.s.row;
      if (
        !chosen &&
        (this.pitch < 14 || Math.abs(r - this.s.row) * this.pitch < 14) &&
        (r % 8 || Math.abs(r - this.s.row) < 2)
      )
        return;
      pen.textAlign = "right";
      pen.fillStyle = chosen ? palette.ink : palette.soft;
      pen.fillText(this.integer(this.sums.first + r + 1), this.gutter - 7, y + this.pitch / 2);
    });
    pen.strokeStyle = palette.ink;
    pen.lineWidth = 1.5;
    pen.strokeRect(
      this.gutter - 1,
      top + this.s.row * this.pitch - 1.5,
      wide + 2,
      this.pitch + (this.pitch > 14 ? 0 : 1.5),
    );
    const text = this.told(rows[this.s.row]);
    this.probe.textContent = text;
    const first = this.sums.first;
    for (const [name, value] of Object.entries({
      valuemin: first + 1,
      valuemax: first + shown,
      valuenow: first + this.s.row + 1,
      valuetext: text,
    }))
      this.board.setAttribute(`aria-${name}`, value);
  }

  /** A row in words. */
  told(pieces) {
    const used = pieces.reduce((sum, [, length]) => sum + length, 0);
    const named = pieces
      .slice(0, LISTED)
      .map(([document, length]) => this.fill("piece", { n: this.integer(document + 1), tokens: this.integer(length) }));
    if (pieces.length > LISTED) named.push(this.fill("pieces-more", { n: this.integer(pieces.length - LISTED) }));
    const values = {
      row: this.integer(this.sums.first + this.s.row + 1),
      list: named.join("; "),
      empty: this.integer(this.d.context - used),
    };
    return this.fill(used === this.d.context ? "row-full" : "row-told", values);
  }

  at(event) {
    return Math.floor((within(this.canvas, event)[1] - this.top) / this.pitch);
  }
}
