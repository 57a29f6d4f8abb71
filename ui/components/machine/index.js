// The machine at a glance. Geometry first (plan), then the drawing; `data` is packed by ui/machine.py.
// Words of the prompt only ever become text nodes.

const NARROW = 880; // below this width the parts stand under one another, the head first
const BAND = 15; // px for 100 %: threads and the river share this scale with the width of a track
const SIDES = 150 + 300 + 14; // px beside the slab: notes, head, gaps; as in style.css
const LOW = 860; // px: on lower screens everything stands closer
const MAX_TRACKS = 16;
const seen = new WeakMap(); // mounted root -> what the reader has opened; outlives new data

export default function machine({ data, parentElement, setTriggerValue }) {
  let view = seen.get(parentElement);
  if (!view) seen.set(parentElement, (view = new Machine(parentElement)));
  view.update(data, setTriggerValue);
  return () => {
    view.remove();
    seen.delete(parentElement);
  };
}

// ---------------------------------------------------------------- geometry

/** Where everything in the stack stands, in px from the top left corner of the slab. */
function plan(d, width, narrow, tall, measure) {
  const layers = d.stream.length;
  const pitch = Math.min(34, Math.max(6, (tall ? 435 : 318) / layers));
  const top = 18 + pitch / 2;
  const y = (row) => (row ? top + (layers - row) * pitch : top + layers * pitch + 5); // row 0 is the embedding
  const height = y(0) + pitch / 2 + 10;
  const left = narrow ? 42 : 50;

  const said = d.lens.at(-1).map((word) => measure(clip(word, 10), 14) + 16);
  const own = measure(clip(d.tokens.at(-1), 14), 14) / 2 + 9;
  const next = own + 10 + measure(clip(d.candidates[0].token, 9), 14) + 21 - (narrow ? 0 : 60); // may reach below the head
  const right = Math.max(22 + Math.max(...said), next) + (narrow ? 0 : 6);
  const room = width - left - right;
  const bars = narrow ? 30 : 46;
  const most = Math.min(MAX_TRACKS, d.lens.length, Math.max(1, Math.floor((room - bars) / 15) + 1));
  const first = d.tokens.length - most;
  const lens = d.lens.slice(-most);
  const probability = d.probability.slice(-most);
  const chips = d.tokens.slice(first).map((t) => measure(clip(t, 14), 14) + 18);

  // The space after each track: what its chip and its neighbour's need, and what its words need beside it.
  const chipRoom = chips.slice(1).map((w, i) => (w + chips[i]) / 2 + 8);
  const wordRoom = lens.slice(0, -1).map((words) => 30 + Math.min(66, Math.max(...words.map((w) => measure(w, 12)))));
  const lastBars = (i) => (i === most - 2 ? bars : 0);
  const sum = (list) => list.reduce((a, b) => a + b, 0);
  let gaps = chipRoom.map((w, i) => Math.max(w, wordRoom[i] + lastBars(i)));
  let upright = false;
  if (sum(gaps) > room) {
    const least = chipRoom.map((w, i) => Math.max(w, 24 + lastBars(i)));
    upright = narrow || sum(least) > room;
    if (upright) gaps = least.map((_, i) => (room - bars) / (most - 1) + lastBars(i));
    else {
      const share = (room - sum(least)) / (sum(gaps) - sum(least));
      gaps = gaps.map((w, i) => least[i] + share * (w - least[i]));
    }
  }
  const slack = Math.min(upright ? 0 : 26, (room - sum(gaps)) / Math.max(1, most - 1));
  gaps = gaps.map((w, i) => Math.min(w + slack, upright ? 72 + lastBars(i) : Infinity));
  const x = [left + (most === 1 ? bars : upright ? 6 : Math.max(narrow ? 8 : 0, chips[0] / 2 - 26))];
  gaps.forEach((w) => x.push(x.at(-1) + w));
  const thick = Math.min(BAND, Math.min(...gaps, 99) * 0.55);
  return { layers, pitch, y, height, width, first, lens, probability, x, gaps, upright, thick, bars, narrow };
}

