// The contents of a lesson: its headings, as they stand on the page when the list is opened. Links to them lead to the place
// (anchors.js).

const HEADINGS = "[data-testid=stMain] :is(h2, h3)[id^=at-]";

function list(/** @type {Element} */ menu) {
  const links = [...document.querySelectorAll(HEADINGS)].map((heading) => {
    const link = Object.assign(document.createElement("a"), {
      href: `#${heading.id}`,
      textContent: heading.textContent,
    });
    link.className = heading.tagName.toLowerCase();
    return link;
  });
  menu.querySelector("nav").replaceChildren(...links);
}

document.addEventListener(
  "toggle",
  (/** @type {any} */ { target }) => target.matches(".contents") && target.open && list(target),
  true,
);

/** The model's card hangs below its button: the prompt bar, which cuts what is larger, does not hold it. */
function hang(/** @type {Element} */ menu) {
  const card = /** @type {HTMLElement} */ (menu.querySelector(":scope > div"));
  const at = menu.getBoundingClientRect();
  card.style.top = `${at.bottom + 10}px`;
  card.style.left = `${Math.max(16, Math.min(at.right - card.offsetWidth, innerWidth - 16 - card.offsetWidth))}px`;
}

document.addEventListener(
  "toggle",
  (/** @type {any} */ { target }) => target.matches(".card") && target.open && hang(target),
  true,
);
window.addEventListener(
  "scroll",
  ({ target }) => {
    const open = /** @type {HTMLDetailsElement} */ (document.querySelector(".card[open]"));
    if (open && target instanceof Node && !open.contains(target)) open.open = false;
  },
  true,
);
