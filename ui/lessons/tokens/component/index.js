// Lesson 1. One view for each of its figures, chosen by data.view; `data` is packed by ui/lessons/tokens/readings.py.
// Words of the reader only ever become text nodes.

import { colours, mix, signed } from "../../../components/base/colours.js";
import { chip, el, fill, weave } from "../../../components/base/elements.js";
import { clamp, integer, number, unpack } from "../../../components/base/numbers.js";
import { exposeData, linked, remember } from "../../../components/base/view.js";

const STEP = 900; // ms between two merges while playing
const OFFERS = 5; // pairs of neighbours shown
const WAIT = 150; // ms: arrow keys may pass over many tokens before the server is asked
const seen = new WeakMap(); // mounted root -> what the reader has chosen; outlives new data

export default function tokens({ data, parentElement, setStateValue, setTriggerValue }) {
  const root = parentElement.querySelector(".root");
  exposeData(root, data);
  if (!seen.has(root)) seen.set(root, {});
  const view = {
    root,
    d: data,
    w: data.words,
    own: seen.get(root),
    colours: colours(parentElement),
    setStateValue,
    setTriggerValue,
  };
  view.ask = (send) => {
    // once the reader has come to rest
    clearTimeout(view.own.asking);
    view.own.asking = setTimeout(send, WAIT);
  };
  view.say = (name, values = {}) => weave(view.w[name], values);
  view.tint = (i) => mix(view.colours.paper, view.colours.categorical[i % view.colours.categorical.length], 0.24);
  const focused = root.contains(root.getRootNode().activeElement);
  root.replaceChildren(...VIEWS[data.view](view));
  if (focused) root.querySelector("[aria-selected=true]")?.focus(); // the answer of the server must not end a walk by arrow keys
  return () => clearInterval(seen.get(root)?.timer);
}

// A tokens' shelf: chips in a row, of which one is chosen by a click or by the arrow keys. `extra(i)` stands below each.
function shelf(view, { tokens, ids, chosen, name, extra = () => null, numbered = false, choose }) {
  const cells = tokens.map((token, i) =>
    el(
      "div",
      { className: "cell", role: "option", onclick: () => pick(i, true) },
      numbered ? el("span", { className: "n" }, String(i + 1)) : null,
      chip(token),
      el("span", { className: "id" }, String(ids[i])),
      extra(i),
    ),
  );
  cells.forEach((cell, i) => (cell.querySelector(".chip").style.background = view.tint(i)));
  const list = el(
    "div",
    { className: "shelf", role: "listbox", "aria-label": name, "aria-orientation": "horizontal" },
    ...cells,
  );
  let at = null;
  const mark = (i) => {
    cells.forEach((cell, j) => {
      cell.setAttribute("aria-selected", i === j);
      cell.tabIndex = i === j ? 0 : -1;
      cell.querySelector(".chip").classList.toggle("selected", i === j);
    });
    at = i;
  };
  const pick = (i, focus) => {
    if (i < 0 || i >= cells.length) return;
    mark(i);
    if (focus) cells[i].focus();
    choose(i);
  };
  const keys = {
    ArrowLeft: () => at - 1,
    ArrowRight: () => at + 1,
    ArrowUp: () => at - 1,
    ArrowDown: () => at + 1,
    Home: () => 0,
    End: () => cells.length - 1,
  };
  list.onkeydown = (event) => {
    if (!(event.key in keys)) return;
    event.preventDefault();
    pick(keys[event.key](), true);
  };
  mark(chosen);
  return list;
}

// ---------------------------------------------------------------- text → pieces → ids → vectors

