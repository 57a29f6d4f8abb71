import { mix, readable, shade } from "../../../components/base/colours.js";
import { chip, div, el, penOf, plain, span, within } from "../../../components/base/elements.js";
import { best, clamp, range, unpack } from "../../../components/base/numbers.js";
import { linked, Radios, remember } from "../../../components/base/view.js";
import { Part } from "./part.js";

/** The attention of one head in a packed row, with the borders between documents, and the switches. */
export class Row extends Part {
  /** @type {import("./index.js").RowData} */
  d;

  update(data, palette) {
    const fresh = JSON.stringify([data.tokens, data.documents]);
    this.d = data;
    this.palette = palette;
    this.T = data.tokens.length;
    this.pattern = unpack(data).pattern;
    const reader = this.fresh ? data.reader : linked("reader", this.T, data.reader);
    if (this.fresh && this.fresh !== fresh) remember({ reader: null });
    this.s = { ...data.choice, reader: this.fresh === fresh ? this.s.reader : reader };
    if (this.fresh !== fresh) this.build();
    this.fresh = fresh;
    this.label();
    this.draw();
  }

  get heads() {
    return this.pattern.shape[0];
  }
  weight(head, q, k) {
    return this.pattern.values[(head * this.T + q) * this.T + k];
  }
  crosses(q, k) {
    return this.d.documents[q] !== this.d.documents[k];
  }
  quoted(i) {
    return this.fill("quoted", { token: plain(this.d.tokens[i]) });
  }

  // ------------------------------------------------------------ what is chosen

  /** What has to be computed anew. */
  ask(change) {
    Object.assign(this.s, change);
    this.label();
    this.told();
  }

  /** What is drawn already. */
  choose(change) {
    Object.assign(this.s, change);
    if ("head" in change) this.told();
    else remember({ reader: this.s.reader + 1 });
    this.draw();
  }

  told() {
    const { mask, restart, separator, layer, head } = this.s;
    const link = { mask: mask ? null : "off", restart: restart ? null : "off", separator: separator ? "true" : null };
    remember({ ...link, layer: layer + 1, head: head + 1 });
    this.report({ mask, restart, separator, layer, head });
  }

  // ------------------------------------------------------------ the parts that stay

  build() {
    const d = this.d;
    const w = d.words;
    const toggle = (name) => {
      const button = el(
        "button",
        { type: "button", className: "switch", role: "switch" },
        el("i", {}),
        span("", w[name]),
      );
      button.onclick = () =>
        this.ask({ [name.replace("switch-", "")]: button.getAttribute("aria-checked") !== "true" });
      return button;
    };
    const at = this.focused?.closest(".switch") && Object.values(this.switches ?? {}).indexOf(this.focused);
    this.switches = Object.fromEntries(d.switches.map((name) => [name, toggle(`switch-${name}`)]));
    this.chips = new Radios(
      "passage",
      w["reader-name"],
      d.tokens.map((token) => el("button", { className: "token" }, chip(token), el("i", {}), span("place"))),
      (reader) => this.choose({ reader }),
    );
    this.sentence = el("p", { className: "read", "aria-live": "polite" });
    this.title = el("h2", { className: "eyebrow" });
    this.canvas = el("canvas", { role: "img" });
    this.canvas.onclick = (event) => {
      const cell = this.cell(event);
      if (cell) this.choose({ reader: cell[0] });
    };
    this.canvas.onpointermove = (event) => this.point(this.cell(event));
    this.canvas.onpointerleave = () => this.point(null);
    this.probe = el("p", { className: "note probe" });
    this.slider = el("input", { type: "range", min: 1, max: d.layers, step: 1, "aria-label": w.layer });
    this.slider.oninput = () =>
      (this.layerName.textContent = this.fill("layer-of", { layer: this.slider.value, layers: d.layers }));
    this.slider.onchange = () => this.ask({ layer: Number(this.slider.value) - 1 });
    this.layerName = span("mono");
    const thumb = () =>
      el("button", { className: "head" }, el("canvas", { "aria-hidden": "true" }), span("mono"), span("note"));
    this.thumbs = new Radios("heads", w["heads-name"], range(this.heads).map(thumb), (head) => this.choose({ head }));
    this.legend = div("legend note");
    this.box.replaceChildren(
      div("switches", ...Object.values(this.switches)),
      this.chips.node,
      el("p", { className: "note about" }, w["chips-note"]),
      this.sentence,
      div(
        "instrument",
        el("section", {}, this.title, this.canvas, this.probe, this.legend),
        el(
          "section",
          {},
          el("h2", { className: "eyebrow" }, w.layer),
          div("pager", this.slider, this.layerName),
          el("h2", { className: "eyebrow" }, w["heads-title"]),
          this.thumbs.node,
        ),
      ),
    );
    if (at >= 0) Object.values(this.switches)[at]?.focus(); // a row with other tokens is drawn anew and keeps the keyboard
  }

  label() {
    for (const name of this.d.switches) this.switches[name].setAttribute("aria-checked", this.s[name]);
    this.slider.value = this.s.layer + 1;
    this.layerName.textContent = this.fill("layer-of", { layer: this.s.layer + 1, layers: this.d.layers });
  }

  // ------------------------------------------------------------ drawing

  /** Within a document green; across a border red. */
  shade(q, k, weight) {
    return this.crosses(q, k) ? mix(this.palette.second, this.palette.red, weight) : shade(this.palette, weight);
  }