/** Runs of equal words along one track: [{word, from, to}] in rows, the embedding being row 0. */
function runs(words) {
  const list = [];
  words.forEach((word, row) => {
    if (list.length && list.at(-1).word === word) list.at(-1).to = row;
    else list.push({ word, from: row, to: row });
  });
  return list;
}

/** The runs whose word finds a place: the answer first, then the input, then the longest; in order of importance. */
function placed(words, p, apart) {
  const all = runs(words);
  const rank = (r) => (r.to === p.layers ? 2e3 : r.from === 0 ? 1e3 : r.to - r.from);
  const kept = [];
  for (const run of all.sort((a, b) => rank(b) - rank(a) || b.from - a.from)) {
    const row = run.to === p.layers ? run.to : run.from === 0 ? 0 : Math.round((run.from + run.to) / 2);
    const y = p.y(row);
    if (kept.every((k) => Math.abs(k.y - y) >= apart)) kept.push({ ...run, row, y });
  }
  return kept;
}

// ---------------------------------------------------------------- elements

function s(tag, attributes = {}, ...children) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node[name] = value;
    else node.setAttribute(name, value);
  }
  node.append(...children.flat(9).filter(Boolean));
  return node;
}

/** A token as nodes, its leading space pale; SVG where `wrap` makes a tspan. */
function piece(word, most, wrap = (text) => el("span", { className: "space" }, text)) {
  const text = clip(word, most);
  return text.startsWith("·") ? [wrap("·"), text.slice(1)] : [text];
}
const svgPiece = (word, most) => piece(word, most, (text) => s("tspan", { class: "space" }, text));
const named = (word) => el("bdi", { title: word }, chip(clip(word, 18)));

class Machine {
  constructor(root) {
    this.root = root;
    this.box = el("div", { className: "machine", role: "group" });
    root.querySelector(".root").append(this.box);
    this.open = null; // {part: "layer" | "token" | "head", at}
    this.layer = null;
    this.resized = new ResizeObserver(() => this.d && this.shape() !== this.drawn && this.draw());
    this.resized.observe(this.box);
    document.fonts.ready.then(() => this.d && this.draw()); // what was measured in another type stands wrong
    this.key = (event) => this.pressed(event);
    document.addEventListener("keydown", this.key);
  }

  remove() {
    this.resized.disconnect();
    document.removeEventListener("keydown", this.key);
    this.box.remove();
  }

  update(data, trigger) {
    const before = this.d;
    this.d = data;
    this.w = data.words;
    this.trigger = trigger;
    this.waiting = false;
    this.box.classList.remove("busy");
    this.layer = Math.min(this.layer ?? data.opened, data.stream.length - 1);
    this.open ??= { part: "layer" };
    if (this.chosen) remember({ layer: this.layer + 1 }); // a new prompt writes the link anew, as the server knows it
    if (this.open.at >= data.tokens.length) this.open.at = data.tokens.length - 1;
    this.draw();
    const n = data.ids.length;
    if (before?.ids.length === n - 1 && before.ids.every((id, i) => id === data.ids[i]) && !still()) this.arrive();
  }

  number(x) { return number(x, this.d.lang); }
  percent(x) { return percent(x, this.d.lang); }
  count(x) { return integer(x, this.d.lang); }
  share(x) { return this.count(Math.round(100 * x)) + "\u202f%"; } // of a look, at a glance
  shape() { return `${this.box.clientWidth} ${innerHeight >= LOW}`; }

  // -------------------------------------------------------------- the whole picture

