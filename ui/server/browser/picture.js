// A part of the page as one SVG of real shapes and words: charts, components with their shadow roots, canvases.
// Other programs than a browser can show it, and search it: nothing in it is HTML, nothing comes from elsewhere.

export const SVG = "http://www.w3.org/2000/svg";
const SKIPPED = ".hoverlayer, .draglayer, .zoomlayer, .save, .hidden, script, style";
const EDGE = 12; // pixels of paper around what is drawn
const LINES = ["Top", "Right", "Bottom", "Left"];
// What style sheets may say about a shape: the first are handed down from parent to child, the others begin as here.
const INHERITED = [
  "fill",
  "stroke",
  "stroke-width",
  "stroke-dasharray",
  "stroke-linecap",
  "stroke-linejoin",
  "font-family",
  "font-size",
  "font-weight",
  "font-style",
  "letter-spacing",
  "text-anchor",
  "visibility",
  "paint-order",
];
const OWN = {
  opacity: "1",
  "dominant-baseline": "auto",
  "vector-effect": "none",
  "fill-opacity": "1",
  "stroke-opacity": "1",
};

export class Picture {
  constructor(element) {
    this.pen = document.createElement("canvas").getContext("2d");
    this.ids = 0;
    const { left, top, width: wide, height: high } = element.getBoundingClientRect();
    this.origin = new DOMRect(left - EDGE, top - EDGE, wide + 2 * EDGE, high + 2 * EDGE);
    const { width, height } = this.origin;
    this.svg = this.add(null, "svg", { xmlns: SVG, width, height, viewBox: `0 0 ${width} ${height}` });
    this.defs = this.add(this.svg, "defs");
    this.add(this.svg, "rect", {
      width,
      height,
      ...this.fill(getComputedStyle(document.querySelector(".stApp")).backgroundColor),
    });
    this.node(element, this.svg);
    if (!this.defs.childNodes.length) this.defs.remove();
  }

  get text() {
    return new XMLSerializer().serializeToString(this.svg);
  }

  add(parent, tag, attributes = {}) {
    const node = document.createElementNS(SVG, tag);
    for (const [name, value] of Object.entries(attributes))
      if (name !== "xmlns") node.setAttribute(name, typeof value === "number" ? +value.toFixed(2) : value);
    parent?.append(node);
    return node;
  }

  /** A box on the screen as one in the picture. */
  place({ left, top, width, height }) {
    return { x: left - this.origin.left, y: top - this.origin.top, width, height };
  }

  /** [#rrggbb, opacity] of any colour of CSS: other programs read no rgba() and no color-mix(). */
  colour(css) {
    if (!css || css === "none" || css === "transparent") return ["none", 0];
    const wide = css.match(/^color\(srgb ([\d.e-]+) ([\d.e-]+) ([\d.e-]+)(?: \/ ([\d.]+))?\)$/);
    if (wide) return [hex(wide.slice(1, 4).map((part) => part * 255)), Number(wide[4] ?? 1)];
    const plain = css.match(/^rgba?\(([\d.]+), ([\d.]+), ([\d.]+)(?:, ([\d.]+))?\)$/);
    if (plain) return [hex(plain.slice(1, 4)), Number(plain[4] ?? 1)];
    this.pen.fillStyle = css;
    return [this.pen.fillStyle, 1];
  }

  fill(css, name = "fill") {
    const [colour, opacity] = this.colour(css);
    return { [name]: colour, ...(opacity > 0 && opacity < 1 ? { [`${name}-opacity`]: opacity } : {}) };
  }

  // ------------------------------------------------------------ elements

  node(node, parent) {
    if (node.nodeType === Node.TEXT_NODE) return this.words(node, parent);
    if (node.nodeType !== Node.ELEMENT_NODE || node.matches(SKIPPED)) return;
    const style = getComputedStyle(node);
    if (style.display === "none" || style.opacity === "0" || style.clipPath === "inset(50%)") return;
    if (node.tagName.toLowerCase() === "svg") return this.drawing(node, parent);
    const turned = this.turn(node, style, parent);
    let group = turned?.group ?? parent;
    if (style.opacity !== "1") group = this.add(group, "g", { opacity: style.opacity });
    const box = node.getBoundingClientRect();
    if (style.visibility === "visible") {
      if (node.type !== "range") this.box(box, style, group);
      if (node.tagName === "CANVAS" && box.width)
        this.add(group, "image", { ...this.place(box), href: node.toDataURL() });
      if (node.tagName === "INPUT" || node.tagName === "SELECT") this.control(node, box, style, group);
    }
    if (style.overflowX !== "visible" && style.display !== "inline") group = this.clipped(box, group);
    this.pseudo(node, "::before", group);
    if (!node.matches("select")) for (const child of this.children(node)) this.node(child, group);
    this.pseudo(node, "::after", group);
    turned?.back();
  }

