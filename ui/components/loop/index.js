// Lesson 3 in three views: the loop itself, the same seed again, greedy beside beam search. `data` comes from ui/loop.py.
// Orders go to Python one at a time; an order given while another is under way waits, and only the last one waits.

const PACE = 500; // ms from one token to the next while it plays
const LOST = 15000; // ms after which an answer is no longer expected
const DEEPEST = 0.42; // of the ramp from paper to green, for a probability of 1
const LANE = 30; // px between two branches of the map
const views = new WeakMap(); // mounted root -> view

export default function loop({ data, parentElement, setTriggerValue }) {
  let view = views.get(parentElement);
  if (!view) {
    const kinds = { loop: Loop, proof: Proof, beams: Beams };
    views.set(parentElement, (view = new kinds[data.view](parentElement.querySelector(".root"))));
  }
  view.receive(data, (order) => setTriggerValue("order", order));
  return () => {
    view.remove();
    views.delete(parentElement);
  };
}

// ---------------------------------------------------------------- what the views share

const named = (word) => chip(clip(word, 24), "inline");

class View {
  constructor(root) {
    this.root = root;
    this.box = el("div", { className: "view" });
    root.append(this.box);
  }

  receive(data, send) {
    const before = this.d;
    clearTimeout(this.lost);
    this.d = data;
    this.w = data.words;
    this.send = send;
    this.busy = false;
    this.palette = colours(this.root);
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
    this.send(given);
  }

  remove() {
    clearTimeout(this.lost);
    this.box.remove();
  }

  number(x) { return number(x, this.d.lang); }
  percent(p) { return percent(p, this.d.lang); }
  count(n) { return integer(n, this.d.lang); }
  fill(section, values) { return fill(this.w[section], values); }
}

// ---------------------------------------------------------------- the loop

class Loop extends View {
  constructor(root) {
    super(root);
    this.resized = new ResizeObserver(() => this.d && this.drawMap());
  }

  remove() {
    this.pause();
    this.resized.disconnect();
    super.remove();
  }

  build() {
    const { d, w } = this;
    const button = (name, more, onclick) => el("button", { type: "button", className: name, onclick, ...more }, w[name]);
    this.stepButton = button("step", {}, () => this.step());
    this.playButton = button("play", {}, () => (this.playing ? this.pause() : this.play()));
    this.backButton = button("back", {}, () => this.halt({ go: this.parent(this.d.at) }));
    this.heat = el("input", {
      type: "range", min: 0, max: d.hottest, step: 0.1, "aria-label": w.temperature,
      oninput: () => this.sayHeat(Number(this.heat.value)),
      onchange: () => this.set(Number(this.heat.value), this.d.seed),
    });
    this.heatValue = el("output", { className: "mono" });
    this.seed = el("input", {
      type: "text", inputMode: "numeric", className: "mono", maxLength: 4, "aria-label": w.seed,
      onchange: () => this.set(this.d.temperature, Number.parseInt(this.seed.value, 10)),
    });
    const turn = (by, sign, label) =>
      el("button", { type: "button", className: "turn", "aria-label": label, onclick: () => this.set(this.d.temperature, this.d.seed + by) }, sign);
    this.counter = el("span", { className: "count" });
    this.bar = el("div", { className: "bar" },
      el("div", { className: "transport" }, this.backButton, this.stepButton, this.playButton),
      el("label", { className: "dial" }, el("span", {}, w.temperature), this.heat, this.heatValue),
      el("div", { className: "dial" }, el("span", { "aria-hidden": "true" }, w.seed), turn(-1, "−", w["seed-down"]), this.seed, turn(1, "+", w["seed-up"])),
      this.counter);

    this.ribbon = el("div", { className: "ribbon", role: "group", "aria-label": w.ribbon });
    this.legend = el("p", { className: "note legend" });
    this.said = el("p", { className: "read" });
    this.head = el("div", { className: "heads" });
    this.rows = Array.from({ length: 9 }, (_, i) => this.row(i));
    this.tail = el("div", { className: "cand tail" }, el("span", { className: "label" }), this.amount(), el("span", { className: "q" }));
    this.list = el("div", { className: "rows", role: "group", onkeydown: (event) => this.walk(event) }, ...this.rows, this.tail);
    this.mapHead = el("div", { className: "heads" });
    this.mapBox = el("div", { className: "map" });
    this.tip = el("div", { className: "tip", "aria-hidden": "true" });
    this.box.className = "view loop";
    this.box.replaceChildren(
      this.bar, this.ribbon, this.legend, this.said,
      el("div", { className: "below" },
        el("section", { className: "candidates" }, this.head, this.list),
        el("section", { className: "branches" }, this.mapHead, this.mapBox, this.tip)));
    this.resized.observe(this.mapBox);
  }

