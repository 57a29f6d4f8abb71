// The loop itself: its controls, the ribbon of tokens, the sentence; orders, played or given by hand.

import { shade } from "../../../components/base/colours.js";
import { boxOf, el, weave } from "../../../components/base/elements.js";
import { remember, still } from "../../../components/base/view.js";
import { Asker, named } from "./asker.js";
import { drawMap } from "./branches.js";
import { amount, drawCandidates, emptyRow, placeOf, walk } from "./candidates.js";
import { drawRibbon } from "./ribbon.js";

const PACE = 500; // ms from one token to the next while it plays
const DEEPEST = 0.42; // of the ramp from paper to green, for a probability of 1

export class Loop extends Asker {
  /** @type {import("./index.js").LoopData} */
  d;

  remove() {
    this.pause();
    super.remove();
  }

  fit() {
    drawMap(this);
  }

  build() {
    const { d, w } = this;
    const button = (name, more, onclick) =>
      el("button", { type: "button", className: name, onclick, ...more }, w[name]);
    this.stepButton = button("step", {}, () => this.step());
    this.playButton = button("play", {}, () => (this.playing ? this.pause() : this.play()));
    this.backButton = button("back", {}, () => this.halt({ go: this.parent(this.d.at) }));
    this.heat = el("input", {
      type: "range",
      min: 0,
      max: d.hottest,
      step: 0.1,
      "aria-label": w.temperature,
      oninput: () => this.sayHeat(Number(this.heat.value)),
      onchange: () => this.set(Number(this.heat.value), this.d.seed),
    });
    this.heatValue = el("output", { className: "mono" });
    this.seed = el("input", {
      type: "text",
      inputMode: "numeric",
      className: "mono",
      maxLength: 4,
      "aria-label": w.seed,
      onchange: () => this.set(this.d.temperature, Number.parseInt(this.seed.value, 10)),
    });
    const turn = (by, sign, label) =>
      el(
        "button",
        {
          type: "button",
          className: "turn",
          "aria-label": label,
          onclick: () => this.set(this.d.temperature, this.d.seed + by),
        },
        sign,
      );
    this.counter = el("span", { className: "count" });
    this.bar = el(
      "div",
      { className: "bar" },
      el("div", { className: "transport" }, this.backButton, this.stepButton, this.playButton),
      el("label", { className: "dial" }, el("span", {}, w.temperature), this.heat, this.heatValue),
      el(
        "div",
        { className: "dial" },
        el("span", { "aria-hidden": "true" }, w.seed),
        turn(-1, "−", w["seed-down"]),
        this.seed,
        turn(1, "+", w["seed-up"]),
      ),
      this.counter,
    );

    this.ribbon = el("div", { className: "ribbon", role: "group", "aria-label": w.ribbon });
    this.legend = el("p", { className: "note legend" });
    this.said = el("p", { className: "read" });
    this.head = el("div", { className: "heads" });
    this.rows = Array.from({ length: 9 }, (_, i) => emptyRow(this, i));
    this.tail = el(
      "div",
      { className: "cand tail" },
      el("span", { className: "label" }),
      amount(),
      el("span", { className: "q" }),
    );
    this.list = el(
      "div",
      { className: "rows", role: "group", onkeydown: (event) => walk(this, event) },
      ...this.rows,
      this.tail,
    );
    this.mapHead = el("div", { className: "heads" });
    this.mapBox = el("div", { className: "map" });
    this.tip = el("div", { className: "tip", "aria-hidden": "true" });
    this.box.replaceChildren(
      this.bar,
      this.ribbon,
      this.legend,
      this.said,
      el(
        "div",
        { className: "below" },
        el("section", { className: "candidates" }, this.head, this.list),
        el("section", { className: "branches" }, this.mapHead, this.mapBox, this.tip),
      ),
    );
    this.watch.disconnect(); // only the map depends on its size
    this.watch.observe(this.mapBox);
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
    const from = grew && !still() ? placeOf(this, d.nodes.id[d.at]) : null;
    this.drawBar();
    drawRibbon(this);
    this.drawSentence();
    drawCandidates(this);
    drawMap(this);
    if (from) this.fly(from);
    this.link();
    if (d.full || d.ended) this.pause();
    if (this.playing) this.timer = setTimeout(() => this.step(), Math.max(0, PACE - (performance.now() - this.asked)));
  }

  parent(node) {
    return this.d.nodes.parent[node];
  }

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
    if (this.focused !== this.heat || !this.heat.matches(":active")) this.heat.value = d.temperature;
    this.sayHeat(Number(this.heat.value));
    this.seed.value = d.seed;
    this.counter.textContent = this.fill("count", { n: this.integer(this.path.length), limit: this.integer(d.limit) });
  }

  sayHeat(t) {
    this.heatValue.textContent = new Intl.NumberFormat(this.d.lang, { minimumFractionDigits: 1 }).format(t);
    this.heat.setAttribute("aria-valuetext", this.heatValue.textContent);
  }

  /** Shaded by probability, up to where ink can still be read on it. */
  shade(cell) {
    cell.firstChild.style.background = shade(this.palette, DEEPEST * this.d.nodes.p[cell.dataset.node]);
  }

  drawSentence() {
    const { d } = this;
    const top = d.candidates[0];
    const next = d.candidates.find(({ id }) => id === d.drawn);
    const values = {
      top: named(top.token),
      p: this.percent(top.p),
      token: named(next.token),
      q: this.percent(next.p),
      seed: String(d.seed),
      limit: this.integer(d.limit),
    };
    const way = d.full ? "full" : d.temperature === 0 ? "read-greedy" : next === top ? "read-top" : "read-drawn";
    const ended = d.ended && !d.full ? weave(this.w.ended, { token: named(d.nodes.token[d.at]) }).concat(" ") : [];
    this.said.setAttribute("aria-live", this.playing ? "off" : "polite");
    this.said.replaceChildren(...ended, ...weave(this.w[way], values));
  }

  /** The token that was taken goes from its row to the ribbon, over everything: the ribbon would cut it off. */
  fly(from) {
    const token = [...this.ribbon.querySelectorAll(".taken")].at(-1).firstChild;
    const [to, box] = [token, this.box].map(boxOf);
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
}