  /** What lies higher is drawn later. */
  children(node) {
    const shut = node.matches("details:not([open])");
    const order = (child) => {
      if (child.nodeType !== Node.ELEMENT_NODE) return 0;
      const { position, zIndex } = getComputedStyle(child);
      const z = Number(zIndex) || 0;
      return position === "static" ? 0 : z < 0 ? z : z + 1;
    };
    return [...(node.shadowRoot ?? node).childNodes]
      .filter((child) => !shut || child.tagName === "SUMMARY")
      .sort((a, b) => order(a) - order(b));
  }

  /** Turned elements are measured as they would lie, and turned again in the picture. */
  turn(node, style, parent) {
    const { transform, rotate, translate, scale } = style;
    if ([transform, rotate, translate, scale].every((value) => value === "none")) return null;
    const before = node.getAttribute("style");
    for (const name of ["transform", "rotate", "translate", "scale"]) node.style.setProperty(name, "none", "important");
    const box = node.getBoundingClientRect();
    const [x, y] = style.transformOrigin.split(" ").map(parseFloat);
    const at = this.place(box);
    const [right = "0", down = "0"] = translate === "none" ? [] : translate.split(" ");
    const pixels = (value, size) => parseFloat(value) * (value.endsWith("%") ? size / 100 : 1);
    const matrix = new DOMMatrix()
      .translate(at.x + x + pixels(right, box.width), at.y + y + pixels(down, box.height))
      .rotate(rotate === "none" ? 0 : parseFloat(rotate))
      .scale(...(scale === "none" ? [1] : scale.split(" ").map(Number)))
      .multiply(new DOMMatrix(transform === "none" ? "" : transform))
      .translate(-at.x - x, -at.y - y);
    const parts = ["a", "b", "c", "d", "e", "f"].map((name) => +matrix[name].toFixed(4));
    const back = () => (before === null ? node.removeAttribute("style") : node.setAttribute("style", before));
    return { group: this.add(parent, "g", { transform: `matrix(${parts})` }), back };
  }

  clipped(box, parent) {
    const id = `clip-${++this.ids}`;
    this.add(this.add(this.defs, "clipPath", { id }), "rect", this.place(box));
    return this.add(parent, "g", { "clip-path": `url(#${id})` });
  }

  // ------------------------------------------------------------ boxes

  box(box, style, parent) {
    if (!box.width || !box.height) return;
    const at = this.place(box);
    const least = Math.min(box.width, box.height) / 2;
    const radius =
      parseFloat(style.borderTopLeftRadius) * (style.borderTopLeftRadius.endsWith("%") ? box.width / 100 : 1);
    const round = Math.min(radius || 0, least);
    const rect = (grown, more) =>
      this.add(parent, "rect", {
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
      ...this.fill(css, "stroke"),
      ...(kind === "dashed" || kind === "dotted"
        ? { "stroke-dasharray": kind === "dashed" ? `${3 * width} ${2 * width}` : `${width}` }
        : {}),
    });
    for (const shadow of this.list(style.boxShadow).reverse()) this.shadow(shadow, rect, stroke, false);
    if (this.colour(style.backgroundColor)[1]) rect(0, this.fill(style.backgroundColor));
    this.list(style.backgroundImage).forEach((image, i) => this.gradient(image, i, at, round, style, parent));
    for (const shadow of this.list(style.boxShadow).reverse()) this.shadow(shadow, rect, stroke, true);
    const lines = LINES.map((side) => [
      parseFloat(style[`border${side}Width`]),
      style[`border${side}Color`],
      style[`border${side}Style`],
    ]);
    const [width, css, kind] = lines[0];
    if (lines.every((line) => `${line}` === `${lines[0]}`)) {
      if (width && kind !== "none" && this.colour(css)[1]) rect(-width / 2, stroke(width, css, kind));
    } else
      lines.forEach(([width, css, kind], i) => {
        if (!width || kind === "none" || !this.colour(css)[1]) return;
        const [left, right, top, bottom] = [at.x, at.x + at.width, at.y, at.y + at.height];
        const [x1, y1, x2, y2] = [
          [left, top + width / 2, right, top + width / 2],
          [right - width / 2, top, right - width / 2, bottom],
          [left, bottom - width / 2, right, bottom - width / 2],
          [left + width / 2, top, left + width / 2, bottom],
        ][i];
        this.add(parent, "line", { x1, y1, x2, y2, ...stroke(width, css, kind) });
      });
    const outline = parseFloat(style.outlineWidth);
    if (outline && style.outlineStyle !== "none" && this.colour(style.outlineColor)[1])
      rect(outline / 2 + parseFloat(style.outlineOffset), stroke(outline, style.outlineColor, style.outlineStyle));
  }