function sentence(view) {
  const { d, own } = view;
  const vectors = unpack(d).vectors;
  const first = vectors.shape[1];
  const numbers = (i) => Array.from(vectors.values.subarray(i * first, (i + 1) * first));
  const most = vectors.values.reduce((m, x) => Math.max(m, Math.abs(x)), 1e-9);
  const colour = (x) => signed(view.colours, x / most);
  const strip = (i) => {
    const stops = numbers(i).map((x, j) => `${colour(x)} ${(100 * j) / first}% ${(100 * (j + 1)) / first}%`);
    return el("span", {
      className: "strip",
      "aria-hidden": "true",
      style: { background: `linear-gradient(90deg, ${stops.join()})` },
    });
  };
  if (!(own.chosen < d.ids.length)) own.chosen = undefined;
  let at = own.chosen ?? d.selected;

  const text = d.characters.map((characters, i) =>
    el(
      "span",
      { className: "piece", style: { background: view.tint(i) }, onclick: () => list.children[i].click() },
      characters
        .filter((c) => c.tokens[0] === i)
        .map((c) => c.written)
        .join(""),
    ),
  );
  const detail = el("div", { className: "detail" });
  const draw = () => {
    text.forEach((piece, i) => piece.classList.toggle("chosen", i === at));
    detail.replaceChildren(...chosenToken(view, at, numbers(at), colour, most));
  };
  const list = shelf(view, {
    tokens: d.tokens,
    ids: d.ids,
    chosen: at,
    name: view.w.shelf,
    numbered: true,
    extra: strip,
    choose: (i) => {
      own.chosen = at = i;
      draw();
      remember({ token: i + 1 });
      view.ask(() => view.setStateValue("chosen", i));
    },
  });
  draw();
  const step = (n, name) => el("span", { className: "step" }, el("i", {}, String(n)), view.w[name]);
  return [
    el(
      "div",
      { className: "chain" },
      step(1, "text"),
      el("p", { className: "text", dir: "auto" }, ...text),
      el("div", { className: "steps" }, step(2, "pieces"), step(3, "ids"), step(4, "vectors")),
      list,
    ),
    detail,
  ];
}

// The chosen token: its sentence, its characters over their bytes, the first numbers of its vector.
function chosenToken(view, at, numbers, colour, most) {
  const { d, w, say } = view;
  const characters = d.characters[at];
  const value = (x) => number(x, d.lang);
  const bytes = characters.map((c) =>
    el(
      "span",
      { className: "character" },
      el("b", { dir: "auto" }, /^\p{M}/u.test(c.shown) ? `◌${c.shown}` : c.shown),
      el(
        "span",
        {},
        ...c.bytes.map((byte, i) => el("span", { className: i >= c.from && i < c.to ? "byte" : "byte other" }, byte)),
      ),
    ),
  );
  const spread = characters.find((c) => c.tokens[0] !== c.tokens[1]);
  const starts = d.tokens[at].startsWith("·") && characters[0]?.written === " ";
  const notes = [
    d.special[at] ? say("special") : starts ? say("spaced") : say("unspaced"),
    spread
      ? say("spread", {
          character: el("bdi", {}, spread.shown),
          n: spread.bytes.length,
          first: spread.tokens[0] + 1,
          last: spread.tokens[1] + 1,
        })
      : [],
  ];
  return [
    el(
      "p",
      { className: "read" },
      ...say("chosen", {
        n: at + 1,
        token: chip(d.tokens[at]),
        id: el("strong", {}, String(d.ids[at])),
        rows: integer(d.rows, d.lang),
      }),
    ),
    el(
      "div",
      { className: "two" },
      el(
        "section",
        {},
        el("p", { className: "eyebrow" }, w.bytes),
        el("div", { className: "characters" }, ...bytes),
        ...notes.filter((note) => note.length).map((note) => el("p", { className: "note" }, ...note)),
      ),
      el(
        "section",
        {},
        el("p", { className: "eyebrow" }, fill(w.first, { first: numbers.length, width: d.width })),
        el(
          "div",
          { className: "numbers" },
          ...numbers.map((x) => el("span", {}, el("i", { style: { background: colour(x) } }), value(x))),
        ),
        el(
          "p",
          { className: "scale", "aria-hidden": "true" },
          value(-most),
          el("i", { style: { background: `linear-gradient(90deg, ${view.colours.diverging.join()})` } }),
          value(most),
        ),
      ),
    ),
  ];
}

// ---------------------------------------------------------------- the embedding table and a row's neighbours

