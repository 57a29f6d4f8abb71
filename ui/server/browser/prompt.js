// The prompt bar while a prompt is typed: Enter runs it, and the counter goes on counting (ui/frame/prompt_bar.py).

import { fill } from "../../components/base/elements.js";

const BOX = ".st-key-prompt textarea";
const PAUSE = 250; // ms without a key, after which the tokens are counted
const LONGEST = 5_000; // characters that are counted while they are typed: a link keeps 600 (ui/frame/routes.py: in bytes)

// Enter runs, as in a chat; Shift and Enter begin a new line. On a touch screen, which has no Shift and Enter, Enter
// begins one and the button runs.
document.addEventListener(
  "keydown",
  (/** @type {any} */ event) => {
    const box = event.target.closest?.(BOX);
    const plain = event.key === "Enter" && !event.shiftKey && !event.ctrlKey && !event.metaKey && !event.altKey;
    if (!box || !plain || event.isComposing || matchMedia("(pointer: coarse)").matches) return;
    event.preventDefault();
    event.stopPropagation();
    // the keys with which Streamlit takes what a text area holds
    box.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", ctrlKey: true, bubbles: true }));
  },
  true,
);

let waiting = 0;
document.addEventListener("input", (/** @type {any} */ event) => {
  const box = event.target.closest?.(BOX);
  if (!box) return;
  clearTimeout(waiting);
  waiting = setTimeout(() => count(box), PAUSE);
});

async function count(box) {
  const typed = box.value;
  const counter = () => /** @type {HTMLElement | null} */ (document.querySelector(".st-key-bar .count"));
  const { model, limit } = counter()?.dataset ?? {};
  if (!model || typed.length > LONGEST) return; // the bar is being drawn anew, or the page will say that this is too long
  const answer = await fetch(`tokens-of?${new URLSearchParams({ model })}`, { method: "POST", body: typed }).catch(
    () => null, // without a connection the page says so itself
  );
  const place = counter();
  if (!answer?.ok || box.value !== typed || !place) return;
  const n = await answer.json();
  place.textContent = n ? fill(n > Number(limit) ? place.dataset.over : place.dataset.tokens, { n, limit }) : "";
}
