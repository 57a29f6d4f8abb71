// Terms that are marked in a text (content/glossary.py): what one means is shown beside it while the pointer is on it or the
// keyboard is there, and at a tap, which opens no page then. Escape shuts it. Screen readers have it as the link's description.

const DELAY = 200; // ms: a pointer that only passes opens nothing, and can go over to what was opened
const GAP = 8; // px to the edges of the window, and to the term

const note = Object.assign(document.createElement("div"), { className: "term-note", popover: "manual" });
note.setAttribute("aria-hidden", "true"); // the link says it
let shown = null; // the term
let timer = 0;
let kind = "mouse"; // of the last pointer

const termAt = (/** @type {EventTarget} */ target) => (target instanceof Element ? target.closest("a.term") : null);

function show(term) {
  clearTimeout(timer);
  if (shown === term) return;
  shown = term;
  if (!note.isConnected) document.body.append(note);
  note.textContent = term.getAttribute("aria-description");
  note.showPopover();
  place(term);
}

function place(term) {
  const at = term.getClientRects()[0];
  const { width, height } = note.getBoundingClientRect();
  const below = at.bottom + GAP + height <= innerHeight - GAP;
  note.style.left = `${Math.max(GAP, Math.min(at.left, innerWidth - GAP - width))}px`;
  note.style.top = `${Math.max(GAP, below ? at.bottom + GAP : at.top - GAP - height)}px`;
}

function hide() {
  clearTimeout(timer);
  if (shown) note.hidePopover();
  shown = null;
}

function soon(/** @type {() => void} */ what) {
  clearTimeout(timer);
  timer = setTimeout(what, DELAY);
}

document.addEventListener("pointerover", ({ target, pointerType }) => {
  if (pointerType !== "mouse") return;
  const term = termAt(target);
  if (term) soon(() => term.isConnected && show(term));
  else if (target === note) clearTimeout(timer);
  else if (shown) soon(hide);
});
document.addEventListener("focusin", ({ target }) => {
  const term = termAt(target);
  if (term?.matches(":focus-visible")) show(term);
  else hide();
});
document.addEventListener("focusout", ({ target }) => target === shown && hide());
window.addEventListener("pointerdown", ({ pointerType }) => (kind = pointerType), true);
window.addEventListener(
  "click",
  (event) => {
    const term = termAt(event.target);
    if (term && kind === "touch" && event.detail && shown !== term) {
      event.preventDefault();
      event.stopPropagation();
      show(term);
    } else hide();
  },
  true,
);
window.addEventListener(
  "keydown",
  (event) => {
    if (event.key !== "Escape" || !shown) return;
    event.stopPropagation();
    hide();
  },
  true,
);
window.addEventListener("scroll", () => (shown?.matches(":focus-visible") ? place(shown) : hide()), true);
window.addEventListener("vetro-page", hide);
