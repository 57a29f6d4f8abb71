// The residual stream, what attention reads of it, and the three matrices, all on one scale: a column of a matrix
// stands below the number that it is multiplied with, a row beside the number that it gives.

import { div, el, penOf, span, within } from "../../../components/base/elements.js";
import { clamp, range } from "../../../components/base/numbers.js";
import { arrows } from "../../../components/base/view.js";

const ROLES = { q: "query", k: "key", v: "value" };
const STRIP = 12; // px, height of a vector
const OUT = 16; // px, width of the numbers that a matrix gives
const FULL = 0.98; // of the numbers that have a colour of their own; larger ones have the last
const ROWS = 1; // rows of the magnified part above the chosen one, and below it
const COLUMNS = 3; // columns at its left, and at its right
const WHOLE = 110; // px of the whole matrices' width

export function buildMatrices(view) {
  const { w } = view;
  const canvas = (className) => el("canvas", { className, "aria-hidden": "true" });
  view.strips = {};
  const strip = (name, matrix) => {
    const part = { canvas: canvas("strip"), name: span("name") };
    view.strips[`${name}-${matrix}`] = part;
    return div(`line ${name}`, part.name, part.canvas);
  };
  view.boards = Object.fromEntries(Object.keys(ROLES).map((matrix) => [matrix, board(view, matrix)]));
  view.wholes = div("wholes");
  view.cellText = el("p", { className: "mono", "aria-live": "polite" });
  view.rowText = el("p", { className: "mono" });
  view.lens = el("table", { className: "lens" });
  view.around = el("div", { className: "table", tabIndex: 0, role: "region" }, view.lens);
  view.scale = span("note");
  const strips = (matrix) => [view.d.norm === "none" ? "" : strip("x", matrix), strip("read", matrix)];
  return [
    el("h2", {}, w["matrices-title"]),
    el("p", { className: "about" }, w[`norm-${view.d.norm}`]),
    div("figure", ...strips("q"), view.boards.q.node, ...strips("k"), view.boards.k.node, view.boards.v.node),
    el("p", { className: "note" }, view.scale, ` ${w["colours-note"]}`),
    div("chosen", div("sums", view.cellText, view.rowText), view.around),
    el("p", { className: "eyebrow" }, w["whole-title"]),
    view.wholes,
  ];
}

/** A matrix with the numbers that it gives, and the mark of the chosen cell. */
function board(view, matrix) {
  const part = {
    canvas: el("canvas", { className: "matrix", "aria-hidden": "true" }),
    out: el("canvas", { className: "out", "aria-hidden": "true" }),
    mark: div("mark"),
    name: span("name"),
    result: span(`result symbol ${ROLES[matrix]}`, matrix),
  };
  const at = (event) => {
    const [x, y] = within(part.canvas, event);
    return {
      row: clamp(Math.floor(y / view.cell), 0, view.K - 1),
      column: clamp(Math.floor(x / view.cell), 0, view.D - 1),
    };
  };
  part.area = arrows(div("area", part.canvas, part.out, part.mark), (down, right) =>
    view.choose({
      matrix,
      row: clamp(view.row + down, 0, view.K - 1),
      column: clamp(view.column + right, 0, view.D - 1),
    }),
  );
  Object.assign(part.area, { tabIndex: 0, role: "application" });
  part.canvas.onpointermove = (event) => point(view, matrix, at(event));
  part.canvas.onpointerleave = () => point(view, null);
  part.canvas.onclick = (event) => view.choose({ matrix, ...at(event) });
  part.out.onclick = (event) => view.choose({ matrix, row: at(event).row, column: null });
  part.node = div("line board", part.name, part.area, part.result);
  return part;
}

/** What the pointer is at, as long as it is there. */
function point(view, matrix, cell = null) {
  view.pointed = matrix && { matrix, ...cell };
  paintCell(view);
}

/** As large as the width allows. */
export function sizeMatrices(view, width) {
  const label = width > 700 ? 150 : 0;
  view.cell = Math.min(Math.max(0.2, (width - label - OUT - 34) / view.D), 5);
  view.box.style.setProperty("--label", `${label}px`);
  view.box.classList.toggle("narrow", !label);
  view.drawn = {};
}

export function paintMatrices(view) {
  const limits = {};
  view.errors = {}; // the largest differences between our sums and the numbers of the pass
  for (const [name, part] of Object.entries(view.strips)) {
    const [kind, matrix] = name.split("-");
    const t = view.tokenOf(matrix);
    const values = view.of(kind, t);
    part.name.textContent = view.fill(kind === "x" ? "strip-x" : "strip-read", { token: view.word(t) });
    draw(view, part.canvas, values, view.D, [view.cell, STRIP], limit(values));
  }
  for (const [matrix, part] of Object.entries(view.boards)) {
    const { values } = view.a[`w${matrix}`];
    limits[matrix] = limit(values);
    if (!view.drawn[matrix]) draw(view, part.canvas, values, view.D, [view.cell, view.cell], limits[matrix]);
    view.drawn[matrix] = true;
    const out = view.output(matrix);
    view.errors[matrix] = view.error(matrix);
    draw(view, part.out, out, 1, [OUT, view.cell], limit(out));
    part.name.replaceChildren(
      span(`symbol ${ROLES[matrix]}`, "W", el("sub", {}, matrix)),
      ` ${view.integer(view.K)} × ${view.integer(view.D)}`,
    );
    part.area.setAttribute(
      "aria-label",
      view.fill("matrix-name", { matrix, rows: view.integer(view.K), columns: view.integer(view.D) }),
    );
  }
  const shown = (name) => view.number(limits[name]);
  view.scale.textContent = view.fill("scale", { q: shown("q"), k: shown("k"), v: shown("v") });
  paintCell(view);
  paintWholes(view);
}

