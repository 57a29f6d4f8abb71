// Text → pieces → ids → vectors.

import { signed } from "../../../components/base/colours.js";
import { chip, el, fill } from "../../../components/base/elements.js";
import { integer, number, unpack } from "../../../components/base/numbers.js";
import { remember } from "../../../components/base/view.js";
import { shelf } from "./shelf.js";

/** @param {import("./index.js").View<import("./index.js").SentenceData>} view */
export function sentence(view) {
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