  /** Shadows serve as rings here: those with a width, or nothing but a shift, without blur. */
  shadow(css, rect, stroke, inner) {
    if (css === "none" || css.includes("inset") !== inner) return;
    const [x, y, blur, spread] = css
      .replace(/^.*?\)/, "")
      .match(/-?[\d.]+px/g)
      ?.map(parseFloat) ?? [0, 0, 0, 0];
    const colour = css.match(/^\S+\(.*?\)|^\S+/)[0];
    if (spread && !blur) rect(inner ? -spread / 2 : spread / 2, stroke(spread, colour));
    else if (!inner && !blur && (x || y)) {
      const shifted = rect(0, this.fill(colour));
      shifted.setAttribute("transform", `translate(${x} ${y})`);
    }
  }

  /** A list of CSS, cut at the commas that stand in no brackets. */
  list(css) {
    let depth = 0,
      part = "";
    const parts = [];
    for (const c of css) {
      depth += (c === "(") - (c === ")");
      if (c === "," && !depth) {
        parts.push(part.trim());
        part = "";
      } else part += c;
    }
    return css === "none" ? [] : [...parts, part.trim()];
  }

  gradient(css, layer, at, round, style, parent) {
    const found = css.match(/^(repeating-)?linear-gradient\((.*)\)$/s);
    if (!found) return;
    const stops = this.list(found[2]);
    const asked = stops[0].match(/^(-?[\d.]+)deg$|^to (\w+)$/);
    if (asked) stops.shift();
    const angle =
      ((asked ? (asked[1] ?? { top: 0, right: 90, bottom: 180, left: 270 }[asked[2]]) : 180) * Math.PI) / 180;
    const area = this.area(
      this.list(style.backgroundSize)[layer] ?? "auto",
      this.list(style.backgroundPosition)[layer] ?? "0% 0%",
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
    const id = `ramp-${++this.ids}`;
    const ramp = this.add(this.defs, "linearGradient", {
      id,
      gradientUnits: "userSpaceOnUse",
      x1,
      y1,
      x2,
      y2,
      ...(found[1] ? { spreadMethod: "repeat" } : {}),
    });
    for (const [css, place] of places) {
      const [colour, opacity] = this.colour(css);
      const at = (place - first) / (last - first || 1);
      this.add(ramp, "stop", {
        offset: +at.toFixed(4),
        "stop-color": opacity ? colour : "#000",
        "stop-opacity": opacity,
      });
    }
    this.add(parent, "rect", { ...area, ...(round ? { rx: round } : {}), fill: `url(#${id})` });
  }

  /** Where a background of this size lies in its box. */
  area(size, position, at) {
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

  /** What a style sheet puts before or after the children: a box that is placed, or words in the middle of the cell. */
  pseudo(node, which, parent) {
    const style = getComputedStyle(node, which);
    if (style.content === "none" || style.content === "normal" || style.display === "none") return;
    const said = style.content
      .replace(/attr\(([\w-]+)\)/g, (_, name) => `"${node.getAttribute(name) ?? ""}"`)
      .replace(/^"|"$/g, "");
    const box = node.getBoundingClientRect();
    if (said && style.position === "static") {
      const high = parseFloat(style.fontSize);
      this.line(
        said,
        { left: box.left, top: box.top + (box.height - high * 1.2) / 2, width: box.width, height: high * 1.2 },
        style,
        parent,
        "middle",
      );
    } else if (style.position === "absolute") {
      let holder = node;
      while (holder.parentElement && getComputedStyle(holder).position === "static") holder = holder.parentElement;
      const around = holder.getBoundingClientRect();
      const [left, top, width, height] = ["left", "top", "width", "height"].map((name) => parseFloat(style[name]) || 0);
      const edges =
        style.boxSizing === "border-box"
          ? [0, 0]
          : [parseFloat(style.borderLeftWidth), parseFloat(style.borderTopWidth)];
      const shift = style.translate === "none" ? [0, 0] : style.translate.split(" ").map(parseFloat);
      this.box(
        {
          left: around.left + holder.clientLeft + left + shift[0],
          top: around.top + holder.clientTop + top + (shift[1] ?? 0),
          width: width + 2 * edges[0],
          height: height + 2 * edges[1],
        },
        style,
        parent,
      );
    }
  }

  // ------------------------------------------------------------ words

  words(node, parent) {
    const style = getComputedStyle(node.parentElement ?? node.parentNode.host);
    if (!node.data.trim() || style.visibility !== "visible" || parseFloat(style.fontSize) === 0) return;
    const kept = style.whiteSpace.startsWith("pre");
    const said = kept ? node.data : node.data.trim();
    const range = document.createRange();
    let at = kept ? 0 : node.data.indexOf(said);
    range.setStart(node, at);
    range.setEnd(node, at + said.length);
    const whole = range.getClientRects();
    if (whole.length === 1) return this.line(said, whole[0], style, parent);
    const lines = []; // broken over several: letter by letter
    for (const letter of said) {
      range.setStart(node, at);
      range.setEnd(node, (at += letter.length));
      const box = range.getClientRects()[0];
      if (!box?.width) continue;
      const line = lines.at(-1);
      if (line && Math.abs(line.top - box.top) < box.height / 2) {
        line.said += letter;
        line.left = Math.min(line.left, box.left);
        line.width = Math.max(line.right, box.right) - line.left;
        line.right = line.left + line.width;
      } else
        lines.push({
          said: letter,
          left: box.left,
          right: box.right,
          top: box.top,
          width: box.width,
          height: box.height,
        });
    }
    for (const line of lines) this.line(line.said, line, style, parent);
  }

  line(said, box, style, parent, anchor = "start") {
    const kept = style.whiteSpace.startsWith("pre");
    let text = kept ? said : said.replace(/[ \n\t\r]+/g, " ").trimEnd();
    if (!text.trim() || !box.width) return;
    if (style.textTransform === "uppercase") text = text.toUpperCase();
    this.pen.font = `${style.fontStyle} ${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
    const { fontBoundingBoxAscent: up, fontBoundingBoxDescent: down } = this.pen.measureText(text);
    const at = this.place(box);
    const turned = style.writingMode.startsWith("vertical");
    const size = turned ? box.width : box.height;
    const base = (size - up - down) / 2 + (turned ? down : up);
    const [x, y] = turned ? [at.x + base, at.y] : [anchor === "middle" ? at.x + at.width / 2 : at.x, at.y + base];
    const node = this.add(parent, "text", {
      ...(turned ? { transform: `translate(${x.toFixed(2)} ${y.toFixed(2)}) rotate(90)` } : { x, y }),
      "font-family": style.fontFamily,
      "font-size": parseFloat(style.fontSize),
      ...this.fill(style.color),
      ...(style.fontWeight === "400" ? {} : { "font-weight": style.fontWeight }),
      ...(style.fontStyle === "normal" ? {} : { "font-style": style.fontStyle }),
      ...(style.letterSpacing === "normal" ? {} : { "letter-spacing": parseFloat(style.letterSpacing) }),
      // another font may stand in for ours: the words keep their room
      ...(anchor === "middle"
        ? { "text-anchor": anchor }
        : { textLength: turned ? at.height : at.width, lengthAdjust: "spacingAndGlyphs" }),
    });
    if (kept) node.setAttributeNS("http://www.w3.org/XML/1998/namespace", "xml:space", "preserve");
    if (style.textDecorationLine !== "none") node.setAttribute("text-decoration", style.textDecorationLine);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: XML cannot hold them
    node.textContent = text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "\ufffd");
  }

  /** Fields show what is in them; a slider its track and its thumb. */
  control(node, box, style, parent) {
    const at = this.place(box);
    if (node.type === "range") {
      const share = (node.value - node.min) / (node.max - node.min || 1);
      const [x, y] = [at.x + 8 + share * (at.width - 16), at.y + at.height / 2];
      const [rule, thumb] = ["--rule", "--green"].map((name) =>
        this.fill(style.getPropertyValue(name) && this.resolved(node, name)),
      );
      this.add(parent, "rect", { x: at.x, y: y - 2, width: at.width, height: 4, rx: 2, ...rule });
      this.add(parent, "circle", { cx: x, cy: y, r: 7, ...thumb });
    } else if (!["checkbox", "radio"].includes(node.type)) {
      const [left, high] = [
        parseFloat(style.paddingLeft) + parseFloat(style.borderLeftWidth),
        parseFloat(style.fontSize) * 1.2,
      ];
      const said = node.tagName === "SELECT" ? (node.selectedOptions[0]?.text ?? "") : node.value;
      this.pen.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
      const width = Math.min(this.pen.measureText(said).width, box.width - left);
      const start = style.textAlign === "center" ? (box.width - width) / 2 : left;
      this.line(
        said,
        { left: box.left + start, top: box.top + (box.height - high) / 2, width, height: high },
        style,
        parent,
      );
    }
  }

  /** A variable's colour here, in this theme. */
  resolved(node, name) {
    const probe = document.createElement("i");
    probe.style.color = `var(${name})`;
    node.after(probe);
    const found = getComputedStyle(probe).color;
    probe.remove();
    return found;
  }

  // ------------------------------------------------------------ drawings that are SVG already

  drawing(svg, parent) {
    const box = svg.getBoundingClientRect();
    if (!box.width || !box.height) return;
    const copy = this.copy(svg, {});
    for (const [name, value] of Object.entries(this.place(box))) copy.setAttribute(name, +value.toFixed(2));
    const style = getComputedStyle(svg);
    if (style.overflowX === "visible") copy.setAttribute("overflow", "visible");
    if (this.colour(style.backgroundColor)[1])
      this.add(parent, "rect", { ...this.place(box), ...this.fill(style.backgroundColor) });
    parent.append(copy);
  }

  /** A shape with what the style sheets say written on it. `above` is what its parent hands down. */
  copy(node, above) {
    const copy = document.createElementNS(SVG, node.tagName);
    for (const { name, value } of node.attributes)
      if (!/^(style|class|xmlns|tabindex|role|on|data-|aria-)/.test(name))
        copy.setAttribute(name.replace("xlink:", ""), value);
    const style = getComputedStyle(node);
    const handed = { ...above };
    for (const name of INHERITED) {
      const value = style.getPropertyValue(name);
      if (value === above[name] || !value) continue;
      handed[name] = value;
      this.write(copy, name, value);
    }
    for (const [name, usual] of Object.entries(OWN)) {
      const value = style.getPropertyValue(name);
      if (value && value !== usual) copy.setAttribute(name, value);
    }
    if (node.tagName === "stop") {
      this.write(copy, "stop-color", style.stopColor);
      copy.setAttribute("stop-opacity", style.stopOpacity * this.colour(style.stopColor)[1]);
    }
    for (const child of node.childNodes) {
      if (child.nodeType === Node.TEXT_NODE) copy.append(child.data);
      else if (
        child.nodeType === Node.ELEMENT_NODE &&
        !child.matches(SKIPPED) &&
        getComputedStyle(child).display !== "none"
      )
        copy.append(this.copy(child, handed));
    }
    return copy;
  }

  write(copy, name, value) {
    const coloured = ["fill", "stroke", "stop-color"].includes(name) && !value.startsWith("url(");
    if (!coloured)
      return copy.setAttribute(
        name,
        value.replace(/url\("?[^#"]*(#[^")]+)"?\)/, "url($1)").replace(/^([\d.]+)px$/, "$1"),
      );
    const [colour, opacity] = this.colour(value);
    copy.setAttribute(name, colour);
    if (opacity > 0 && opacity < 1 && name !== "stop-color") copy.setAttribute(`${name}-opacity`, opacity);
  }
}

const hex = (parts) => `#${parts.map((part) => Math.round(part).toString(16).padStart(2, "0")).join("")}`;
