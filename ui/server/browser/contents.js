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
