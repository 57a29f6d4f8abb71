// What the frame needs from the browser: <html lang>, links without a reload, the light/dark switch. Draws nothing.

const KEPT = ["lang", "prompt", "model"]; // what a link to another page carries along; a selection belongs to its page
const DARK = "(prefers-color-scheme: dark)";
const STORED = "vetro-theme";

// Streamlit's automatic theme asks the browser for its colour scheme, again whenever the page has been printed.
// So the answer is ours, and the question is asked again: a live switch, without a reload and without losing the session.
function paint(mode) {
  window.vetroAsk ??= window.matchMedia.bind(window);
  window.matchMedia = (query) => (query === DARK && mode ? Object.defineProperty(window.vetroAsk(query), "matches", { value: mode === "dark" }) : window.vetroAsk(query));
  window.dispatchEvent(new Event("afterprint"));
}

function follow(event) {
  if (event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const link = event.composedPath().find((node) => node instanceof HTMLAnchorElement);
  if (!link?.getAttribute("href") || link.target || link.download || link.origin !== location.origin || link.hash) return;
  event.preventDefault();
  const url = new URL(link.href);
  const here = new URLSearchParams(location.search);
  for (const name of KEPT) if (here.has(name) && !url.searchParams.has(name)) url.searchParams.set(name, here.get(name));
  const elsewhere = url.pathname !== location.pathname;
  history.pushState(null, "", url);
  window.dispatchEvent(new PopStateEvent("popstate", { state: null })); // Streamlit then opens the page of that address
  document.querySelectorAll("details.menu[open]").forEach((menu) => (menu.open = false));
  if (elsewhere) document.querySelector('[data-testid="stMain"]')?.scrollTo(0, 0);
}

export default function ({ data, setTriggerValue }) {
  document.documentElement.lang = data.lang;
  if (localStorage.getItem(STORED) && !window.vetroAsk) paint(localStorage.getItem(STORED));
  const click = (event) => {
    if (event.composedPath().some((node) => node.classList?.contains("theme-switch"))) {
      const mode = window.matchMedia(DARK).matches ? "light" : "dark";
      localStorage.setItem(STORED, mode);
      paint(mode);
      setTriggerValue("painted", mode); // figures are drawn on the server and must follow
    } else {
      follow(event);
      const menu = event.composedPath().find((node) => node.matches?.("details.menu"));
      document.querySelectorAll("details.menu[open]").forEach((other) => other !== menu && (other.open = false));
    }
  };
  const escape = (event) => event.key === "Escape" && document.querySelectorAll("details.menu[open]").forEach((menu) => (menu.open = false));
  document.onclick = click;
  document.onkeyup = escape;
}
