// Put in front of every component's files: numbers, colours, arrays, elements, keys, links, views.

const formats = new Map(); // to make a format takes longer than to use it a hundred times
function format(value, lang, options) {
  const name = lang + JSON.stringify(options);
  if (!formats.has(name)) formats.set(name, new Intl.NumberFormat(lang, { useGrouping: "always", ...options }));
  return formats.get(name).format(value).replace("-", "−");
}
// Three significant digits, the language's separators, a true minus sign: the same rule as ui/kit/numbers.py.
function number(x, lang) {
  if (Number.isNaN(x)) return "–";
  if (!Number.isFinite(x)) return x > 0 ? "∞" : "−∞";
  if (x === 0) return "0";
  const [mantissa, exponent] = x.toExponential(2).split("e");
  const power = Number(exponent);
  const show = (value, places) =>
    format(value, lang, { minimumFractionDigits: places, maximumFractionDigits: places, roundingMode: "halfEven" });
  if (power < -4 || power >= 6) {
    const raised = String(power).replace(/./g, (c) => (c === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[c]));
    return `${show(Number(mantissa), 2)}\u202f×\u202f10${raised}`;
  }
  return show(x, Math.max(2 - power, 0));
}
const percent = (p, lang) => (p === 1 ? "100" : number(100 * p, lang)) + "\u202f%";
const integer = (n, lang) => format(n, lang, {});

// The theme's colours, read from Streamlit's variables: call it at every run, the theme may have changed.
function colours(element) {
  const style = getComputedStyle(element.host ?? element);
  const one = (name) => style.getPropertyValue(`--st-${name}`).trim();
  const many = (name) => one(name).split(",").map((c) => c.trim());
  return {
    paper: one("background-color"), second: one("secondary-background-color"), ink: one("text-color"),
    soft: one("gray-text-color"), rule: one("border-color"), query: one("primary-color"), key: one("blue-color"),
    value: one("orange-color"), red: one("red-color"), categorical: many("chart-categorical-colors"),
    sequential: many("chart-sequential-colors"), diverging: many("chart-diverging-colors"),
  };
}
const channels = (hex) => [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));
function mix(a, b, t) {
  const [x, y] = [channels(a), channels(b)];
  return "#" + x.map((v, i) => Math.round(v + (y[i] - v) * t).toString(16).padStart(2, "0")).join("");
}
// A colour of a list of stops; t from 0 to 1, linear.
function ramp(stops, t) {
  const place = Math.min(Math.max(t, 0), 1) * (stops.length - 1);
  const i = Math.min(Math.floor(place), stops.length - 2);
  return mix(stops[i], stops[i + 1], place - i);
}
const shade = (palette, weight) => ramp(palette.sequential, weight); // weight 0 to 1: paper to green
const signed = (palette, x) => ramp(palette.diverging, (x + 1) / 2); // x −1 to 1: blue, paper, orange
function luminance(hex) {
  const [r, g, b] = channels(hex).map((v) => ((v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
function contrast(one, other) {
  const [a, b] = [luminance(one), luminance(other)].sort((x, y) => y - x);
  return (a + 0.05) / (b + 0.05);
}
// The one of ink and paper that is read more easily on a cell of this colour.
function inkOn(hex, { ink, paper }) {
  return contrast(hex, ink) >= contrast(hex, paper) ? ink : paper;
}
// The same for small letters: on the middle of a dark theme's ramp neither can be read, black or white always.
function readable(hex, palette) {
  const chosen = inkOn(hex, palette);
  return contrast(hex, chosen) >= 4.5 ? chosen : inkOn(hex, { ink: "#ffffff", paper: "#000000" });
}

const range = (n) => Array.from({ length: n }, (_, i) => i);
const clamp = (x, low, high) => Math.min(Math.max(x, low), high);
const best = (list, value) => list.reduce((a, b) => (value(b) > value(a) ? b : a)); // the first of the best

// The arrays of ui.components.pack by name: {shape, values}.
function unpack(data) {
  const kinds = { uint8: Uint8Array, int32: Int32Array, float32: Float32Array };
  const text = atob(data.bytes);
  const blob = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) blob[i] = text.charCodeAt(i); // Uint8Array.from takes ten times as long
  return Object.fromEntries(data.arrays.map(({ name, kind, shape, start }) => {
    const size = shape.reduce((a, b) => a * b, 1);
    return [name, { shape, values: new kinds[kind](blob.buffer, start, size) }];
  }));
}

// An element with properties, attributes (names with "-" and "role") and children; strings become text, never HTML.
function el(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.includes("-") || name === "role") element.setAttribute(name, value);
    else if (name === "style") Object.assign(element.style, value);
    else element[name] = value;
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}
const div = (className, ...children) => el("div", { className }, ...children);
const span = (className, ...children) => el("span", { className }, ...children);
const button = (className, properties, ...children) => el("button", { type: "button", className, ...properties }, ...children);
// An element of SVG, all of its properties as attributes.
function shape(tag, attributes = {}, ...children) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}
// A canvas of this many CSS pixels, sharp on any screen: a pen that counts in them.
function penOf(canvas, width, height) {
  const sharp = devicePixelRatio || 1;
  [canvas.width, canvas.height] = [Math.round(width * sharp), Math.round(height * sharp)];
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  const pen = canvas.getContext("2d");
  pen.scale(sharp, sharp);
  pen.font = `400 12px ${getComputedStyle(canvas).getPropertyValue("--mono")}`;
  pen.textBaseline = "middle";
  return pen;
}

// A token's text as nodes, its leading space as a pale dot; the token as a chip (class .chip of shared.css); and without the space.
const dotted = (token, dot = (text) => span("space", text)) => (token.startsWith("·") ? [dot("·"), token.slice(1)] : [token]);
const chip = (token, kind = "", tag = "span") => el(tag, { className: `chip ${kind}`, dir: "auto" }, ...dotted(token));
const plain = (token) => token.replace(/^·(?=.)/, "");

const clip = (word, most) => (Array.from(word).length > most ? Array.from(word).slice(0, most - 1).join("") + "…" : word);

// Fills {name} in a text of content/: the counterpart of Words.text.
const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
// The same with nodes in the gaps, as a list of children. A node that stands in the text twice is copied.
function weave(text, values) {
  const used = new Set();
  return text.split(/\{(\w+)\}/).map((part, i) => {
    if (i % 2 === 0) return part;
    const value = values[part];
    if (used.has(part)) return value?.cloneNode?.(true) ?? value;
    used.add(part);
    return value;
  });
}

// Arrow keys, Home and End: move(down, right).
function arrows(node, move) {
  const steps = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1], Home: [0, -1e6], End: [0, 1e6] };
  node.addEventListener("keydown", (event) => {
    const step = steps[event.key];
    if (!step || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    move(...step);
  });
  return node;
}
// The same in a list, where down and right are one way: go(by).
const along = (node, go) => arrows(node, (down, right) => go(down + right));