  draw() {
    const { d, w } = this;
    const full = this.box.clientWidth;
    if (!full) return;
    const focused = this.root.activeElement?.dataset.key;
    this.drawn = this.shape();
    this.narrow = full < NARROW;
    const tall = this.narrow || innerHeight >= LOW;
    this.box.className = `machine ${this.narrow ? "narrow" : ""} ${tall ? "" : "compact"}`;
    const code = getComputedStyle(this.box).getPropertyValue("--st-code-font") || "monospace";
    const ink = (this.ink ??= document.createElement("canvas").getContext("2d"));
    this.measure = (text, size) => ((ink.font = `${size}px ${code}`), ink.measureText(text).width);
    this.p = plan(d, this.narrow ? full : full - SIDES, this.narrow, tall, this.measure);

    this.stack = this.drawStack();
    this.rows = d.candidates.map((c, i) => this.candidate(c, i));
    this.tail = this.drawTail();
    this.panel = el("div", { className: "panel" });
    this.sum = el("details", { className: "sum", open: this.sum?.open ?? false });
    this.river = s("svg", { class: "river", "aria-hidden": "true" });
    this.tip = el("div", { className: "tip", "aria-hidden": "true" });
    this.button = this.drawButton();
    const top = d.candidates[0];
    const summary = fill(w.summary, { tokens: d.tokens.length, layers: this.p.layers, token: top.token, p: this.percent(top.p) });
    const head = el("section", { className: "head" },
      this.heading(3, w.head, () => this.opens({ part: "head" })),
      this.narrow ? el("p", { className: "note" }, w["head-note"]) : null,
      el("div", { className: "rows", role: "group", "aria-label": w.candidates }, ...this.rows, this.tail));
    const stackNote = el("section", { className: "stack-note" },
      this.heading(2, fill(w.stack, { layers: this.p.layers }), () => this.opens({ part: "layer" })),
      el("p", { className: "note" }, w["stack-note"]),
      el("div", { className: "ramp" }, el("i"), el("span", {}, w.unsure), el("span", {}, w.sure)),
      el("p", { className: "legend" },
        el("span", {}, el("i", { className: "attn" }), w["attention-adds"]), el("span", {}, el("i", { className: "mlp" }), w["mlp-adds"]), el("small", {}, w.share)));
    const tokenNote = el("section", { className: "token-note" },
      this.heading(1, w.tokenizer, () => this.opens({ part: "token", at: d.tokens.length - 1 })), el("p", { className: "note" }, w["tokenizer-note"]));
    const append = el("div", { className: "append" }, this.button,
      el("span", { className: "or" }, ...weave(w["or-press"], { key: el("kbd", {}, w.space) })));
    const caption = el("p", { className: "caption note" },
      this.p.first ? el("strong", {}, fill(w["not-drawn"], { n: this.p.first }) + " ") : null, w["lens-note"]);
    const words = this.drawWords();
    this.box.setAttribute("aria-label", summary);
    this.box.replaceChildren(
      el("p", { className: "hidden", "aria-live": "polite" }, summary),
      ...(this.narrow
        ? [head, stackNote, this.stack, words, append, tokenNote, this.panel, caption]
        : [stackNote, this.stack, el("div", { className: "right" }, head, this.panel), tokenNote, words, append, caption]),
      this.sum, this.river, this.tip);
    this.show();
    this.focus(focused);
  }

  focus(key) {
    if (key) this.box.querySelector(`[data-key="${key}"]`)?.focus({ preventScroll: true });
  }

  heading(digit, text, onclick) {
    return el("h2", {}, el("button", { type: "button", "data-key": `part-${digit}`, onclick }, el("i", { "aria-hidden": "true" }, digit), " ", text));
  }

  // -------------------------------------------------------------- the stack

