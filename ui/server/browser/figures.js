// The figures of the page, charts and components: where each is, what it is called, and the table that the lesson
// wrote for it.

export const FIGURES = ".stBidiComponent";
const TWIN = "[class*='st-key-table-']";

const keyOf = (box) => [...box.classList].find((name) => name.startsWith("st-key-"))?.slice(7) ?? "figure";
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

export const nameOf = (figure) => `vetro-${location.pathname.split("/").at(-1) || "machine"}-${keyOf(holder(figure))}`;

/** The table that belongs to a figure: the next one, where no other figure comes before it. */
export function twinOf(figure) {
  const all = [...document.querySelectorAll(`${FIGURES}, ${TWIN}`)].filter(
    (node) => node.matches(TWIN) || rootOf(node),
  );
  const next = all
    .slice(all.indexOf(figure) + 1)
    .find((node) => !node.querySelector(".chart") || !node.closest("details"));
  if (!next?.matches(TWIN)) return null;
  const name = [...next.classList].find((name) => name.startsWith("st-key-table-")).slice("st-key-table-".length);
  return { name, table: next };
}