function table(view) {
  const { d, w, say } = view;
  const place = (id) => ({ left: `${(100 * (id + 0.5)) / d.rows}%` });
  const tick = (id, kind) => el("i", { className: kind, style: place(id) });
  const edge = (id) => el("span", {}, String(id));
  return [
    el(
      "figure",
      {
        className: "lying",
        role: "img",
        "aria-label": fill(w["lying-alt"], { token: d.token, id: d.id, rows: integer(d.rows, d.lang), width: d.width }),
      },
      el(
        "div",
        { className: "mark" },
        el(
          "span",
          { style: { ...place(d.id), transform: `translateX(-${(100 * d.id) / d.rows}%)` } },
          chip(d.token),
          String(d.id),
        ),
      ),
      el(
        "div",
        { className: "rows", style: { aspectRatio: `${d.rows} / ${d.width}` } },
        ...d.near.map((id) => tick(id, "near")),
        tick(d.id, "own"),
      ),
      el("div", { className: "edges" }, edge(0), el("span", {}, ...say("lying")), edge(d.rows - 1)),
    ),
    el("p", { className: "eyebrow" }, ...say("near", { token: chip(d.token) })),
    el(
      "ol",
      { className: "near-list" },
      ...d.near.map((id, i) =>
        el(
          "li",
          {},
          chip(d.nearTokens[i]),
          el("span", { className: "id" }, String(id)),
          el(
            "span",
            { className: "bar", "aria-hidden": "true" },
            el("i", { style: { width: `${100 * Math.max(0, d.cosines[i])}%` } }),
          ),
          el("span", { className: "cosine" }, number(d.cosines[i], d.lang)),
        ),
      ),
    ),
  ];
}

// ---------------------------------------------------------------- byte-pair encoding, merge by merge

function merges(view) {
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

// ---------------------------------------------------------------- the same text under several tokenizers

function compare(view) {
  const { d, w, say } = view;
  const most = Math.max(...d.found.map((one) => one.count ?? 0));
  return d.found.map((one) => {
    const name = el("h3", {}, w[`of-${one.name}`]);
    if (one.missing)
      return el(
        "section",
        { className: "one" },
        name,
        el("p", { className: "note" }, fill(w.missing, { file: one.missing })),
      );
    let place = -1;
    const chips = one.tokens.map((token, i) => {
      if (one.added[i]) return chip(token, "added");
      const shown = chip(token);
      shown.style.background = view.tint((place += 1));
      return shown;
    });
    return el(
      "section",
      { className: "one" },
      el(
        "header",
        {},
        name,
        el("span", { className: "note" }, fill(w[`kind-${one.name}`], { n: integer(one.vocabulary, d.lang) })),
        el(
          "span",
          { className: "count" },
          el("b", {}, integer(one.count, d.lang)),
          " ",
          one.count === 1 ? w.token : w.tokens,
        ),
      ),
      el(
        "div",
        { className: "length", "aria-hidden": "true" },
        el("i", { style: { width: `${(100 * one.count) / most}%` } }),
      ),
      el(
        "p",
        { className: "chips" },
        ...chips,
        one.more ? el("span", { className: "note" }, fill(w.more, { n: integer(one.more, d.lang) })) : null,
      ),
      el(
        "p",
        { className: "note" },
        w[`about-${one.name}`],
        " ",
        ...(one.whole ? say("whole") : say("back-is", { text: el("bdi", { className: "mono" }, one.back) })),
      ),
    );
  });
}

// ---------------------------------------------------------------- the vocabulary in the order of ids; the hidden letters

const vocabulary = (view) => [
  shelf(view, {
    ...view.d,
    name: view.w.around,
    choose: (i) => view.ask(() => view.setTriggerValue("look", view.d.ids[i])),
  }),
];

function letters(view) {
  const { d, w, say } = view;
  const one = (row, i) =>
    el(
      "section",
      { className: "spelt" },
      el("p", { className: "eyebrow" }, w[i ? "alone" : "after-space"]),
      el(
        "div",
        { className: "spelt-pieces" },
        ...row.tokens.map((token, j) => {
          const shown = chip(token);
          shown.style.background = view.tint(j);
          return el(
            "div",
            { className: "spelt-piece" },
            el(
              "span",
              { className: "hidden-letters" },
              ...row.letters[j].map(([c, hit]) => el(hit ? "b" : "span", { dir: "auto" }, c)),
            ),
            shown,
            el("span", { className: "id" }, String(row.ids[j])),
          );
        }),
      ),
    );
  return [
    el(
      "p",
      { className: "read" },
      ...say("letters", {
        n: d.count,
        letter: el("b", { className: "mono" }, d.letter),
        spaced: d.rows[0].ids.join(", "),
        alone: d.rows[1].ids.join(", "),
      }),
    ),
    el("div", { className: "spellings" }, ...d.rows.map(one)),
  ];
}

const VIEWS = { sentence, table, merges, compare, vocabulary, letters };