  drawStack() {
    const { p, w } = this;
    const last = p.x.length - 1;
    const labels = [1, ...Array.from({ length: p.layers }, (_, i) => i + 1).filter((row) => row % 5 === 0 && p.layers - row > 1), p.layers];
    const grid = labels.map((row) => s("line", { class: "grid", x1: 32, x2: p.width - 10, y1: p.y(row), y2: p.y(row) }));
    this.numbers = labels.map((row) => s("text", { class: "row", x: 26, y: p.y(row) + 4, "data-row": row }, String(row)));
    this.current = s("text", { class: "row now", x: 26 });
    const tracks = p.x.map((x, i) => {
      const room = p.gaps[i] - p.thick - 11 - (i === last - 1 ? p.bars : 0);
      return s("g", { class: i === last ? "track last" : "track" },
        s("line", { class: "stem", x1: x, x2: x, y1: p.y(0), y2: p.height + 24 }),
        i === last && s("rect", { class: "halo", x: x - 12, width: 24, rx: 8, y: p.y(p.layers) - p.pitch / 2 - 4, height: p.y(0) - p.y(p.layers) + p.pitch + 8 }),
        p.probability[i].map((value, row) => s("rect", {
          class: "seg", x: x - p.thick / 2, y: p.y(row) - (p.pitch - 2) / 2, width: p.thick, height: p.pitch - 2, rx: row ? 2.5 : 4, style: `--p: ${value}`,
        })),
        i === last && this.drawBars(x),
        placed(p.lens[i], p, i === last ? 21 : 15).map((run) => (i === last ? this.lastWord(run, x) : this.trackWord(run, x, room, i))));
    });
    this.outline = s("rect", { class: "outline", rx: 6, x: p.x[0] - p.thick / 2 - 7, width: p.x[last] - p.x[0] + p.thick + 14, height: p.pitch + 5 });
    this.threads = s("g", { class: "threads" });
    return s("svg", {
      class: "stack", width: p.width, height: p.height + 24, tabindex: 0, "data-key": "stack",
      role: "slider", "aria-orientation": "vertical", "aria-label": w["opened-layer"], "aria-valuemin": 1, "aria-valuemax": p.layers,
      onpointermove: (event) => this.hover(event),
      onpointerleave: () => this.tip.classList.remove("on"),
      onclick: (event) => this.choose(this.under(event).row - 1),
      onkeydown: (event) => this.climb(event),
    }, s("rect", { class: "slab", width: p.width, height: p.height, rx: 16 }), grid, this.numbers, this.current, tracks, this.threads, this.outline);
  }

  /** A lens word beside an earlier track: what fits before the next track, or nothing. */
  trackWord({ word, y }, x, room, i) {
    const fits = Math.floor(room / this.measure("0", 12));
    if (fits < 2 || (fits < 4 && Array.from(word).length > fits)) return undefined;
    return s("text", { class: "said", x: x + this.p.thick / 2 + 9, y: y + 4, "data-y": y, "data-track": i }, svgPiece(word, Math.min(fits, 10)));
  }

  lastWord({ word, y, from, to }, x) {
    const { p } = this;
    const left = x + 20;
    return s("g", { class: to === p.layers ? "says answer" : "says" },
      from < to && s("line", { class: "span", x1: x + 15.5, x2: x + 15.5, y1: p.y(to) - p.pitch / 2 + 2, y2: p.y(from) + p.pitch / 2 - 2 }),
      s("rect", { x: left, y: y - 9, width: this.measure(clip(word, 10), 14) + 14, height: 18, rx: 5 }),
      s("text", { x: left + 7, y: y + 5 }, svgPiece(word, 10)));
  }

  drawBars(x) {
    const { p, d } = this;
    const attention = d.attention.map((value, i) => value / d.stream[i]);
    const mlp = d.mlp.map((value, i) => value / d.stream[i]);
    const scale = (p.bars - 8) / Math.max(...attention, ...mlp);
    const thin = Math.min(5, p.pitch * 0.3);
    const bar = (kind, value, y) => s("rect", { class: kind, x: x - 17 - value * scale, y, width: Math.max(0.6, value * scale), height: thin });
    return attention.map((value, i) => [bar("attn", value, p.y(i + 1) - thin - 0.5), bar("mlp", mlp[i], p.y(i + 1) + 0.5)]);
  }

