// The sentence as chips with the weights under them, the curves over them, and what it says in words.

import { shape, span, weave } from "../../../components/base/elements.js";

const FAINT = 1e-4; // a weight below which its number would only take room

export function paintSentence(x) {
  const { reader } = x.s;
  const words = x.words(reader).sort((a, b) => x.weight(reader, b) - x.weight(reader, a));
  x.chips.buttons.forEach((button, k) => {
    const weight = x.weight(reader, k);
    const seen = x.seen(reader, k);
    const mark = button.firstChild;
    mark.className = `chip${seen ? "" : " unseen"}${k === reader ? " selected" : ""}`;
    mark.style.background = seen && k !== reader ? x.colour(weight) : "";
    mark.style.color = seen && k !== reader ? x.ink(weight) : "";
    button.lastChild.textContent = !seen
      ? "–"
      : weight < FAINT
        ? `<\u202f${FAINT.toLocaleString(x.d.lang, { style: "percent", maximumFractionDigits: 2 })}`
        : x.percent(weight);
  });
  x.chips.paint(reader);
  const share = (k) =>
    span(
      "named",
      ...weave(x.w[k === reader ? "share-self" : "share"], { p: x.percent(x.weight(reader, k)), word: x.word(k) }),
    );
  const named = words.slice(0, words.length > 1 && x.weight(reader, words[1]) >= 0.1 ? 2 : 1);
  const rest = words.length - named.length;
  const left = Math.max(0, 1 - named.reduce((sum, k) => sum + x.weight(reader, k), 0));
  x.sentence.replaceChildren(
    ...(words.length === 1
      ? weave(x.w["read-only"], { reader: x.word(reader) })
      : [
          ...weave(x.w[named.length > 1 ? "read-two" : "read-one"], {
            reader: x.word(reader),
            first: share(named[0]),
            second: named[1] === undefined ? "" : share(named[1]),
          }),
          rest ? ` ${x.fill(rest === 1 ? "rest-one" : "rest-many", { count: x.count(rest), p: x.percent(left) })}` : "",
        ]),
  );
}

/** Curves from the reader to what it reads, above the chips. Where these stand in several lines, only within the
 * reader's own: through the others a curve would cross their chips. */
export function paintArcs(x) {
  const { reader } = x.s;
  const lines = new Set(x.chips.buttons.map((button) => button.offsetTop)).size;
  x.chips.node.classList.toggle("arched", lines === 1 && x.T > 1);
  x.chips.node.classList.toggle("stacked", lines > 1);
  const place = (k) => {
    const { offsetLeft, offsetTop, offsetWidth } = x.chips.buttons[k];
    return [offsetLeft + offsetWidth / 2, offsetTop + 1];
  };
  const curve = (k) => {
    const [[a, b], [u, v]] = [place(reader), place(k)];
    const rise = (lines > 1 ? 22 : Math.min(58, 20 + 0.1 * Math.abs(a - u))) / 0.75;
    return shape("path", {
      d: `M${u} ${v}C${u} ${v - rise} ${a} ${b - rise} ${a} ${b}`,
      "stroke-width": Math.max(1, (lines > 1 ? 6 : 12) * x.weight(reader, k)),
      class: x.read(reader, k) ? "" : "future",
    });
  };
  const line = x.chips.buttons[reader].offsetTop;
  const keys = x
    .words(reader)
    .filter((k) => k !== reader && x.weight(reader, k) >= 0.02 && x.chips.buttons[k].offsetTop === line);
  x.arcs.replaceChildren(...keys.map(curve));
}
