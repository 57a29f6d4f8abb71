// Every figure, chart or component, can be saved: a line "Table, save as SVG PNG CSV" below it. The words are those that
// ui/frame/footer.py leaves in the page's foot.

import { csv } from "./csv.js";
import { chartOf, FIGURES, foldOf, holder, nameOf, partsOf, rootOf, titleOf, unfold } from "./figures.js";
import { fonts } from "./fonts.js";
import { Picture } from "./picture.js";
import { refreshTables, tableButton } from "./table.js";

const SHARP = 2; // pixels of a PNG for one of the page

function equip() {
  const words = document.querySelector(".take")?.dataset;
  if (!words) return;
  for (const box of document.querySelectorAll(".stElementContainer:has(> .save)"))
    if (![...box.querySelectorAll(FIGURES)].some((figure) => foldOf(figure) || rootOf(figure)?.asTable))
      for (const ours of box.querySelectorAll(":scope > :is(.save, .numbers)")) ours.remove();
  for (const figure of document.querySelectorAll(FIGURES)) {
    const box = holder(figure);
    if (!box || !rootOf(figure)?.dataset.file || !(foldOf(figure) || rootOf(figure).asTable)) continue;
    if (!box.querySelector(":scope > .save")) box.append(lineOf(figure, words));
    offerParts(figure, words);
  }
  refreshTables(words);
}

function lineOf(figure, words) {
  const line = Object.assign(document.createElement("div"), { className: "save" });
  line.setAttribute("role", "group");
  line.setAttribute("aria-label", words.figure);
  const part = Object.assign(document.createElement("select"), { className: "part", ariaLabel: words.part });
  line.append(
    tableButton(figure, words),
    Object.assign(document.createElement("span"), { textContent: words.as }),
    part,
  );
  for (const kind of ["SVG", "PNG", "CSV"]) {
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: kind });
    button.onclick = () => save(figure, kind.toLowerCase(), part.value);
    line.append(button);
  }
  return line;
}

/** The parts that can be drawn alone, as they are now. */
function offerParts(figure, words) {
  const select = holder(figure).querySelector(":scope > .save .part");
  const names = ["", ...partsOf(figure).map((part) => part.dataset.part)];
  select.hidden = names.length < 2;
  if (names.join() === [...select.options].map((option) => option.value).join()) return;
  select.replaceChildren(...names.map((name) => new Option(name || words.whole, name)));
}

async function save(figure, kind, chosen) {
  const name = nameOf(figure);
  if (kind === "csv") {
    const fold = foldOf(figure);
    if (fold) return saveFold(fold);
    const { heads, rows } = rootOf(figure).asTable();
    return download(`${name}.csv`, csv([heads, ...rows], document.documentElement.lang), "text/csv");
  }
  const part = partsOf(figure).find((node) => node.dataset.part === chosen); // none for the whole
  const chart = chartOf(figure);
  const picture = new Picture(part ?? chart?.querySelector(".svg-container") ?? rootOf(figure));
  picture.name(titleOf(figure) + (part ? ` · ${chosen}` : ""), chart?.ariaLabel);
  picture.style(await fonts(picture.svg.textContent, picture.text));
  const words = chosen.toLowerCase().match(/[\p{L}\d]+/gu) ?? [];
  const file = [name, ...words.slice(0, 4)].join("-");
  if (kind === "svg") return download(`${file}.svg`, picture.text, "image/svg+xml");
  download(`${file}.png`, await raster(picture));
}

/** The server's own file: its table is opened, as its reader would, and its button pressed. */
async function saveFold(fold) {
  unfold(fold);
  for (let tries = 0; tries < 100; tries++) {
    const button = fold.querySelector("[class*='st-key-csv-'] button");
    if (button) return button.click();
    await new Promise((done) => setTimeout(done, 100));
  }
}

function download(name, content, type) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content instanceof Blob ? content : new Blob([content], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

async function raster(picture) {
  const { width, height } = picture.origin;
  const image = new Image();
  image.src = URL.createObjectURL(new Blob([picture.text], { type: "image/svg+xml" }));
  await image.decode();
  const canvas = Object.assign(document.createElement("canvas"), {
    width: Math.ceil(width * SHARP),
    height: Math.ceil(height * SHARP),
  });
  const pen = canvas.getContext("2d");
  pen.scale(SHARP, SHARP);
  pen.drawImage(image, 0, 0, width, height);
  URL.revokeObjectURL(image.src);
  return new Promise((done) => canvas.toBlob(done, "image/png"));
}

// A notebook is made from the link, as it is when it is asked for: what a component alone knows stands there.
document.addEventListener(
  "click",
  (/** @type {any} */ event) => {
    const link = event.target.closest?.(".st-key-take a");
    if (!link) return;
    const url = new URL(link.href);
    const known = new Set(url.searchParams.keys());
    for (const [name, value] of new URLSearchParams(location.search))
      if (!known.has(name)) url.searchParams.append(name, value);
    link.href = url;
  },
  true,
);

let waiting = 0;
const soon = () =>
  (waiting ||= setTimeout(() => {
    waiting = 0;
    equip();
  }, 300));
new MutationObserver(soon).observe(document, { subtree: true, childList: true });
// a component got other data, or other of its numbers were chosen
for (const kind of ["vetro-data", "click", "keyup"]) document.addEventListener(kind, soon);