  amount() {
    return el("span", { className: "amount" }, el("i", { className: "bar-p" }), el("i", { className: "bar-q" }), el("span", { className: "p" }), " ", el("span", { className: "tag" }), " ");
  }

  row(i) {
    return el("button", { type: "button", className: "cand", onclick: () => this.take(i) },
      el("span", { className: "label" }), this.amount(), el("span", { className: "q" }));
  }

  draw(before) {
    const { d } = this;
    const another = before && (before.lang !== d.lang || before.prompt.join("\n") !== d.prompt.join("\n"));
    if (!before || another) {
      this.pause();
      this.build();
    }
    this.path = this.pathTo(d.at);
    const grew = before && !another && d.nodes.parent[d.at] === before.at && this.path.length;
    const from = grew && !still() ? this.placeOf(d.nodes.id[d.at]) : null;
    this.drawBar();
    this.drawRibbon();
    this.drawSentence();
    this.drawCandidates();
    this.drawMap();
    if (from) this.fly(from);
    this.link();
    if (d.full || d.ended) this.pause();
    if (this.playing) this.timer = setTimeout(() => this.step(), Math.max(0, PACE - (performance.now() - this.asked)));
  }

  parent(node) { return this.d.nodes.parent[node]; }

  /** The nodes from the first token after the prompt to this one. */
  pathTo(node) {
    const path = [];
    for (let at = node; at > 0; at = this.parent(at)) path.unshift(at);
    return path;
  }

  // -------------------------------------------------------------- orders

  step() {
    this.ask(() => (this.d.full ? null : { at: this.d.at, take: this.d.drawn }));
  }

  take(i) {
    const chosen = this.d.candidates[i];
    if (chosen && !this.d.full) this.halt({ at: this.d.at, take: chosen.id });
  }

  /** An order by hand ends the playing. */
  halt(order) {
    this.pause();
    this.ask(order);
  }

  set(temperature, seed) {
    if (!Number.isFinite(seed)) seed = this.d.seed;
    seed = Math.min(Math.max(seed, 0), this.d.lastSeed);
    this.ask({ temperature, seed });
  }

  play() {
    this.playing = true;
    this.drawBar();
    this.step();
  }

  pause() {
    clearTimeout(this.timer);
    this.playing = false;
    if (typeof this.next === "function") this.next = null;
    if (this.d && this.counter) this.drawBar();
  }

  /** Prompt and model are in the link already; the rest of what is on the screen goes there too. */
  link() {
    const { d } = this;
    remember({
      path: this.path.length ? this.path.map((node) => d.nodes.id[node]).join(".") : null,
      temperature: d.temperature === 1 ? null : d.temperature,
      seed: d.seed === 1 ? null : d.seed,
    });
  }

  // -------------------------------------------------------------- the bar, the ribbon, the sentence

  drawBar() {
    const { d, w } = this;
    this.backButton.disabled = d.at === 0;
    this.stepButton.disabled = d.full;
    this.playButton.disabled = d.full && !this.playing;
    this.playButton.textContent = this.playing ? w.pause : w.play;
    this.playButton.classList.toggle("on", Boolean(this.playing));
    if (this.root.getRootNode().activeElement !== this.heat || !this.heat.matches(":active")) this.heat.value = d.temperature;
    this.sayHeat(Number(this.heat.value));
    this.seed.value = d.seed;
    this.counter.textContent = this.fill("count", { n: this.count(this.path.length), limit: this.count(d.limit) });
  }

  sayHeat(t) {
    this.heatValue.textContent = new Intl.NumberFormat(this.d.lang, { minimumFractionDigits: 1 }).format(t);
    this.heat.setAttribute("aria-valuetext", this.heatValue.textContent);
  }

