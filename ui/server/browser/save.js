// Every figure, chart or component, can be saved: a line "Table, save as SVG PNG CSV" that shows when the figure is
// pointed at or reached by keyboard. The words are those that ui/frame/lesson.py leaves in the page's foot.

import { chartOf, FIGURES, holder, nameOf, rootOf, twinOf } from "./figures.js";
import { rowsOf } from "./numbers.js";
import { Picture } from "./picture.js";
import { SVG } from "./svg.js";
import { openTable, tableButton, tabulate } from "./table.js";

const SHARP = 2; // pixels of a PNG for one of the page

function equip() {
  const words = document.querySelector(".take")?.dataset;
  if (!words) return;
  for (const box of document.querySelectorAll(".stElementContainer:has(> .save)"))
    if (![...box.querySelectorAll(FIGURES)].some(rootOf)) box.querySelector(":scope > .save").remove();
  for (const figure of document.querySelectorAll(FIGURES)) {
    const box = holder(figure);
    if (!box || !rootOf(figure) || box.querySelector(":scope > .save")) continue;
    const line = Object.assign(document.createElement("div"), { className: "save" });
    line.setAttribute("role", "group");
    line.setAttribute("aria-label", words.figure);
    line.append(tableButton(figure, words), Object.assign(document.createElement("span"), { textContent: words.as }));
    for (const kind of ["SVG", "PNG", "CSV"]) {
      const button = Object.assign(document.createElement("button"), { type: "button", textContent: kind });
      button.onclick = () => save(figure, kind.toLowerCase());
      line.append(button);
    }
    const csv = /** @type {HTMLButtonElement} */ (line.lastChild);
    csv.onfocus = csv.onpointerenter = () => (csv.title = `${twinOf(figure)?.name ?? nameOf(figure)}.csv`);
    box.append(line);
    openTable(figure, words);
  }
  document.querySelectorAll(".numbers").forEach(tabulate);
}

async function save(figure, kind) {
  const name = nameOf(figure);
  if (kind === "csv") {
    const twin = twinOf(figure);
    return twin ? saveTwin(twin) : download(`${name}.csv`, `\ufeff${csv(rowsOf(figure))}`, "text/csv");
  }
  const drawn = chartOf(figure)?.querySelector(".svg-container") ?? rootOf(figure);
  const picture = new Picture(drawn);
  if (kind === "svg") return download(`${name}.svg`, picture.text, "image/svg+xml");
  download(`${name}.png`, await raster(picture));
}

function download(name, content, type) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content instanceof Blob ? content : new Blob([content], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

// ------------------------------------------------------------ PNG

async function raster(picture) {
  const { width, height } = picture.origin;
  const faces = await fonts(picture.svg.textContent, picture.text);
  const style = document.createElementNS(SVG, "style");
  style.textContent = faces.join("\n");
  picture.svg.prepend(style);
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

/** The page's own fonts as rules that hold their files: a picture may not ask for any. */
async function fonts(said, svg) {
  const codes = new Set(Array.from(said, (letter) => letter.codePointAt(0)));
  const used = (rule) => {
    const ranges = rule.style.getPropertyValue("unicode-range");
    return (
      !ranges ||
      ranges.split(",").some((range) => {
        const [from, to = from] = range
          .trim()
          .replace("U+", "")
          .split("-")
          .map((code) => parseInt(code, 16));
        return [...codes].some((code) => code >= from && code <= to);
      })
    );
  };
  // Streamlit's files name fonts that we do not use
  const sheets = [...document.styleSheets].filter((sheet) => !sheet.href);
  const rules = sheets.flatMap((sheet) => [...sheet.cssRules]).filter((rule) => rule instanceof CSSFontFaceRule);
  const wanted = rules.filter(
    (rule) => svg.includes(rule.style.getPropertyValue("font-family").replace(/["']/g, "")) && used(rule),
  );
  return Promise.all(
    wanted.map(async (rule) => {
      const address = rule.style.getPropertyValue("src").match(/url\("?([^")]+)/)[1];
      const file = await (await fetch(new URL(address, document.baseURI))).blob();
      const data = await new Promise((done) =>
        Object.assign(new FileReader(), { onload: (event) => done(event.target.result) }).readAsDataURL(file),
      );
      return rule.cssText.replace(/url\("?[^")]+"?\)/, `url("${data}")`);
    }),
  );
}

// ------------------------------------------------------------ CSV

/** The twin's own file: the table is opened, as its reader would, and its button pressed. */
async function saveTwin({ name, table }) {
  if (!table.querySelector("details[open]")) table.querySelector("summary").click();
  for (let tries = 0; tries < 100; tries++) {
    const button = document.querySelector(`.st-key-csv-${CSS.escape(name)} button`);
    if (button) return button.click();
    await new Promise((done) => setTimeout(done, 100));
  }
}

// Decimal signs and separators of the language, and a text that begins like a formula stays a text: as in ui/kit/csv.py.
function csv(rows) {
  const sign = (1.5).toLocaleString(document.documentElement.lang)[1];
  const cell = (value) => {
    if (typeof value === "number") return String(value).replace(".", sign);
    const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value ?? "");
    return /[",;\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  const separator = sign === "," ? ";" : ",";
  return `${Array.from(rows, (row) => row.map(cell).join(separator)).join("\r\n")}\r\n`;
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
document.addEventListener("vetro-data", soon); // a component got other data