  drawWords() {
    const { p, d, w } = this;
    const last = p.x.length - 1;
    const words = p.x.map((x, i) => {
      const at = p.first + i;
      const upright = p.upright && i < last;
      return el("button", {
        type: "button", className: `word ${upright ? "upright" : ""} ${i === last ? "last" : ""}`, style: { left: `${x}px` }, "data-key": `token-${at}`,
        "aria-label": fill(w["token-name"], { n: at + 1, token: d.tokens[at], id: d.ids[at] }), onclick: () => this.opens({ part: "token", at }),
      }, el("bdi", { className: "chip" }, ...piece(d.tokens[at], upright ? 11 : 14)), " ", upright ? null : el("small", {}, d.ids[at]));
    });
    this.next = el("div", { className: "word next", "aria-hidden": "true" }, el("bdi", { className: "chip" }), el("small"));
    const longest = p.upright ? Math.max(...d.tokens.slice(p.first, -1).map((token) => Math.min(11, Array.from(token).length))) : 0;
    return el("div", { className: "words", style: { height: `${Math.max(56, longest * 7.9 + 22)}px` } }, ...words, this.next);
  }

  // -------------------------------------------------------------- the head

  candidate(c, i) {
    const free = c.appendable && !this.d.full;
    const row = el("button", {
      type: "button", className: i ? "cand" : "cand first", "data-key": `candidate-${i}`,
      "aria-label": fill(free ? this.w["append-name"] : this.w["stop-name"], { token: c.token, p: this.percent(c.p) }),
      onclick: () => this.append(c),
      onpointerenter: () => this.point(i), onpointerleave: () => this.point(0), onfocus: () => this.point(i), onblur: () => this.point(0),
    }, el("bdi", { className: "label" }, ...piece(c.token, 10)), " ", this.amount(c.p));
    if (!free) row.setAttribute("aria-disabled", "true");
    return row;
  }

  drawTail() {
    const { count, p } = this.d.others;
    return el("div", { className: "cand tail" },
      el("span", { className: "label" }, fill(this.w.others, { n: this.count(count) })), this.amount(p));
  }

  amount(p) {
    const longest = Math.max(this.d.candidates[0].p, this.d.others.p);
    return el("span", { className: "amount" },
      el("i", { className: "bar", style: { width: `max(2px, ${(100 * p) / longest}%)` } }), el("span", { className: "p" }, this.percent(p)));
  }

  drawButton() {
    const { d, w } = this;
    const c = d.candidates[0];
    const stuck = d.full ? w.full : c.appendable ? null : w.stops;
    const text = stuck ? weave(stuck, { token: named(c.token), n: d.tokens.length }) : [w.append, " ", el("bdi", {}, ...piece(c.token, 12))];
    return el("button", { type: "button", className: "go", "data-key": "append", disabled: Boolean(stuck), onclick: () => this.append(c) }, ...text);
  }

  /** Points at the candidate that would be appended: the dotted line and the dashed chip show where it goes. */
  point(i) {
    const c = this.d.candidates[i];
    this.rows.forEach((row, k) => row.classList.toggle("on", k === i));
    this.next.classList.toggle("none", this.d.full || !c.appendable);
    this.next.querySelector("bdi").replaceChildren(...piece(c.token, 9));
    this.next.querySelector("small").textContent = c.id;
    this.flow(i);
  }

  append(c) {
    if (this.waiting || this.d.full || !c.appendable) return;
    this.waiting = true;
    this.box.classList.add("busy");
    this.trigger("append", c.id);
    setTimeout(() => {
      this.waiting = false; // should no answer come, the button must work again
      this.box.classList.remove("busy");
    }, 4000);
  }