  drawRibbon() {
    const { d } = this;
    if (!this.ribbon.childElementCount) d.prompt.forEach((token) => this.ribbon.append(el("span", { className: "cell" }, chip(token))));
    const cells = [...this.ribbon.children].slice(d.prompt.length);
    const kept = cells.findIndex((cell, i) => Number(cell.dataset.node) !== this.path[i] || cell.dataset.forced !== String(d.nodes.forced[this.path[i]]));
    cells.slice(kept < 0 ? cells.length : kept).forEach((cell) => cell.remove());
    for (const node of this.path.slice(this.ribbon.childElementCount - d.prompt.length)) this.ribbon.append(this.cell(node));
    for (const cell of [...this.ribbon.children].slice(d.prompt.length)) this.shade(cell);
    if (!d.full) this.ribbon.append(this.ghost());
    this.ribbon.scrollTop = this.ribbon.scrollHeight;
    this.ribbon.toggleAttribute("tabindex", this.ribbon.scrollHeight > this.ribbon.clientHeight); // scrolled by keys, too
    const forced = this.path.some((node) => d.nodes.forced[node]);
    this.legend.textContent = this.w[!this.path.length ? "ghost-note" : forced ? "forced-note" : "chip-note"];
  }

  cell(node) {
    const { nodes } = this.d;
    const [token, p] = [nodes.token[node], this.percent(nodes.p[node])];
    const label = this.fill(nodes.forced[node] ? "return-forced" : "return", { token, p });
    const cell = el("button", { type: "button", className: `cell taken ${nodes.forced[node] ? "forced" : ""}`, title: label,
      onclick: () => this.halt({ go: this.parent(node) }) }, chip(token), " ", el("small", {}, p));
    cell.dataset.node = node;
    cell.dataset.forced = nodes.forced[node];
    return cell;
  }

  /** Shaded by probability, up to where ink can still be read on it. */
  shade(cell) {
    cell.firstChild.style.background = shade(this.palette, DEEPEST * this.d.nodes.p[cell.dataset.node]);
  }

  /** What the next step will append. */
  ghost() {
    const next = this.d.candidates.find(({ id }) => id === this.d.drawn);
    const cell = el("span", { className: "cell next" }, chip(next.token, "ghost"), el("small", {}, this.percent(next.p)));
    cell.title = this.fill("next", { token: next.token, p: this.percent(next.p) });
    return cell;
  }

  drawSentence() {
    const { d } = this;
    const top = d.candidates[0];
    const next = d.candidates.find(({ id }) => id === d.drawn);
    const values = { top: named(top.token), p: this.percent(top.p), token: named(next.token), q: this.percent(next.p), seed: String(d.seed), limit: this.count(d.limit) };
    const way = d.full ? "full" : d.temperature === 0 ? "read-greedy" : next === top ? "read-top" : "read-drawn";
    const ended = d.ended && !d.full ? weave(this.w.ended, { token: named(d.nodes.token[d.at]) }).concat(" ") : [];
    this.said.setAttribute("aria-live", this.playing ? "off" : "polite");
    this.said.replaceChildren(...ended, ...weave(this.w[way], values));
  }

  // -------------------------------------------------------------- the candidates

  drawCandidates() {
    const { d, w } = this;
    const hot = d.temperature !== 1;
    const heat = this.heatValue.textContent;
    this.list.classList.toggle("hot", hot);
    this.list.setAttribute("aria-label", this.fill("candidates", { n: this.path.length + 1 }));
    this.head.replaceChildren(
      el("span", { className: "eyebrow" }, this.fill("candidates", { n: this.path.length + 1 })),
      hot ? el("span", { className: "key" }, el("i", { className: "swatch-p" }), w["model-share"], " ", el("i", { className: "swatch-q" }), this.fill("drawn-share", { t: heat }))
        : el("span", { className: "note" }, d.full ? "" : w["force-note"]));
    this.rows.forEach((row, i) => this.drawRow(row, d.candidates[i], hot));
    this.tail.querySelector(".label").textContent = this.fill("others", { n: this.count(d.others.count) });
    this.drawAmount(this.tail, d.others, hot);
  }