/** Where the colours of these numbers end: a few are so large that all others would look pale. */
function limit(values) {
  const sizes = Float32Array.from(values, Math.abs).sort();
  return sizes[Math.min(sizes.length - 1, Math.floor(FULL * sizes.length))] || 1;
}

/** Numbers row by row on a canvas, each as a rectangle of this size. */
function draw(view, canvas, values, columns, [wide, high], end) {
  const rows = values.length / columns;
  const image = new ImageData(columns, rows);
  const pixels = pixelsOf(view);
  values.forEach((x, i) => image.data.set(pixels[Math.round(256 * (clamp(x / end, -1, 1) + 1))], 4 * i));
  const small = el("canvas", { width: columns, height: rows });
  small.getContext("2d").putImageData(image, 0, 0);
  const pen = penOf(canvas, columns * wide, rows * high);
  pen.imageSmoothingEnabled = wide < 1;
  pen.drawImage(small, 0, 0, columns * wide, rows * high);
}

/** The ramp of colours as bytes, made once for a palette. */
function pixelsOf(view) {
  if (view.pixels?.of !== view.tints)
    view.pixels = {
      of: view.tints,
      bytes: view.tints.map((hex) => [...[1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16)), 255]),
    };
  return view.pixels.bytes;
}

/** The cell that is pointed at, or chosen: its number, its row's sum, the numbers around it. */
function paintCell(view) {
  const { matrix, row, column } = view.pointed ?? { matrix: view.s.matrix, row: view.row, column: view.column };
  const [weights, x, own] = [view.matrixRow(matrix, row), view.input(matrix), view.output(matrix)];
  const t = view.tokenOf(matrix);
  for (const [name, part] of Object.entries(view.boards)) {
    part.mark.hidden = name !== matrix;
    Object.assign(part.mark.style, {
      top: `${row * view.cell}px`,
      height: `${Math.max(view.cell, 2)}px`,
      width: `${view.D * view.cell}px`,
    });
    part.mark.style.setProperty("--at", `${(column + 0.5) * view.cell}px`);
  }
  const bias = view.bias(matrix, row);
  view.cellText.textContent = view.fill("cell", {
    matrix,
    row: view.integer(row + 1),
    column: view.integer(column + 1),
    w: view.number(weights[column]),
    x: view.number(x[column]),
    product: view.number(weights[column] * x[column]),
  });
  view.rowText.textContent = view.fill(bias === null ? "row" : "row-bias", {
    count: view.integer(view.D),
    row: view.integer(row + 1),
    sum: view.number(view.dot(matrix, row) - (bias ?? 0)),
    bias: view.number(bias ?? 0),
    symbol: matrix,
    token: view.word(t),
    own: view.number(own[row]),
    error: view.number(view.errors[matrix]),
    all: view.integer(view.K),
  });
  paintLens(view, matrix, row, column);
}

/** The numbers around the cell, as many as there are. */
function paintLens(view, matrix, row, column) {
  const around = (at, reach, count) => {
    const first = clamp(at - reach, 0, Math.max(0, count - 2 * reach - 1));
    return range(Math.min(2 * reach + 1, count)).map((i) => first + i);
  };
  const columns = around(column, COLUMNS, view.D);
  const rows = around(row, ROWS, view.K);
  const head = (i) => el("th", { scope: "col" }, view.integer(i + 1));
  const line = (i) =>
    el(
      "tr",
      {},
      el("th", { scope: "row" }, view.integer(i + 1)),
      ...columns.map((j) =>
        el("td", { className: i === row && j === column ? "here" : "" }, view.number(view.matrixRow(matrix, i)[j])),
      ),
    );
  const name = view.fill("lens", { matrix });
  view.around.setAttribute("aria-label", name);
  view.lens.replaceChildren(
    el("caption", { className: "note" }, name),
    el("thead", {}, el("tr", {}, el("td", {}), ...columns.map(head))),
    el("tbody", {}, ...rows.map(line)),
  );
}

/** Which rows of the whole matrices the head uses. */
function paintWholes(view) {
  view.wholes.replaceChildren(
    ...Object.entries(view.d.slices).map(([matrix, [first, rows]]) => {
      const pixel = WHOLE / view.D;
      const slice = div(`slice ${ROLES[matrix]}`);
      Object.assign(slice.style, { top: `${first * pixel}px`, height: `${Math.max(view.K * pixel, 2)}px` });
      const outline = div("whole", slice);
      Object.assign(outline.style, { width: `${WHOLE}px`, height: `${rows * pixel}px` });
      const names = { matrix, rows: view.integer(rows), columns: view.integer(view.D) };
      return div(
        "of",
        outline,
        el(
          "p",
          { className: "note" },
          view.fill("whole", names),
          el("br"),
          view.fill("slice", {
            first: view.integer(first + 1),
            last: view.integer(first + view.K),
          }),
        ),
      );
    }),
  );
}
