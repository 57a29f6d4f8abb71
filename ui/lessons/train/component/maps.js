// The example row with what either model says, and the attention of every head on it.

import { div, el, fill, penOf, span, weave } from "../../../components/base/elements.js";
import { clamp, range } from "../../../components/base/numbers.js";
import { along, Radios } from "../../../components/base/view.js";

const THUMB = 60;
const LABELLED = 12; // pixels of a cell from which on a token has room beside it

/** Tokens of the example, the right answers, and the answers of the models: filled where they are right. */
export class Row {
  constructor(lab) {
    this.lab = lab;
    const { tokens, answers } = lab.d;
    this.reads = tokens.map((token, i) =>
      el(
        "button",
        { type: "button", className: "token", "aria-label": fill(lab.w["look-from"], { token, place: i + 1 }) },
        token,
      ),
    );
    const look = (i) => {
      lab.token = i;
      lab.paint();
    };
    this.reads.forEach((button, i) => (button.onclick = () => look(i)));
    this.says = lab.models.map(() => tokens.map(() => el("td")));
    const head = (text) => el("th", { scope: "row" }, text);
    const table = el(
      "table",
      {},
      along(el("tr", {}, head(lab.w["row-reads"]), ...this.reads.map((button) => el("td", {}, button))), (by) => {
        look(clamp(lab.reader + by, 0, tokens.length - 1));
        this.reads[lab.reader].focus();
      }),
      el("tr", {}, head(lab.w["row-right"]), ...answers.map((answer) => el("td", {}, answer ?? ""))),
      ...this.says.map((cells, i) =>
        el("tr", {}, el("th", { scope: "row" }, ...weave(lab.w["row-says"], { model: lab.badge(i) })), ...cells),
      ),
    );
    this.scroll = el(
      "div",
      { className: "scroll", tabIndex: 0, role: "region", "aria-label": lab.w["row-title"] },
      table,
    );
    this.node = div(
      "row",
      el("h2", {}, lab.w["row-title"]),
      this.scroll,
      el("p", { className: "note" }, lab.w["row-note"]),
    );
  }

  /** On a telephone the row begins where the first answer is due. */
  begin() {
    const [token, room] = [this.reads[this.lab.d.first], this.scroll].map((node) => node.getBoundingClientRect());
    this.scroll.scrollLeft = token.left - room.left - room.width / 2;
  }

  paint() {
    const { lab } = this;
    this.reads.forEach((button, i) => {
      button.classList.toggle("chosen", i === lab.reader);
      button.setAttribute("aria-pressed", i === lab.reader);
      button.tabIndex = i === lab.reader ? 0 : -1; // one stop, as of radio buttons
    });
    lab.models.forEach((model, i) => {
      const { predictions } = lab.look(model);
      lab.d.answers.forEach((answer, t) => {
        const cell = this.says[i][t];
        cell.textContent = answer === null ? "" : predictions[t];
        cell.className = answer === null ? "" : answer === predictions[t] ? "right" : "wrong";
      });
    });
  }
}

/** The heads of one model: thumbnails, a row for each layer, and the chosen one large. */
export class Panel {
  lab;
  model;

  constructor(lab, model, index) {
    [this.lab, this.model] = [lab, model];
    if (!lab.picks.has(model.id)) lab.picks.set(model.id, model.layers * model.heads - 1);
    const name = (i) => fill(lab.w.head, { layer: Math.floor(i / model.heads) + 1, head: (i % model.heads) + 1 });
    this.name = name;
    this.thumbs = range(model.layers * model.heads).map(() => el("canvas"));
    const buttons = this.thumbs.map((canvas, i) =>
      el("button", { className: "thumb", "aria-label": name(i), title: name(i) }, canvas),
    );
    this.radios = new Radios("thumbs", fill(lab.w.heads, { model: "AB"[index] }), buttons, (i) => {
      lab.picks.set(model.id, i);
      this.paint();
    });
    this.radios.node.style.setProperty("--heads", model.heads);
    this.map = el("canvas", { role: "img", className: "map" });
    this.map.onclick = (event) => {
      const t = Math.floor((event.offsetY - this.room) / this.pitch);
      if (t >= 0 && t < lab.d.tokens.length) {
        lab.token = t;
        lab.paint();
      }
    };
    this.caption = el("p", { className: "looks" });
    this.load = div("load");
    this.ended = el("p", { className: "ended" });
    this.node = el(
      "section",
      { className: "panel", "aria-label": model.title },
      el("h3", {}, lab.badge(index), ` ${model.title}`),
      this.ended,
      this.radios.node,
      this.map,
      this.caption,
      this.load,
    );
  }