  drawRow(row, candidate, hot) {
    const { d, w } = this;
    row.hidden = !candidate;
    if (!candidate) return;
    const drawn = candidate.id === d.drawn && !d.full;
    const tail = d.rank > 8 && candidate.id === d.drawn;
    row.className = `cand ${drawn ? "drawn" : ""}`;
    row.dataset.id = candidate.id;
    row.setAttribute("aria-disabled", d.full);
    row.querySelector(".label").replaceChildren(el("span", { className: "hidden" }, `${w.take} `), chip(clip(candidate.token, 14)), " ");
    row.title = tail ? this.fill("rank", { n: this.count(d.rank) }) : "";
    this.drawAmount(row, candidate, hot);
    row.querySelector(".tag").textContent = !drawn ? "" : d.temperature ? w.drawn : w.likeliest;
    if (tail) row.querySelector(".p").append(el("small", {}, ` · ${this.fill("rank", { n: this.count(d.rank) })}`));
  }

  /** The bar is the model's own probability, its outline what is drawn from: 100 % is the whole width. */
  drawAmount(row, { p, q }, hot) {
    row.style.setProperty("--p", p);
    row.style.setProperty("--q", hot ? q : 0);
    row.querySelector(".p").replaceChildren(this.percent(p));
    row.querySelector(".q").textContent = hot ? this.percent(q) : "";
  }

