// Links to a place in a page, such as #term-logit. What stands above the place may still be drawn when it is found: it is
// held in sight until the reader moves.

const HELD = 6_000; // ms
const DEEDS = ["wheel", "touchstart", "keydown", "pointerdown"];

let held = null; // what ends the holding of the last place

/** Goes to the place that the link names, as soon as it is there. */
function go() {
  const id = decodeURIComponent(location.hash.slice(1));
  held?.abort();
  if (!id) return;
  const deed = new AbortController();
  const end = performance.now() + HELD;
  let found = null;
  const look = () => {
    if (deed.signal.aborted || performance.now() > end) return;
    const place = document.getElementById(id);
    if (place && place !== found) {
      place.focus({ preventScroll: true });
      found = place;
    }
    place?.scrollIntoView({ block: "start" });
    setTimeout(look, 100);
  };
  held = deed;
  for (const kind of DEEDS) addEventListener(kind, () => deed.abort(), { signal: deed.signal, capture: true });
  look();
}

document.addEventListener("click", (event) => {
  const link = event.composedPath().find((node) => node instanceof HTMLAnchorElement);
  if (!(link instanceof HTMLAnchorElement) || !link.hash || link.matches(".skip") || event.defaultPrevented) return;
  if (link.origin !== location.origin || link.pathname !== location.pathname) return;
  if (event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  const url = new URL(location.href);
  url.hash = link.hash;
  history.pushState(history.state, "", url);
  go();
});

addEventListener("vetro-page", () => setTimeout(go)); // the address follows
go();
