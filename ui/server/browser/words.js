// Words of the page in a picture, line by line as the browser broke them, and what inputs and choices say.

export function drawWords(picture, node, parent) {
  const style = getComputedStyle(node.parentElement ?? node.parentNode.host);
  if (!node.data.trim() || style.visibility !== "visible" || parseFloat(style.fontSize) === 0) return;
  const kept = style.whiteSpace.startsWith("pre");
  const said = kept ? node.data : node.data.trim();
  const range = document.createRange();
  let at = kept ? 0 : node.data.indexOf(said);
  range.setStart(node, at);
  range.setEnd(node, at + said.length);
  const whole = range.getClientRects();
  if (whole.length === 1) return drawLine(picture, said, whole[0], style, parent);
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
  for (const line of lines) drawLine(picture, line.said, line, style, parent);
}

export function drawLine(picture, said, box, style, parent, anchor = "start") {
  const kept = style.whiteSpace.startsWith("pre");
  let text = kept ? said : said.replace(/[ \n\t\r]+/g, " ").trimEnd();
  if (!text.trim() || !box.width) return;
  if (style.textTransform === "uppercase") text = text.toUpperCase();
  picture.pen.font = `${style.fontStyle} ${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
  const { fontBoundingBoxAscent: up, fontBoundingBoxDescent: down } = picture.pen.measureText(text);
  const at = picture.place(box);
  const turned = style.writingMode.startsWith("vertical");
  const size = turned ? box.width : box.height;
  const base = (size - up - down) / 2 + (turned ? down : up);
  const [x, y] = turned ? [at.x + base, at.y] : [anchor === "middle" ? at.x + at.width / 2 : at.x, at.y + base];
  const node = picture.add(parent, "text", {
    ...(turned ? { transform: `translate(${x.toFixed(2)} ${y.toFixed(2)}) rotate(90)` } : { x, y }),
    "font-family": style.fontFamily,
    "font-size": parseFloat(style.fontSize),
    ...picture.fill(style.color),
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
export function drawControl(picture, node, box, style, parent) {
  const at = picture.place(box);
  if (node.type === "range") {
    const share = (node.value - node.min) / (node.max - node.min || 1);
    const [x, y] = [at.x + 8 + share * (at.width - 16), at.y + at.height / 2];
    const [rule, thumb] = ["--rule", "--green"].map((name) =>
      picture.fill(style.getPropertyValue(name) && variableColour(node, name)),
    );
    picture.add(parent, "rect", { x: at.x, y: y - 2, width: at.width, height: 4, rx: 2, ...rule });
    picture.add(parent, "circle", { cx: x, cy: y, r: 7, ...thumb });
  } else if (!["checkbox", "radio"].includes(node.type)) {
    const [left, high] = [
      parseFloat(style.paddingLeft) + parseFloat(style.borderLeftWidth),
      parseFloat(style.fontSize) * 1.2,
    ];
    const said = node.tagName === "SELECT" ? (node.selectedOptions[0]?.text ?? "") : node.value;
    picture.pen.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
    const width = Math.min(picture.pen.measureText(said).width, box.width - left);
    const start = style.textAlign === "center" ? (box.width - width) / 2 : left;
    drawLine(
      picture,
      said,
      { left: box.left + start, top: box.top + (box.height - high) / 2, width, height: high },
      style,
      parent,
    );
  }
}

/** A variable's colour here, in this theme. */
function variableColour(node, name) {
  const probe = document.createElement("i");
  probe.style.color = `var(${name})`;
  node.after(probe);
  const found = getComputedStyle(probe).color;
  probe.remove();
  return found;
}