  draw() {
    this.width = this.box.clientWidth;
    if (!this.width) return;
    const { d, s, palette } = this;
    this.chips.paint(s.reader);
    this.chips.buttons.forEach((button, k) => {
      const [token, line, place] = button.children;
      const read = k <= s.reader;
      const weight = read ? this.weight(s.head, s.reader, k) : 0;
      const colour = read ? this.shade(s.reader, k, weight) : "";
      token.className = `chip${k === s.reader ? " selected" : read ? "" : " future"}`;
      Object.assign(token.style, { background: colour, color: read ? readable(colour, palette) : "" });
      line.style.background = this.colour(d.documents[k]);
      place.textContent = d.positions[k];
      const values = {
        token: d.tokens[k],
        document: d.documents[k] + 1,
        place: d.positions[k],
        weight: this.percent(weight),
      };
      button.title = this.fill(read ? "chip-read" : "chip-later", values);
      button.setAttribute("aria-label", `${d.tokens[k]} ${d.positions[k]}: ${button.title}`);
    });
    this.read();
    this.title.textContent = this.fill("grid-title", { layer: s.layer + 1, head: s.head + 1 });
    this.grid();
    this.thumbs.paint(s.head);
    this.thumbs.buttons.forEach((button, head) => this.thumb(button, head));
    const key = (colour, name) => span("step", el("i", { style: { background: colour } }), d.words[name]);
    this.legend.replaceChildren(
      key(shade(palette, 0.8), "legend-inside"),
      key(mix(palette.second, palette.red, 0.8), "legend-across"),
    );
    this.point(null);
  }

  read() {
    const { reader, head } = this.s;
    const across = range(reader + 1).filter((k) => this.crosses(reader, k));
    const share = across.reduce((sum, k) => sum + this.weight(head, reader, k), 0);
    const values = { reader: this.quoted(reader), layer: this.s.layer + 1, head: head + 1, share: this.percent(share) };
    if (share > 0) {
      const most = best(across, (k) => this.weight(head, reader, k));
      Object.assign(values, { best: this.quoted(most), most: this.percent(this.weight(head, reader, most)) });
    }
    const section = share > 0 ? "read-across" : across.length ? "read-kept" : "read-first";
    this.sentence.textContent = this.fill(section, values);
  }

  grid() {
    const { T, s, d, palette } = this;
    const own = this.canvas.parentElement.clientWidth;
    this.gutter = own > 420 ? 92 : 64;
    this.pitch = Math.min((own - this.gutter - 2) / T, 30);
    const { gutter, pitch } = this;
    const side = T * pitch;
    const pen = penOf(this.canvas, gutter + side + 2, side + 2);
    pen.textAlign = "right";
    for (let q = 0; q < T; q++) {
      for (let k = 0; k <= q; k++) {
        if (s.mask && this.crosses(q, k)) continue;
        pen.fillStyle = this.shade(q, k, this.weight(s.head, q, k));
        pen.fillRect(gutter + k * pitch, q * pitch, pitch - 1, pitch - 1);
      }
      pen.fillStyle = this.colour(d.documents[q]);
      pen.fillRect(gutter - 5, q * pitch, 3, pitch);
      if (pitch < 11 && q !== s.reader && q % 2) continue;
      pen.fillStyle = q === s.reader ? palette.ink : palette.soft;
      const name = d.tokens[q];
      pen.fillText(
        name.length > (gutter > 80 ? 11 : 7) ? `${name.slice(0, gutter > 80 ? 10 : 6)}…` : name,
        gutter - 10,
        clamp((q + 0.5) * pitch, 7, side - 6),
      );
    }
    pen.strokeStyle = palette.ink;
    pen.lineWidth = 1.5;
    const borders = range(T).filter((i) => i && this.crosses(i, i - 1));
    pen.beginPath();
    for (const i of borders) {
      pen.moveTo(gutter, i * pitch - 0.5);
      pen.lineTo(gutter + i * pitch - 0.5, i * pitch - 0.5);
      pen.lineTo(gutter + i * pitch - 0.5, side);
    }
    pen.stroke();
    pen.strokeRect(gutter - 1, Math.max(s.reader * pitch - 1, 0.75), (s.reader + 1) * pitch + 1, pitch + 1);
    this.canvas.setAttribute("aria-label", `${this.title.textContent}. ${this.sentence.textContent}`);
  }

  thumb(button, head) {
    const [canvas, name, note] = button.children;
    const side = 76;
    const step = side / this.T;
    const pen = penOf(canvas, side, side);
    for (let q = 0; q < this.T; q++)
      for (let k = 0; k <= q; k++) {
        if (this.s.mask && this.crosses(q, k)) continue;
        pen.fillStyle = this.shade(q, k, this.weight(head, q, k));
        pen.fillRect(k * step, q * step, step + 0.3, step + 0.3); // a little over: no seams between cells
      }
    name.textContent = head + 1;
    note.textContent = this.percent(this.d.crossing[head]);
    button.setAttribute("aria-label", `${head + 1} ${note.textContent} ${this.d.words["head-crossing"]}`);
  }

  cell(event) {
    const [x, y] = within(this.canvas, event);
    const [q, k] = [Math.floor(y / this.pitch), Math.floor((x - this.gutter) / this.pitch)];
    return q >= 0 && q < this.T && k >= 0 && k <= q ? [q, k] : null;
  }

  point(cell) {
    if (!cell) return void (this.probe.textContent = this.d.words["grid-note"]);
    const [q, k] = cell;
    const values = {
      reader: this.quoted(q),
      word: this.quoted(k),
      weight: this.percent(this.weight(this.s.head, q, k)),
    };
    const section = !this.crosses(q, k) ? "cell-inside" : this.s.mask ? "cell-hidden" : "cell-across";
    this.probe.textContent = this.fill(section, values);
  }
}
