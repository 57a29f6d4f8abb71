// Byte-pair encoding, merge by merge.

import { chip, el, fill } from "../../../components/base/elements.js";
import { clamp, integer } from "../../../components/base/numbers.js";
import { linked, remember } from "../../../components/base/view.js";

const STEP = 900; // ms between two merges while playing
const OFFERS = 5; // pairs of neighbours shown

/** @param {import("./index.js").View<import("./index.js").MergesData>} view */
export function merges(view) {
  const { d, w, own, say } = view;
  if (!d.built.length) return [el("p", { className: "note" }, fill(w["no-word"], { n: d.longest }))];
  const known = d.built.findIndex((word) => word.word === own.word);
  const longest = d.built.reduce((best, word, i) => (word.steps.length > d.built[best].steps.length ? i : best), 0);
  const player = el("div", { className: "player" });
  const buttons = d.built.map((word, i) =>
    el("button", { type: "button", className: "word", onclick: () => show(i) }, chip(word.word)),
  );
  const stop = () => {
    clearInterval(own.timer);
    own.timer = null;
  };
  const begun = own.word !== undefined;
  let at = known < 0 ? (begun ? longest : linked("word", d.built.length, longest)) : known;
  const within = (step) => clamp(step, 0, d.built[at].steps.length);
  const tell = () =>
    remember(
      at === longest && own.step === within(Infinity)
        ? { word: null, merge: null }
        : { word: at + 1, merge: own.step + 1 },
    );

  function show(i, step = Infinity) {
    stop();
    at = i;
    Object.assign(own, { word: d.built[i].word, step: within(step) });
    tell();
    buttons.forEach((button, j) => {
      button.setAttribute("aria-pressed", i === j);
      button.firstChild.classList.toggle("selected", i === j);
    });
    draw();
  }
  function move(by) {
    own.step = within(own.step + by);
    tell();
    if (own.step === d.built[at].steps.length) stop();
    draw();
  }
  function play() {
    if (own.timer) {
      stop();
      return draw();
    }
    if (own.step === d.built[at].steps.length) own.step = 0;
    own.timer = setInterval(() => move(1), STEP);
    draw();
  }
  const control = (name, act, off = false) =>
    el("button", { type: "button", className: `control ${name}`, disabled: off, onclick: act }, w[name]);
  const controls = {
    back: control("back", () => move(-1)),
    play: control("play", play),
    forward: control("forward", () => move(1)),
  };
  const said = el("div", { className: "said", "aria-live": "polite" });
  const grid = el("div", { className: "towers" });
  player.append(
    el("div", { className: "scroll", tabIndex: 0, role: "group", "aria-label": w.towers }, grid),
    el("div", { className: "panel" }, el("div", { className: "controls" }, ...Object.values(controls)), said),
  );

  function draw() {
    const word = d.built[at];
    const { step } = own;
    const offers = word.states[step].offers;
    const end = step === word.steps.length;
    controls.back.disabled = step === 0;
    controls.forward.disabled = end;
    controls.play.textContent = own.timer ? w.pause : w.play;
    const last = word.steps[step - 1];
    const joined = ([rank, left, right], kind) =>
      el(
        "li",
        { className: kind },
        el("span", {}, chip(left), " + ", chip(right)),
        el("span", { className: "id" }, fill(w.rank, { rank: integer(rank, d.lang) })),
      );
    said.replaceChildren(
      el(
        "p",
        { className: "read" },
        ...(last
          ? say("merge", {
              n: step,
              all: word.steps.length,
              left: chip(last.left),
              right: chip(last.right),
              rank: integer(last.rank, d.lang),
            })
          : say("start", { n: word.states[0].pieces.length, all: word.steps.length, word: chip(word.word) })),
      ),
      el(
        "p",
        { className: "note" },
        ...(end ? say(word.same ? "end-same" : "end-other", { ids: word.ids.join(", ") }) : [w.offers]),
      ),
      el(
        "ol",
        { className: "offers" },
        ...offers.slice(0, OFFERS).map((offer, i) => joined(offer, i ? "" : "lowest")),
        offers.length > OFFERS ? el("li", { className: "note" }, fill(w.more, { n: offers.length - OFFERS })) : null,
      ),
    );
    towers(view, grid, word, step);
  }
  show(at, known >= 0 ? own.step : begun ? Infinity : linked("merge", Infinity, Infinity));
  return [el("div", { className: "words", role: "group", "aria-label": w.word }, ...buttons), player];
}

// Each merge is a block over the bytes it spans, in the row of its step; the pieces so far stand in the last row.
function towers(view, grid, word, step) {
  const { d, w } = view;
  const bytes = word.states[0].pieces;
  const block = (row, start, size, text, kind) => {
    const raw = /^⟨(\w\w)⟩$/.exec(text);
    return el(
      "span",
      {
        className: `block ${kind} ${raw ? "raw" : ""}`,
        dir: "auto",
        title: text,
        style: { gridRow: row, gridColumn: `${start + 2} / span ${size}` },
      },
      raw ? raw[1] : text,
    );
  };
  const label = (row, text, kind = "") => el("span", { className: `label ${kind}`, style: { gridRow: row } }, text);
  grid.style.gridTemplateColumns = `auto repeat(${bytes.length}, minmax(20px, 46px))`;
  const rows = [label(1, w["bytes-row"]), ...bytes.map(([text], i) => block(1, i, 1, text, "first"))];
  word.steps.forEach((merge, i) => {
    const kind = i >= step ? "ahead" : i === step - 1 ? "now" : "";
    rows.push(
      label(i + 2, fill(w.rank, { rank: integer(merge.rank, d.lang) }), kind),
      block(i + 2, merge.start, merge.size, merge.piece, kind),
    );
  });
  let start = 0;
  const last = word.steps.length + 2;
  rows.push(label(last, w.result, "result"));
  for (const [text, size] of word.states[step].pieces) {
    rows.push(block(last, start, size, text, "final"));
    start += size;
  }
  grid.replaceChildren(...rows);
}
