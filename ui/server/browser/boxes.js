// Boxes of the page in a picture: their grounds, gradients, borders, outlines, and the shadows that serve as rings.

const LINES = ["Top", "Right", "Bottom", "Left"];

export function drawBox(picture, box, style, parent) {
  if (!box.width || !box.height) return;
  const at = picture.place(box);
  const least = Math.min(box.width, box.height) / 2;
  const radius =
    parseFloat(style.borderTopLeftRadius) * (style.borderTopLeftRadius.endsWith("%") ? box.width / 100 : 1);
  const round = Math.min(radius || 0, least);
  const rect = (grown, more) =>
    picture.add(parent, "rect", {
      x: at.x - grown,
      y: at.y - grown,
      width: Math.max(at.width + 2 * grown, 0),
      height: Math.max(at.height + 2 * grown, 0),
      ...(round + grown > 0 && round ? { rx: round + grown } : {}),
      ...more,
    });
  const stroke = (width, css, kind) => ({
    fill: "none",
    "stroke-width": width,
    ...picture.fill(css, "stroke"),
    ...(kind === "dashed" || kind === "dotted"
      ? { "stroke-dasharray": kind === "dashed" ? `${3 * width} ${2 * width}` : `${width}` }
      : {}),
  });
  for (const shadow of listOf(style.boxShadow).reverse()) drawShadow(picture, shadow, rect, stroke, false);
  if (picture.colour(style.backgroundColor)[1]) rect(0, picture.fill(style.backgroundColor));
  listOf(style.backgroundImage).forEach((image, i) => drawGradient(picture, image, i, at, round, style, parent));
  for (const shadow of listOf(style.boxShadow).reverse()) drawShadow(picture, shadow, rect, stroke, true);
  const lines = LINES.map((side) => [
    parseFloat(style[`border${side}Width`]),
    style[`border${side}Color`],
    style[`border${side}Style`],
  ]);
  const [width, css, kind] = lines[0];
  if (lines.every((line) => `${line}` === `${lines[0]}`)) {
    if (width && kind !== "none" && picture.colour(css)[1]) rect(-width / 2, stroke(width, css, kind));
  } else
    lines.forEach(([width, css, kind], i) => {
      if (!width || kind === "none" || !picture.colour(css)[1]) return;
      const [left, right, top, bottom] = [at.x, at.x + at.width, at.y, at.y + at.height];
      const [x1, y1, x2, y2] = [
        [left, top + width / 2, right, top + width / 2],
        [right - width / 2, top, right - width / 2, bottom],
        [left, bottom - width / 2, right, bottom - width / 2],
        [left + width / 2, top, left + width / 2, bottom],
      ][i];
      picture.add(parent, "line", { x1, y1, x2, y2, ...stroke(width, css, kind) });
    });
  const outline = parseFloat(style.outlineWidth);
  if (outline && style.outlineStyle !== "none" && picture.colour(style.outlineColor)[1])
    rect(outline / 2 + parseFloat(style.outlineOffset), stroke(outline, style.outlineColor, style.outlineStyle));
}

/** Shadows serve as rings here: those with a width, or nothing but a shift, without blur. */
function drawShadow(picture, css, rect, stroke, inner) {
  if (css === "none" || css.includes("inset") !== inner) return;
  const [x, y, blur, spread] = css
    .replace(/^.*?\)/, "")
    .match(/-?[\d.]+px/g)
    ?.map(parseFloat) ?? [0, 0, 0, 0];
  const colour = css.match(/^\S+\(.*?\)|^\S+/)[0];
  if (spread && !blur) rect(inner ? -spread / 2 : spread / 2, stroke(spread, colour));
  else if (!inner && !blur && (x || y)) {
    const shifted = rect(0, picture.fill(colour));
    shifted.setAttribute("transform", `translate(${x} ${y})`);
  }
}

/** A list of CSS, cut at the commas that stand in no brackets. */
function listOf(css) {
  let depth = 0;
  let part = "";
  const parts = [];
  for (const c of css) {
    depth += { "(": 1, ")": -1 }[c] ?? 0;
    if (c === "," && !depth) {
      parts.push(part.trim());
      part = "";
    } else part += c;
  }
  return css === "none" ? [] : [...parts, part.trim()];
}

function drawGradient(picture, css, layer, at, round, style, parent) {
  const found = css.match(/^(repeating-)?linear-gradient\((.*)\)$/s);
  if (!found) return;
  const stops = listOf(found[2]);
  const asked = stops[0].match(/^(-?[\d.]+)deg$|^to (\w+)$/);
  if (asked) stops.shift();
  const angle = ((asked ? (asked[1] ?? { top: 0, right: 90, bottom: 180, left: 270 }[asked[2]]) : 180) * Math.PI) / 180;
  const area = areaOf(
    listOf(style.backgroundSize)[layer] ?? "auto",
    listOf(style.backgroundPosition)[layer] ?? "0% 0%",
    at,
  );
  const length = Math.abs(area.width * Math.sin(angle)) + Math.abs(area.height * Math.cos(angle));
  const places = [];
  for (const stop of stops) {
    const colour = stop.match(/^[a-z-]+\(.*?\)|^\S+/)[0];
    const given = stop.slice(colour.length).trim().split(" ").filter(Boolean);
    const share = (text) => (text.endsWith("%") ? parseFloat(text) / 100 : parseFloat(text) / length);
    for (const place of given.length ? given.map(share) : [null]) places.push([colour, place]);
  }
  places[0][1] ??= 0;
  places.at(-1)[1] ??= 1;
  places.forEach((stop, i) => {
    if (stop[1] !== null) return;
    const next = places.findIndex(([, place], j) => j > i && place !== null);
    stop[1] = places[i - 1][1] + (places[next][1] - places[i - 1][1]) / (next - i + 1);
  });
  const [first, last] = found[1] ? [places[0][1], places.at(-1)[1]] : [0, 1];
  const [cx, cy] = [area.x + area.width / 2, area.y + area.height / 2];
  const point = (share) => [
    cx + Math.sin(angle) * (share - 0.5) * length,
    cy - Math.cos(angle) * (share - 0.5) * length,
  ];
  const [[x1, y1], [x2, y2]] = [point(first), point(last)];
  const id = `ramp-${++picture.ids}`;
  const ramp = picture.add(picture.defs, "linearGradient", {
    id,
    gradientUnits: "userSpaceOnUse",
    x1,
    y1,
    x2,
    y2,
    ...(found[1] ? { spreadMethod: "repeat" } : {}),
  });
  for (const [css, place] of places) {
    const [colour, opacity] = picture.colour(css);
    const at = (place - first) / (last - first || 1);
    picture.add(ramp, "stop", {
      offset: +at.toFixed(4),
      "stop-color": opacity ? colour : "#000",
      "stop-opacity": opacity,
    });
  }
  picture.add(parent, "rect", { ...area, ...(round ? { rx: round } : {}), fill: `url(#${id})` });
}

/** Where a background of this size lies in its box. */
function areaOf(size, position, at) {
  const pixels = (value, whole) =>
    value === "auto" ? whole : parseFloat(value) * (value.endsWith("%") ? whole / 100 : 1);
  const [wide, high = "auto"] = size.split(" ");
  const [width, height] = [pixels(wide, at.width), pixels(high, at.height)];
  const [x, y = "0%"] = position.split(" ");
  return {
    x: at.x + pixels(x, x.endsWith("%") ? at.width - width : 0),
    y: at.y + pixels(y, y.endsWith("%") ? at.height - height : 0),
    width,
    height,
  };
}