  walk(event) {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!by) return;
    const shown = this.rows.filter((row) => !row.hidden);
    event.preventDefault();
    shown[Math.min(Math.max(shown.indexOf(event.target) + by, 0), shown.length - 1)].focus();
  }

  /** Where the chip of a candidate stands now, before the candidates change. */
  placeOf(id) {
    const row = this.rows.find((row) => !row.hidden && row.dataset.id === String(id));
    return row?.querySelector(".chip").getBoundingClientRect();
  }

  /** The token that was taken goes from its row to the ribbon, over everything: the ribbon would cut it off. */
  fly(from) {
    const token = [...this.ribbon.querySelectorAll(".taken")].at(-1).firstChild;
    const [to, box] = [token.getBoundingClientRect(), this.box.getBoundingClientRect()];
    const flying = token.cloneNode(true);
    flying.classList.add("flying");
    Object.assign(flying.style, { left: `${to.left - box.left}px`, top: `${to.top - box.top}px` });
    this.box.append(flying);
    token.style.visibility = "hidden";
    const way = [{ transform: `translate(${from.left - to.left}px, ${from.top - to.top}px)` }, { transform: "none" }];
    flying.animate(way, { duration: 280, easing: "cubic-bezier(.2, .7, .2, 1)" }).onfinish = () => {
      flying.remove();
      token.style.visibility = "";
    };
  }

  // -------------------------------------------------------------- the tree of branches

  drawMap() {
    const { d, w } = this;
    const width = this.mapBox.clientWidth;
    if (!width || !this.path) return;
    const { parent, lane, token, p } = d.nodes;
    const depth = [0];
    for (let node = 1; node < parent.length; node++) depth[node] = depth[parent[node]] + 1;
    const deepest = Math.max(...depth);
    const lanes = Math.max(...lane) + 1;
    const step = Math.min(30, (width - 30) / Math.max(deepest, 1));
    const on = new Set([0, ...this.path]);
    this.spots = parent.map((_, node) => ({ x: 10 + depth[node] * step, y: 26 + lane[node] * LANE }));
    const radius = Math.max(2, Math.min(4.5, step * 0.34));
    const lines = [...parent.keys()].slice(1).sort((a, b) => on.has(a) - on.has(b)).map((node) => this.branch(node, on.has(node)));
    const labels = [...parent.keys()].slice(1).filter((node) => parent[node] === 0 || lane[node] !== lane[parent[node]]).map((node) => this.label(node, width));
    const dots = parent.map((_, node) => {
      const { x, y } = this.spots[node];
      const name = node ? this.fill("node", { n: depth[node], token: token[node], p: this.percent(p[node]) }) : w.prompt;
      const dot = shape("g", { role: "treeitem", id: `node-${node}`, "aria-label": name, "aria-level": depth[node] + 1, "aria-selected": node === d.at, class: on.has(node) ? "on" : "off" });
      if (node === d.at) dot.append(shape("circle", { class: "here", cx: x, cy: y, r: radius + 3.5 }));
      dot.append(node ? shape("circle", { cx: x, cy: y, r: radius }) : shape("rect", { x: x - 4, y: y - 6, width: 8, height: 12, rx: 2 }));
      return dot;
    });
    const had = this.map && this.root.getRootNode().activeElement === this.map;
    this.map = shape("svg", { width, height: 26 + (lanes - 1) * LANE + 16, role: "tree", tabindex: 0, "aria-label": w.branches, "aria-activedescendant": `node-${d.at}` },
      shape("g", { "aria-hidden": "true" }, ...lines, ...labels), ...dots);
    this.map.onpointermove = (event) => this.point(this.nearest(event), event.pointerType === "mouse");
    this.map.onpointerleave = () => this.point(null);
    this.map.onclick = (event) => this.visit(this.nearest(event));
    this.map.onkeydown = (event) => this.climb(event);
    this.map.onblur = () => this.point(null);
    const scroll = this.mapBox.scrollTop;
    this.mapBox.replaceChildren(this.map);
    this.mapBox.scrollTop = scroll;
    this.pointed = null;
    if (had) this.map.focus({ preventScroll: true });
    this.mapHead.replaceChildren(
      el("span", { className: "eyebrow" }, w.branches),
      el("span", { className: "note" }, lanes > 1 ? this.fill("texts", { n: this.count(lanes) }) : w["branches-none"]));
    this.reveal(this.spots[d.at]);
  }

  branch(node, on) {
    const [a, b] = [this.spots[this.parent(node)], this.spots[node]];
    const bend = Math.min(8, b.x - a.x);
    const way = a.y === b.y ? `M${a.x},${a.y}H${b.x}` : `M${a.x},${a.y}V${b.y - bend}Q${a.x},${b.y} ${a.x + bend},${b.y}H${b.x}`;
    return shape("path", { d: way, class: on ? "on" : "off" });
  }

  /** The first token of a branch, over its beginning. */
  label(node, width) {
    const { x, y } = this.spots[node];
    const word = clip(this.d.nodes.token[node], 12);
    const end = x + 8 * word.length > width;
    return shape("text", { x: end ? width : x - 4, y: y - 9, "text-anchor": end ? "end" : "start" }, word);
  }

  reveal({ y }) {
    const box = this.mapBox;
    if (y > box.scrollTop + box.clientHeight - 20) box.scrollTop = y - box.clientHeight + 30;
    if (y < box.scrollTop + 20) box.scrollTop = y - 26;
  }

  nearest(event) {
    const box = this.map.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    const far = this.spots.map((spot) => Math.hypot(spot.x - x, spot.y - y));
    const node = far.indexOf(Math.min(...far));
    return far[node] < 22 ? node : null;
  }

  /** Says which text a node is. */
  point(node, show = true) {
    this.pointed = node;
    this.map.classList.toggle("pointing", node !== null);
    this.tip.classList.toggle("on", node !== null && show);
    if (node === null || !show) return;
    const { token, p } = this.d.nodes;
    this.tip.replaceChildren(...(node ? [...this.pathTo(node).slice(-3).map((at) => named(token[at])), ` ${this.percent(p[node])}`] : [this.w.prompt]));
    const spot = this.spots[node];
    const left = Math.max(0, Math.min(spot.x - 10, this.mapBox.clientWidth - this.tip.offsetWidth));
    this.tip.style.transform = `translate(${left}px, ${this.mapBox.offsetTop + spot.y - this.mapBox.scrollTop + 12}px)`;
    this.map.setAttribute("aria-activedescendant", `node-${node}`);
  }

  visit(node) {
    if (node !== null && node !== this.d.at) this.halt({ go: node });
  }

  climb(event) {
    const { parent } = this.d.nodes;
    const now = this.pointed ?? this.d.at;
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      this.visit(now);
      return;
    }
    const children = (node) => parent.map((up, i) => (up === node ? i : -1)).filter((i) => i > 0);
    const beside = (by) => {
      const ordered = this.spots.map((spot, i) => ({ ...spot, i })).filter(({ y }) => Math.sign(y - this.spots[now].y) === by);
      const close = Math.min(...ordered.map(({ y }) => Math.abs(y - this.spots[now].y)));
      const line = ordered.filter(({ y }) => Math.abs(y - this.spots[now].y) === close);
      return line.sort((a, b) => Math.abs(a.x - this.spots[now].x) - Math.abs(b.x - this.spots[now].x))[0]?.i;
    };
    const to = { ArrowLeft: () => (now ? parent[now] : 0), ArrowRight: () => children(now)[0], ArrowDown: () => beside(1), ArrowUp: () => beside(-1) }[event.key];
    if (!to) return;
    event.preventDefault();
    this.point(to() ?? now);
    this.reveal(this.spots[this.pointed]);
  }
}

