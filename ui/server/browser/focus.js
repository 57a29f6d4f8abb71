// The keyboard's place, where the page takes it away: it would begin at the top again, and nothing would be said.

const STOPS = "a[href], button:not(:disabled), input:not(:disabled), textarea, select, summary, [tabindex='0']";
const BLOCKS = ".stVerticalBlock, .stHorizontalBlock";

let last = null; // what has the focus
let around = []; // what it lies in, from the inside, and how many stops come before it there

const stops = (block) => [...block.querySelectorAll(STOPS)].filter((stop) => stop.checkVisibility());

document.addEventListener("focusin", ({ target }) => {
  last = /** @type {Element} */ (target);
  around = [];
  for (let block = last.closest(BLOCKS); block; block = block.parentElement.closest(BLOCKS))
    around.push([block, stops(block).indexOf(last)]);
});
document.addEventListener("pointerdown", () => (last = null), true); // who clicks beside everything wants no focus

let title = null; // of the page that the reader leaves

/** The title of a new page is where its reader begins; a screen reader says it. */
function begin() {
  const found = document.getElementById("lesson-title");
  if (!found || found === title) return;
  title = null;
  last = null;
  found.focus({ preventScroll: true });
}

/** What is gone leaves its place to what has come there, else to what is left beside it. */
function stay() {
  if (!last || document.activeElement !== document.body || (last.isConnected && last.checkVisibility())) return;
  for (const [block, place] of around) {
    const left = block.isConnected ? stops(block) : [];
    if (!left.length) continue;
    left[Math.min(Math.max(place, 0), left.length - 1)].focus({ preventScroll: true });
    return;
  }
}

window.addEventListener("vetro-page", () => (title = document.getElementById("lesson-title")));
new MutationObserver(() => (title ? begin() : stay())).observe(document, { subtree: true, childList: true });
