// Keys that move through a page, and in the presenter's view from page to page.

// Streamlit's page scrolls in an element of its own, which has no keys before it was clicked.
const BY = { ArrowUp: [-40, 0], ArrowDown: [40, 0], PageUp: [0, -0.9], PageDown: [0, 0.9], " ": [0, 0.9] }; // px, screens
const ENDS = { Home: -Infinity, End: Infinity };
const TURNS = { ArrowLeft: -1, PageUp: -1, ArrowRight: 1, PageDown: 1 };

const presenting = () => document.documentElement.hasAttribute("data-present");

function leave() {
  const url = new URL(location.href);
  url.searchParams.delete("present");
  history.pushState(null, "", url);
  window.dispatchEvent(new PopStateEvent("popstate"));
}

// The lessons in the masthead's order.
function turn(by) {
  const pages = [...document.querySelectorAll(".masthead nav:first-of-type a:not(.beside a)")];
  pages[pages.findIndex((page) => page.ariaCurrent === "true") + by]?.click();
}

/** Scrolls the page as the key says; false where it does not or there is no further. */
function scroll(event) {
  const page = document.querySelector("[data-testid=stMain]");
  const [px, screens] = BY[event.key] ?? [ENDS[event.key], 0];
  if (!page || px === undefined) return false;
  const before = page.scrollTop;
  const most = page.scrollHeight - page.clientHeight;
  const by = (px + screens * page.clientHeight) * (event.key === " " && event.shiftKey ? -1 : 1);
  page.scrollTop = Math.max(0, Math.min(most, before + by));
  return Math.abs(page.scrollTop - before) >= 1;
}

// on the window: after the page's figures, which may have taken the key
window.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey || (event.shiftKey && event.key !== " "))
    return;
  const focused = document.activeElement;
  const free = !focused || focused === document.body || focused.matches("h1, [data-testid=stMain]");
  if (presenting() && event.key === "Escape" && !document.querySelector("details.menu[open]")) leave();
  // a clicker's keys move on wherever the focus is, but in a text that scrolls: nobody types with them
  const clicked = presenting() && event.key.startsWith("Page") && !(focused?.scrollHeight > focused?.clientHeight);
  if (!free && !clicked) return;
  if (scroll(event)) event.preventDefault();
  else if (presenting() && TURNS[event.key]) {
    event.preventDefault();
    turn(TURNS[event.key]);
  }
});

document.addEventListener("click", ({ target }) => target instanceof Element && target.matches(".leave") && leave());
