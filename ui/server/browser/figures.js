// The figures of the page, charts and components: where each is, what its files are called, and its numbers.

export const FIGURES = ".stBidiComponent";

export const holder = (figure) => figure.closest(".stElementContainer");
export function rootOf(figure) {
  const inside = [...figure.querySelectorAll("*")].find((node) => node.shadowRoot)?.shadowRoot ?? figure;
  return inside.querySelector(".root[data-figure]");
}
/** The chart of a figure that is one, drawn with the numbers of now. */
export function chartOf(figure) {
  const chart = figure.querySelector(".chart");
  chart?.parentNode.view.draw();
  return chart;
}

export const nameOf = (figure) => rootOf(figure).dataset.file;
/** What the lesson calls it: the page's title, and the heading that it stands under. */
export function titleOf(figure) {
  const before = [...document.querySelectorAll("h1, h2, h3, h4")].filter(
    (heading) => heading.compareDocumentPosition(figure) & Node.DOCUMENT_POSITION_FOLLOWING,
  );
  const titles = [before.find((heading) => heading.matches("h1")), before.at(-1)];
  return [...new Set(titles)].map((heading) => heading?.textContent.trim()).join(" · ");
}

/** The server's table of the figure, which bears its key (ui/kit/tables.py); null where its component writes it. */
export function foldOf(figure) {
  const key = [...holder(figure).classList].find((name) => name.startsWith("st-key-"))?.slice("st-key-".length);
  return document.querySelector(`.st-key-table-${CSS.escape(key)}`);
}
/** Opens it, unseen, where it is shut: only then the server makes it. */
export function unfold(fold) {
  if (!fold.querySelector("details[open]")) fold.querySelector("summary").click();
}
/** Parts of a figure that can be saved alone, by what they are called. */
export const partsOf = (figure) =>
  [...rootOf(figure).querySelectorAll("[data-part]")].filter((part) => part.getClientRects().length);
