// A chart of Plotly. It is drawn when it comes near the screen: Plotly and a page's charts take longer than all the
// rest of it, and most of them stand further down. Its place is kept, and its name is said, from the beginning.

import { el } from "../base/elements.js";
import { mountView, View } from "../base/view.js";

/** What ui/kit/figures.py gives.
 * @typedef {{ figure: string, height: number, alt: string, colours: Record<string, string> }} Data figure: Plotly's data
 *   and layout, as JSON; height in px; colours: those of the theme it is drawn for, with what they are in the other */

export default function chart(given) {
  return mountView(given, Chart, "chart");
}

const CONFIG = { displayModeBar: false, scrollZoom: false, doubleClick: false, showAxisDragHandles: false };
const SETTLED = 150; // ms: as long as what stands above it has no height, a chart is near that will not be
const LATER = 2000; // ms until Plotly is fetched although no chart is near

// One for all charts of the page, tried again where it did not come.
const library = () =>
  (window.vetro.plotly ??= new Promise((done) => {
    const src = new URL("plotly/plotly.min.js", document.baseURI).href;
    document.head.append(el("script", { src, onload: done, onerror: () => (window.vetro.plotly = null) }));
  }));

class Chart extends View {
  /** @type {Data} */
  d;

  near = false;

  constructor(box) {
    super(box);
    // what scrolls within the page cuts off a margin of the window: it is given one of its own
    const margin = { rootMargin: "50%", scrollMargin: "50%" };
    this.eye = new IntersectionObserver((seen) => this.approach(seen.at(-1).isIntersecting), margin);
    this.eye.observe(box);
    box.role = "figure";
    box.ariaBusy = "true"; // until it is drawn, or known to be far
    this.later = setTimeout(library, LATER);
    this.listen(window, "beforeprint", () => library().then(() => this.draw()));
  }

  update(data, palette) {
    const turned = palette.paper !== this.paper; // to the other theme, or to paper
    this.d = data;
    this.paper = palette.paper;
    for (const node of [this.box, this.box.parentElement]) node.style.height = `${data.height}px`;
    this.box.ariaLabel = data.alt;
    if (this.drawn && (this.near || turned)) this.draw();
  }

  approach(near) {
    this.near = near;
    this.box.ariaBusy = String(near && !this.drawn);
    clearTimeout(this.wait);
    if (near) this.wait = setTimeout(() => library().then(() => this.near && this.draw()), this.drawn ? 0 : SETTLED);
  }

  /** At once, so that who asks for the picture or its numbers has those of now; not before Plotly is there. */
  draw() {
    const width = this.box.clientWidth;
    const figure = this.coloured();
    if (!window.Plotly || !width || this.drawn === figure) return;
    const { data, layout } = JSON.parse(figure);
    this.drawn = figure;
    this.work = window.Plotly.react(this.box, data, { ...layout, width }, CONFIG);
    this.box.ariaBusy = "false";
  }

  /** The figure in the theme of now. */
  coloured() {
    const { figure, colours } = this.d;
    if (this.paper in colours) return figure;
    return figure.replace(/(?<=")#[0-9a-f]{6}(?=")/g, (colour) => colours[colour] ?? colour);
  }

  fit() {
    const width = this.box.clientWidth;
    const chart = /** @type {any} */ (this.box);
    if (this.drawn && width && width !== chart._fullLayout.width)
      this.work = window.Plotly.relayout(this.box, { width });
  }

  remove() {
    clearTimeout(this.wait);
    clearTimeout(this.later);
    this.eye.disconnect();
    // Plotly ends its work later, and then calls what purging takes away: "e.emit is not a function"
    const purge = () => window.Plotly.purge(this.box);
    this.work?.then(purge, purge);
    super.remove();
  }
}