  /** The river from the last track into the candidates, and the dotted line back. */
  flow(chosen) {
    const { p, d } = this;
    const box = this.box.getBoundingClientRect();
    const place = (node) => {
      const r = node.getBoundingClientRect();
      return { left: r.left - box.left, right: r.right - box.left, top: r.top - box.top, y: (r.top + r.bottom) / 2 - box.top };
    };
    const slab = place(this.stack);
    const x = slab.left + p.x.at(-1);
    const y = slab.top + p.y(p.layers);
    this.next.style.left = `${place(this.box.querySelector(".word.last .chip")).right - slab.left + 10}px`;
    const line = (kind, path, width) => s("path", { class: kind, d: path, ...(width && { "stroke-width": width }) });
    if (this.narrow) {
      const tip = slab.top - 12;
      this.river.replaceChildren(line("band", `M${x} ${y}V${tip + 5}`, BAND), line("arrow", `M${x - 10} ${tip + 10}L${x} ${tip}L${x + 10} ${tip + 10}`));
      return;
    }
    const up = slab.top - 18;
    const split = slab.right - 8;
    const end = place(this.rows[0]).left - 6;
    let from = up - BAND / 2;
    const strands = [...d.candidates.map((c) => c.p), d.others.p].map((share, i) => {
      const to = place(this.rows[i] ?? this.tail).y;
      const start = from + (BAND * share) / 2;
      from += BAND * share;
      const kind = this.rows[i] ? (i === chosen ? "strand on" : "strand") : "strand rest";
      const bend = end - split;
      return line(kind, `M${split} ${start}C${split + bend * 0.55} ${start} ${split + bend * 0.4} ${to} ${end} ${to}`, Math.max(0.8, BAND * share));
    });
    const parts = [line("band", `M${x} ${y}V${up + 18}q0 -18 18 -18H${split}`, BAND), ...strands];
    if (!this.next.classList.contains("none")) {
      const start = place(this.rows[chosen].querySelector(".p"));
      const chip = place(this.next.querySelector(".chip"));
      const edge = box.width - 3;
      parts.push(line("back", `M${start.right + 4} ${start.y}H${edge - 8}q8 0 8 8V${chip.y - 8}q0 8 -8 8H${chip.right + 6}`),
        line("arrow", `M${chip.right + 13} ${chip.y - 5}L${chip.right + 5} ${chip.y}L${chip.right + 13} ${chip.y + 5}`));
    }
    this.river.replaceChildren(...parts);
  }

  // -------------------------------------------------------------- what is opened

  choose(layer) {
    this.layer = Math.min(this.p.layers - 1, Math.max(0, layer));
    this.chosen = true;
    remember({ layer: this.layer + 1 });
    this.opens({ part: "layer" });
  }

  opens(open) {
    const focused = this.root.activeElement?.dataset.key;
    this.open = open;
    this.show();
    this.focus(focused);
  }

  show() {
    const { part, at } = this.open;
    this.showLayer();
    this.sum.replaceChildren(...this.arithmetic());
    this.panel.className = `panel ${part}`;
    this.panel.replaceChildren(...(part === "layer" ? this.layerPanel() : part === "token" ? this.tokenPanel(at) : this.headPanel()));
    this.box.querySelectorAll(".word").forEach((word) => word.classList.toggle("open", part === "token" && word.dataset.key === `token-${at}`));
    this.point(0);
  }

  showLayer() {
    const { p, d, layer } = this;
    const y = p.y(layer + 1);
    const last = p.x.length - 1;
    this.outline.setAttribute("y", y - p.pitch / 2 - 2.5);
    this.current.setAttribute("y", y + 4);
    this.current.textContent = layer + 1;
    this.numbers.forEach((node) => node.classList.toggle("gone", Math.abs(p.y(Number(node.dataset.row)) - y) < 16));
    this.stack.setAttribute("aria-valuenow", layer + 1);
    this.stack.setAttribute("aria-valuetext", `${fill(this.w["layer-of"], { n: layer + 1, layers: p.layers })}. ${this.sentence((word) => word).join("")}`);

    const down = y + 60 < p.height ? 1 : -1; // threads hang, but not out of the slab
    const undrawn = d.weights[layer].slice(0, p.first).reduce((a, b) => a + b, 0); // one thread to the left edge
    const paths = [...d.weights[layer].slice(p.first, -1), undrawn].map((weight, i) => {
      const from = p.x[last] - p.thick / 2;
      const to = i < last ? p.x[i] + p.thick / 2 - 1 : 34;
      const width = Math.max(0.8, BAND * weight);
      const far = from - to;
      const sag = y + down * Math.min(52, 16 + far * 0.09);
      const end = y + down * (p.pitch / 2 + 3 + width / 2);
      return weight >= 0.01 && s("path", { d: `M${from} ${y}C${from - far * 0.35} ${sag} ${to + far * 0.35} ${sag} ${to} ${end}`, "stroke-width": width });
    });
    const tight = last > 0 && Math.min(...p.gaps) < 38;
    const marked = this.reads().filter(({ i }) => i >= p.first).slice(0, tight ? 1 : 2).map(({ i, weight }) => ({ track: i - p.first, weight }));
    const above = y - p.pitch / 2 - 7;
    const texts = marked.map(({ track, weight }) => s("text", { class: "weight", x: p.x[track] + p.thick / 2 + 4, y: above }, this.share(weight)));
    this.threads.replaceChildren(...paths.filter(Boolean), ...(tight && this.narrow ? [] : texts));
    this.stack.querySelectorAll(".said").forEach((node) => {
      const beside = marked.some(({ track }) => track === Number(node.dataset.track));
      node.classList.toggle("gone", beside && Math.abs(above - 4 - Number(node.dataset.y)) < 12);
    });
  }