// ---------------------------------------------------------------- the same seed again

class Proof extends View {
  draw(before) {
    const { d, w } = this;
    this.box.className = "view proof";
    const go = el("button", { type: "button", className: "go", onclick: () => this.start() }, w["proof-go"]);
    const focused = before && this.root.getRootNode().activeElement === this.go;
    this.go = go;
    this.result = el("div", { className: "result", role: "status" }, ...(d.rows ? this.results() : []));
    this.box.replaceChildren(go, this.result);
    if (focused) go.focus();
  }

  start() {
    this.go.disabled = true;
    this.result.replaceChildren(el("p", { className: "note" }, this.fill("proof-wait", { n: this.d.tokens })),
      ...[0, 1, 2].map((i) => el("div", { className: "line waiting", "aria-hidden": "true" }, el("span", { className: "who" }), ...Array.from({ length: this.d.tokens }, (_, j) => el("i", { style: { width: `${44 + ((7 * i + 13 * j) % 40)}px` } })))));
    this.ask({ go: true });
  }

  results() {
    const { d, w } = this;
    const first = d.rows[0];
    const dice = d.temperature > 0;
    const lines = d.rows.map((row, i) => {
      const cells = row.token.map((token, j) => el("span", { className: "cell" },
        chip(token, row.id[j] === first.id[j] ? "" : "other"), dice ? el("small", {}, this.count(row.dice[j])) : null));
      return el("div", { className: "line" }, el("span", { className: "who" }, this.fill(i === 1 ? "proof-again" : "proof-seed", { seed: row.seed })), el("div", { className: "cells" }, ...cells));
    });
    const values = {
      seed: first.seed, other: d.rows[2].seed, n: this.count(first.id.length), k: this.count(d.equal[0]), m: this.count(d.equal[1]), difference: this.number(d.difference),
    };
    const verdict = !dice ? "proof-greedy" : d.equal[0] === first.id.length ? "proof-equal" : "proof-unequal";
    return [...lines, el("p", { className: "note" }, dice ? this.fill("proof-dice", { n: this.count(d.faces - 1) }) : ""), el("p", { className: "read" }, fill(w[verdict], values)), el("p", { className: "note" }, w["proof-note"])];
  }
}

// ---------------------------------------------------------------- greedy and beam search

class Beams extends View {
  draw() {
    const { d, w } = this;
    this.box.className = "view beams";
    this.width ??= d.width ?? d.widths[1];
    const choices = d.widths.map((n) => el("button", { type: "button", role: "radio", className: "choice", "aria-checked": n === this.width, onclick: () => this.choose(n) }, this.count(n)));
    this.choices = el("div", { className: "choices", role: "radiogroup", "aria-label": w["beams-keep"], onkeydown: (event) => this.shift(event) }, ...choices);
    this.go = el("button", { type: "button", className: "go", onclick: () => this.start() }, this.fill("beams-go", { n: d.steps }));
    this.result = el("div", { className: "result", role: "status" }, ...(d.ends ? this.results() : []));
    this.box.replaceChildren(el("div", { className: "bar" }, el("span", { className: "dial" }, el("span", { "aria-hidden": "true" }, w["beams-keep"]), this.choices), this.go), this.result);
    this.choose(this.width);
    if (this.focusGo) this.go.focus({ preventScroll: true });
    this.focusGo = false;
  }

  choose(n) {
    this.width = n;
    [...this.choices.children].forEach((choice, i) => {
      choice.setAttribute("aria-checked", this.d.widths[i] === n);
      choice.tabIndex = this.d.widths[i] === n ? 0 : -1;
    });
  }