  get T() {
    return this.lab.d.tokens.length;
  }

  /** Bytes of one head, (T, T), 255 for a weight of 1. */
  weights(snapshot, head) {
    snapshot.bytes ??= Uint8Array.from(atob(snapshot.patterns), (c) => c.charCodeAt(0));
    return snapshot.bytes.subarray(head * this.T * this.T, (head + 1) * this.T * this.T);
  }

  paint() {
    const { lab, model, T } = this;
    const snapshot = lab.look(model);
    const chosen = lab.picks.get(model.id);
    this.ended.textContent = model.ended
      ? fill(lab.w[`ended-${model.ended}`], { step: lab.integer(lab.seen(model).at(-1).step) })
      : "";
    this.radios.paint(chosen);
    this.thumbs.forEach((canvas, head) =>
      this.draw(penOf(canvas, THUMB, THUMB), this.weights(snapshot, head), THUMB / T, 0),
    );
    const width = Math.min(this.node.clientWidth, 440);
    if (!width) return;
    this.room = width / (T + 2) >= LABELLED ? width / (T + 2) : 0;
    this.pitch = (width - this.room) / T;
    const weights = this.weights(snapshot, chosen);
    const pen = penOf(this.map, width, width);
    this.draw(pen, weights, this.pitch, this.room);
    this.labels(pen);
    const row = range(T).map((k) => weights[lab.reader * T + k]);
    const at = row.indexOf(Math.max(...row));
    const share = `${lab.integer(Math.round((100 * row[at]) / 255))}\u202f%`; // a byte knows no more digits
    const said = {
      head: this.name(chosen),
      token: lab.d.tokens[lab.reader],
      place: lab.reader + 1,
      target: lab.d.tokens[at],
      at: at + 1,
      share,
    };
    this.caption.textContent = fill(lab.w.looks, said);
    this.map.setAttribute("aria-label", this.caption.textContent);
    this.experts(snapshot);
  }

  draw(pen, weights, pitch, room) {
    const gap = pitch > 8 ? 1 : 0;
    for (let q = 0; q < this.T; q++) {
      for (let k = 0; k <= q; k++) {
        pen.fillStyle = this.lab.ramp[weights[q * this.T + k]];
        pen.fillRect(room + k * pitch, room + q * pitch, pitch - gap + (gap ? 0 : 0.4), pitch - gap + (gap ? 0 : 0.4));
      }
    }
  }

  labels(pen) {
    const { lab, room, pitch } = this;
    pen.strokeStyle = lab.palette.ink;
    pen.lineWidth = 1.5;
    pen.strokeRect(room - 1, room + lab.reader * pitch - 1, (lab.reader + 1) * pitch + 1, pitch + 1);
    if (!room) return;
    pen.fillStyle = lab.palette.soft;
    pen.textAlign = "center";
    lab.d.tokens.forEach((token, i) => {
      pen.fillText(token, room / 2, room + (i + 0.5) * pitch);
      pen.fillText(token, room + (i + 0.5) * pitch, room / 2);
    });
  }

  /** The fraction of the assignments that each expert got, a line for each layer. */
  experts(snapshot) {
    const { lab } = this;
    if (!snapshot.load) return this.load.replaceChildren();
    const bar = (share, e) => {
      const inner = el("i", {
        style: { height: `${100 * share}%`, background: lab.palette.categorical[e % lab.palette.categorical.length] },
      });
      return el("span", { className: "expert", title: `${e + 1}: ${lab.percent(share)}` }, inner);
    };
    this.load.replaceChildren(
      el("h4", {}, lab.w["load-title"]),
      ...snapshot.load.map((shares, layer) => {
        const told = fill(lab.w["load-layer"], { layer: layer + 1, share: lab.percent(Math.max(...shares)) });
        return div("layer", div("experts", ...shares.map(bar)), span("note", told));
      }),
    );
  }
}