  /** What the strongest head of the opened layer reads besides the reader itself: the two heaviest, from 5 % on. */
  reads() {
    return this.d.weights[this.layer].slice(0, -1).map((weight, i) => ({ weight, i }))
      .sort((a, b) => b.weight - a.weight).slice(0, 2).filter(({ weight }, k) => !k || weight >= 0.05);
  }

  sentence(show) {
    const { d, w } = this;
    const [a, b] = this.reads();
    return weave([w["reads-none"], w["reads-one"], w["reads-two"]][b ? 2 : a ? 1 : 0], {
      head: d.heads[this.layer] + 1, reader: show(d.tokens.at(-1)),
      first: a && show(d.tokens[a.i]), p: a && this.share(a.weight), second: b && show(d.tokens[b.i]), q: b && this.share(b.weight),
    });
  }

  facts(...rows) {
    return el("dl", {}, ...rows.map(([name, value]) => el("div", {}, el("dt", {}, ...[name].flat()), el("dd", {}, value))));
  }

  more(...slugs) {
    const known = slugs.filter((slug) => this.d.lessons[slug]);
    return el("p", { className: "more" }, ...known.map((slug) => el("a", { href: slug }, this.d.lessons[slug])));
  }

  layerPanel() {
    const { d, w, layer } = this;
    const step = (by, arrow, name) => el("button", { type: "button", className: "step", "data-key": `step${by}`, "aria-label": name, onclick: () => this.choose(layer + by) }, arrow);
    return [
      el("h3", {}, fill(w["layer-opened"], { n: layer + 1 })),
      el("span", { className: "steps" }, step(1, "↑", w["layer-up"]), step(-1, "↓", w["layer-down"])),
      el("p", {}, ...this.sentence(named)),
      this.facts([w["attention-adds"], this.number(d.attention[layer])], [w["mlp-adds"], this.number(d.mlp[layer])], [w.length, this.number(d.stream[layer])]),
      this.more("attention"),
    ];
  }

  tokenPanel(at) {
    const { d, w } = this;
    return [
      el("h3", {}, fill(w["token-opened"], { n: at + 1, tokens: d.tokens.length })),
      el("p", {}, ...weave(w["token-text"], { token: named(d.tokens[at]), id: d.ids[at], width: this.count(d.width) })),
      this.facts([w.id, d.ids[at]], [w.bytes, clip(d.bytes[at], 27)], [w.length, this.number(d.embed[at])]),
      this.more("tokens"),
    ];
  }

  headPanel() {
    const { d, w } = this;
    const scores = d.candidates.slice(0, 2).map((c) => [weave(w.score, { token: named(c.token) }), this.number(c.score)]);
    return [
      el("h3", {}, w["head-opened"]),
      el("p", {}, fill(w["head-text"], { n: this.count(d.vocabulary) })),
      this.facts(...scores, [w.all, this.percent(d.total)]),
      this.more("next_token", "step_by_step"),
    ];
  }

