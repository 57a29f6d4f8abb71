// A button that copies a text.

import { copied } from "../../../components/base/clipboard.js";
import { button, el } from "../../../components/base/elements.js";

/** What ui/lessons/is_it_true/view.py gives. @typedef {{ text: string, words: Record<string, string> }} Data */

/** @param {Given & { data: Data }} given */
export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".root");
  if (!root.firstChild) root.append(button("copy", {}), el("span", { className: "note", role: "status" }));
  const [press, said] = root.children; // kept from run to run, and with them the keyboard's place
  press.textContent = data.words.copy;
  press.onclick = async () => {
    const done = await copied(data.text);
    said.textContent = done ? data.words.copied : data.words["not-copied"];
    press.focus();
  };
  return () => root.replaceChildren();
}