// In a component's own pixels, which the presenter's view makes larger: a node's box, and where in it the pointer is.
function boxOf(node) {
  const [scale, box] = [node.currentCSSZoom ?? 1, node.getBoundingClientRect()];
  return new DOMRect(box.x / scale, box.y / scale, box.width / scale, box.height / scale);
}
function within(node, event) {
  const [scale, box] = [node.currentCSSZoom ?? 1, boxOf(node)];
  return [event.clientX / scale - box.x, event.clientY / scale - box.y];
}

// Of radio buttons one is chosen, and the Tab key stops at that one only.
function check(buttons, chosen) {
  buttons.forEach((button, i) => {
    button.setAttribute("aria-checked", i === chosen);
    button.tabIndex = i === chosen ? 0 : -1;
  });
}
class Radios {
  constructor(className, label, buttons, choose) {
    this.buttons = buttons;
    this.node = along(el("div", { className, role: "radiogroup", "aria-label": label }, ...buttons), (by) => {
      choose(clamp(this.chosen + by, 0, buttons.length - 1));
      buttons[this.chosen].focus();
    });
    buttons.forEach((button, i) => {
      button.type = "button";
      button.setAttribute("role", "radio");
      button.onclick = () => choose(i);
    });
  }

  paint(chosen) {
    this.chosen = chosen;
    check(this.buttons, chosen);
  }
}

const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

// Selections that only the component knows go to the link, without a request to the server. It is ui/server/head.html that keeps
// them there, where the server, which has not seen them, writes the link anew.
function remember(values) {
  window.vetro.select(values);
}
// What the link says; and a number of it that counts from 1, as one that counts from 0, where there are so many.
const inLink = (name) => new URL(location.href).searchParams.get(name);
function linked(name, count, otherwise = null) {
  const n = Number(inLink(name));
  return Number.isInteger(n) && n >= 1 && n <= count ? n - 1 : otherwise;
}

/** What a component shows, in a box of its own: made once, given data by update(data, palette) at every run, fitted when
 * its size changes, removed in the end. `d` is the data of the last run; `report` takes what is for the server. */
class View {
  constructor(box) {
    this.box = box;
    this.watch = new ResizeObserver(() => this.fit());
    this.watch.observe(box);
    this.gone = new AbortController();
  }

  fit() {}

  remove() {
    this.watch.disconnect();
    this.gone.abort();
    this.box.remove();
  }

  /** For what happens outside the box. */
  listen(target, type, act) { target.addEventListener(type, act, { signal: this.gone.signal }); }

  get focused() { return this.box.getRootNode().activeElement; }
  number(x) { return number(x, this.d.lang); }
  percent(p) { return percent(p, this.d.lang); }
  integer(n) { return integer(n, this.d.lang); }
  fill(section, values) { return fill(this.d.words[section], values); }
}
// A component's run: its view, which outlives new data, is made if there is none; the answer ends it.
function reside({ data, parentElement }, Kind, className, report) {
  const root = parentElement.querySelector(".root");
  const view = (root.view ??= new Kind(root.appendChild(div(className))));
  view.report = report;
  view.update(data, colours(parentElement));
  return () => {
    view.remove();
    root.view = null;
  };
}
