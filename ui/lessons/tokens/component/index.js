// The lesson. One view for each of its figures, chosen by data.view; `data` is packed by ui/lessons/tokens/readings.py.
// Words of the reader only ever become text nodes.

import { colours, mix } from "../../../components/base/colours.js";
import { weave } from "../../../components/base/elements.js";
import { drawings, drawn, introduce } from "../../../components/base/view.js";
import { compare } from "./compare.js";
import { letters, vocabulary } from "./letters.js";
import { merges } from "./merges.js";
import { sentence } from "./sentence.js";
import { table } from "./table.js";

/** What ui/lessons/tokens/readings.py gives, one view at a time. T tokens, V vocabulary, D hidden size.
 * @typedef {{ lang: string, words: Record<string, string> }} Common
 * @typedef {{ written: string, shown: string, bytes: string[], from: number, to: number, tokens: [number, number] }}
 *   Character the piece's own bytes are those between from and to; tokens: the first and the last that it is spread over
 * @typedef {Common & Packed & { view: "sentence", tokens: string[], ids: number[], special: boolean[], selected:
 *   number, characters: Character[][], rows: number, width: number }} SentenceData (T,) each; rows V, width D. Arrays:
 *   vectors (T, the first numbers)
 * @typedef {Common & { view: "table", id: number, token: string, near: number[], nearTokens: string[], cosines:
 *   number[], median: number, rows: number, width: number }} TableData near: ids of the nearest rows; median: the
 *   cosine of the middle one of all rows
 * @typedef {[rank: number, left: string, right: string]} Offer
 * @typedef {{ word: string, ids: number[], same: boolean, states: { pieces: [string, number][], offers: Offer[] }[],
 *   steps: { rank: number, left: string, right: string, start: number, size: number, piece: string }[] }} Built a state
 *   before the first step and after each; pieces with their bytes; same: the model's tokens are those of the last state
 * @typedef {Common & { view: "merges", built: Built[], longest: number }} MergesData
 * @typedef {{ name: string, missing?: string, vocabulary?: number, count?: number, tokens?: string[], added?: number[],
 *   more?: number, back?: string, whole?: boolean }} Compared missing: the file that is not there, and nothing else
 * @typedef {Common & { view: "compare", found: Compared[] }} CompareData
 * @typedef {Common & { view: "vocabulary", ids: number[], tokens: string[], chosen: number }} VocabularyData
 * @typedef {Common & { view: "letters", letter: string, count: number, rows: { ids: number[], tokens: string[],
 *   letters: [string, boolean][][] }[] }} LettersData after a space, and alone; for each token its letters, and whether
 *   each is the one that is counted */
/** What each view draws from.
 * @template D
 * @typedef {object} View
 * @property {HTMLElement} root @property {D} d its data @property {Record<string, string>} w
 * @property {Record<string, any>} own what the reader has chosen; outlives new data
 * @property {Palette} colours @property {Given["setStateValue"]} setStateValue
 * @property {Given["setTriggerValue"]} setTriggerValue
 * @property {(send: () => void) => void} ask once the reader has come to rest
 * @property {(name: string, values?: Record<string, any>) => any[]} say a section, with nodes in its gaps
 * @property {(i: number) => string} tint the ground of the token of this number */

const WAIT = 150; // ms: arrow keys may pass over many tokens before the server is asked
const seen = new WeakMap(); // mounted root -> what the reader has chosen; outlives new data

export default function tokens({ data, parentElement, setStateValue, setTriggerValue }) {
  const root = parentElement.querySelector(".root");
  introduce(root, data);
  if (!seen.has(root)) seen.set(root, {});
  drawn(root, () => draw({ data, parentElement, setStateValue, setTriggerValue }, root));
  return () => {
    drawings.delete(root);
    clearInterval(seen.get(root)?.timer);
    root.replaceChildren();
  };
}

function draw({ data, parentElement, setStateValue, setTriggerValue }, root) {
  const [own, palette] = [seen.get(root), colours(parentElement)];
  /** @type {View<any>} */
  const view = {
    root,
    d: data,
    w: data.words,
    own,
    colours: palette,
    setStateValue,
    setTriggerValue,
    ask(send) {
      clearTimeout(own.asking);
      own.asking = setTimeout(send, WAIT);
    },
    say: (name, values = {}) => weave(data.words[name], values),
    tint: (i) => mix(palette.paper, palette.categorical[i % palette.categorical.length], 0.24),
  };
  const focused = root.contains(root.getRootNode().activeElement);
  root.replaceChildren(...VIEWS[data.view](view));
  // the answer of the server must not end a walk by arrow keys
  if (focused) root.querySelector("[aria-selected=true]")?.focus();
}

const VIEWS = { sentence, table, merges, compare, vocabulary, letters };
