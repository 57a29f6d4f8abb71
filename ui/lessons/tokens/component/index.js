// Lesson 1. One view for each of its figures, chosen by data.view; `data` is packed by ui/lessons/tokens/readings.py.
// Words of the reader only ever become text nodes.

import { colours, mix } from "../../../components/base/colours.js";
import { weave } from "../../../components/base/elements.js";
import { exposeData } from "../../../components/base/view.js";
import { compare } from "./compare.js";
import { letters, vocabulary } from "./letters.js";
import { merges } from "./merges.js";
import { sentence } from "./sentence.js";
import { table } from "./table.js";

/** What ui/lessons/tokens/readings.py gives, one view at a time.
 * @typedef {object} View
 * @property {HTMLElement} root @property {any} d its data, as the view of that name reads it @property
 *   {Record<string, string>} w
 * @property {Record<string, any>} own what the reader has chosen; outlives new data
 * @property {Palette} colours */

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
  // the answer of the server must not end a walk by arrow keys
  if (focused) root.querySelector("[aria-selected=true]")?.focus();
  return () => {
    clearInterval(seen.get(root)?.timer);
    root.replaceChildren();
  };
}

const VIEWS = { sentence, table, merges, compare, vocabulary, letters };