  shift(event) {
    const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!by) return;
    event.preventDefault();
    const { widths } = this.d;
    const i = (widths.indexOf(this.width) + by + widths.length) % widths.length;
    this.choose(widths[i]);
    this.choices.children[i].focus();
  }

  start() {
    const { steps } = this.d;
    this.focusGo = true;
    this.go.disabled = true;
    const note = this.fill("beams-wait", { width: this.width, n: steps, passes: this.count((this.width - 1) * steps + 1 + steps) });
    this.result.replaceChildren(el("p", { className: "note" }, note),
      ...Array.from({ length: this.width + 1 }, (_, i) => el("div", { className: "line waiting", "aria-hidden": "true" }, ...Array.from({ length: steps }, (_, j) => el("i", { style: { width: `${44 + ((7 * i + 13 * j) % 40)}px` } })))));
    this.ask({ width: this.width });
  }

  /** A table with a row for each end of the tree: what its row shares with one above is empty, and a line leads down. */
  results() {
    const { d, w } = this;
    const { parent, lane, token, p } = d.nodes;
    const greedy = new Set(d.greedy);
    const path = (node) => (node ? [...path(parent[node]), node] : []);
    const rows = [...d.ends].sort((a, b) => lane[a.node] - lane[b.node]).map((end) => ({ ...end, path: path(end.node) }));
    const own = (row, i) => row.path[i] !== undefined && lane[row.path[i]] === lane[row.node];
    const fork = (row) => row.path.findIndex((node) => lane[node] === lane[row.node]);
    const above = (row) => (fork(row) ? lane[row.path[fork(row) - 1]] : 0); // the line from which it branches off
    const forks = (i, line, test) => rows.some((row) => fork(row) === i && row.node !== rows[0].node && test(above(row), lane[row.node], line));
    const kept = new Set(rows.filter((row) => row.rank).flatMap((row) => row.path));
    const cell = (row, i) => {
      const line = lane[row.node];
      const node = row.path[i];
      const classes = [
        own(row, i) ? "own" : "shared",
        own(row, i) && own(row, i + 1) ? "on" : "",
        forks(i, line, (from, to, at) => from < at && at < to) ? "down" : "",
        forks(i, line, (from, to, at) => from === at && at < to) ? "open" : "",
        forks(i, line, (from, to, at) => to === at) ? "elbow" : "",
      ];
      const kind = greedy.has(node) ? "greedy" : kept.has(node) ? "" : "removed";
      return el("td", { className: classes.join(" ") },
        node === undefined ? null : el("span", { className: "cell" }, chip(clip(token[node], 12), kind), own(row, i) ? el("small", {}, this.percent(p[node])) : null));
    };
    const who = (row) => {
      const marks = [row.rank ? this.fill("beams-rank", { n: row.rank }) : null, row.node === d.greedy.at(-1) ? w["beams-greedy"] : null].filter(Boolean);
      return marks.length ? marks.join(" = ") : this.fill("beams-out", { n: row.path.length + 1 });
    };
    const body = rows.map((row) => {
      const full = row.rank || row.node === d.greedy.at(-1);
      return el("tr", { className: row.node === d.greedy.at(-1) ? "greedy-row" : full ? "" : "out" },
        el("th", { scope: "row" }, who(row)), ...Array.from({ length: d.steps }, (_, i) => cell(row, i)), el("td", { className: "sum" }, full ? this.number(row.sum) : ""));
    });
    const head = el("tr", {}, el("td", {}), ...Array.from({ length: d.steps }, (_, i) => el("th", { scope: "col", "aria-label": this.fill("beams-step", { n: i + 1 }) }, String(i + 1))), el("th", { scope: "col", className: "sum" }, w["beams-sum"]));
    const start = el("p", { className: "start" }, el("span", { className: "note" }, w["beams-from"]), d.cut ? " … " : " ", ...d.start.map((t) => chip(t)));
    return [start, el("table", { "aria-label": w["beams-tree"] }, el("thead", {}, head), el("tbody", {}, ...body)), el("p", { className: "read" }, this.verdict()),
      el("p", { className: "note" }, fill(w["beams-caveat"], { n: this.number(d.texts), steps: d.steps }))];
  }

  verdict() {
    const { d, w } = this;
    const same = Math.abs(d.gain - 1) < 1e-6;
    const first = same ? w["beams-same"] : d.gain > 1 ? this.fill("beams-better", { width: d.width, gain: this.number(d.gain) }) : this.fill("beams-worse", { gain: this.number(1 / d.gain) });
    return d.left ? `${first} ${this.fill("beams-left", { n: d.left, width: d.width })}` : first;
  }
}