  /** The opened layer as a sum: what came in, what attention and MLP add, what goes out; a few of its numbers. */
  arithmetic() {
    const { d, w, layer } = this;
    const { vectors, lengths, difference } = d.sums[layer];
    const shown = this.box.clientWidth < 560 ? 2 : vectors[0].length;
    const cells = (row) => [...row.slice(0, shown).map((x) => el("td", {}, this.number(x))), el("td", {}, "…")];
    const heads = Array.from({ length: shown }, (_, i) => el("th", { scope: "col" }, i + 1));
    const names = [w["sum-in"], w["sum-attention"], w["sum-mlp"], w["sum-out"]];
    return [
      el("summary", {}, el("span", {}, ...weave(w["sum-title"], { n: layer + 1, token: named(d.tokens.at(-1)) }))),
      el("table", {},
        el("thead", {}, el("tr", {}, el("td"), ...heads, el("th", { scope: "col" }, fill(w["sum-rest"], { n: this.count(d.width) })), el("th", { scope: "col" }, w["sum-length"]))),
        el("tbody", {}, ...vectors.map((row, i) => el("tr", {}, el("th", { scope: "row" }, names[i]), ...cells(row), el("td", { className: "length" }, this.number(lengths[i])))))),
      el("p", { className: "note" }, fill(w["sum-note"], { n: this.count(d.width), difference: this.number(difference) })),
    ];
  }

  // -------------------------------------------------------------- pointer and keys

  climb(event) {
    const by = { ArrowUp: 1, ArrowRight: 1, ArrowDown: -1, ArrowLeft: -1, PageUp: 5, PageDown: -5, Home: -99, End: 99 }[event.key];
    if (!by) return;
    event.preventDefault();
    this.choose(this.layer + by);
  }

  pressed(event) {
    const target = event.composedPath()[0];
    const taken = target !== this.stack && target.closest?.("input, textarea, select, button, a, summary, [contenteditable], [role=option], [role=combobox], [role=dialog], [role=region]");
    const box = this.stack.getBoundingClientRect();
    const inSight = box.bottom > 60 && box.top < innerHeight - 60; // elsewhere the space bar turns the page, as always
    if (event.key !== " " || taken || !inSight || event.metaKey || event.ctrlKey || event.altKey) return;
    event.preventDefault();
    if (!event.repeat) this.append(this.d.candidates[0]);
  }

  /** The row and track nearest to the pointer. */
  under(event) {
    const { p } = this;
    const box = this.stack.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
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
    this.tip.replaceChildren(where, " · ", named(d.tokens[p.first + track]), el("br"),
      ...weave(w["would-say"], { token: named(p.lens[track][row]), p: this.percent(p.probability[track][row]) }));
    const box = this.box.getBoundingClientRect();
    const x = Math.min(event.clientX - box.left + 14, box.width - this.tip.offsetWidth - 4);
    this.tip.style.transform = `translate(${Math.max(0, x)}px, ${event.clientY - box.top - this.tip.offsetHeight - 12}px)`;
  }

  /** A token was appended: its chip slides in from the dashed place, its track rises, the candidates grow. */
  arrive() {
    const ease = { duration: 420, easing: "cubic-bezier(.2, .7, .2, 1)", fill: "backwards" };
    const move = (selector, frames, more) => this.box.querySelectorAll(selector).forEach((node) => node.animate(frames, { ...ease, ...more }));
    move(".word.last", [{ transform: "translate(calc(-50% + 26px))", opacity: 0.3 }, { transform: "translate(-50%)", opacity: 1 }]);
    move(".track.last", [{ clipPath: "inset(100% -200px 0 -200px)" }, { clipPath: "inset(-20px -200px 0 -200px)" }], { duration: 600 });
    move(".bar", [{ transform: "scaleX(0)" }, { transform: "none" }], { delay: 350 });
    move(".river", [{ opacity: 0 }, { opacity: 1 }], { delay: 350 });
  }
}
