// One layer of the model: attention as in every other model, and experts where one MLP was.

import { chip, el, fill, shape, weave } from "../../../components/base/elements.js";
import { range } from "../../../components/base/numbers.js";
import { View } from "../../../components/base/view.js";
import { expertMark } from "./mark.js";

export class Block extends View {
  /** @type {import("./index.js").BlockData} */
  d;

  update(data, palette) {
    this.d = data;
    this.palette = palette;
    this.fit();
  }

  fit() {
    const { d, palette } = this;
    const W = Math.min(this.box.clientWidth, 760);
    if (!W) return;
    const w = d.words,
      narrow = W < 560;
    const rail = 178,
      [top, names] = [58, 20]; // y of the stream, of the boxes, of their names
    const half = narrow ? 44 : 66;
    const attention = half + (narrow ? 18 : 40);
    const size = narrow ? 19 : 30;
    const [left, right] = [attention + half + (narrow ? 26 : 76), W - (narrow ? 16 : 50)];
    const router = left + 6,
      join = right - 4;
    const at = (e) => router + size / 2 + 4 + e * ((join - router - size - 8) / (d.experts - 1));
    const row = narrow ? top - 4 : top - 8;
    const svg = shape("svg", {
      viewBox: `0 0 ${W} 216`,
      width: W,
      height: 216,
      role: "img",
      "aria-label": fill(w["block-alt"], d),
    });
    const text = (x, y, string, kind = "", anchor = "middle") =>
      shape("text", { x, y, class: kind, "text-anchor": anchor }, string);
    const line = (path, kind, extra = {}) => shape("path", { d: path, class: kind, ...extra });
    const plus = (x) =>
      shape(
        "g",
        { class: "plus" },
        shape("circle", { cx: x, cy: rail, r: 10 }),
        line(`M${x - 5} ${rail}h10M${x} ${rail - 5}v10`, ""),
      );
    svg.append(
      line(`M0 ${rail}H${W - 9}`, "stream"),
      line(`M${W - 14} ${rail - 6}l8 6l-8 6`, "arrow"),
      line(`M${attention - half + 8} ${rail}V${top + 62}`, "wire"),
      line(`M${attention + half - 8} ${top + 62}V${rail - 10}`, "wire"),
      shape("rect", { x: attention - half, y: top + 6, width: 2 * half, height: 56, rx: 10, class: "box" }),
      text(attention, top + 31, w["block-attention"], "name"),
      text(attention, top + 49, fill(w["block-heads"], d), "small"),
      plus(attention + half - 8),
      plus(join),
    );
    const middle = row + 12;
    const mouth = rail - 46; // where the router's lines part, and where they meet again
    range(d.experts).forEach((e) => {
      const share = d.weights[d.index.indexOf(e)] ?? 0;
      const colour = palette.categorical[e];
      const go = `M${router} ${mouth}C${router} ${mouth - 36} ${at(e)} ${mouth - 24} ${at(e)} ${middle + size / 2}`;
      const back = `M${at(e)} ${middle + size / 2}C${at(e)} ${mouth - 24} ${join} ${mouth - 36} ${join} ${mouth}`;
      const look = share ? { stroke: colour, "stroke-width": 2 + 6 * share } : {};
      for (const path of [go, back]) svg[share ? "append" : "prepend"](line(path, share ? "used" : "idle", look));
    });
    svg.append(line(`M${router} ${rail}V${mouth}`, "wire"), line(`M${join} ${mouth}V${rail - 10}`, "wire"));
    range(d.experts).forEach((e) => {
      const used = d.index.includes(e);
      const group = shape(
        "g",
        { class: used ? "place used" : "place", style: `--own: ${palette.categorical[e]}` },
        shape("rect", { x: at(e) - size / 2, y: middle - size / 2, width: size, height: size, rx: 7 }),
        shape("text", { x: at(e), y: middle + 5, "text-anchor": "middle" }, String(e + 1)),
      );
      svg.append(group);
    });
    const box = narrow ? 58 : 70;
    svg.append(
      shape("rect", { x: router - (narrow ? 22 : 35), y: mouth - 2, width: box, height: 26, rx: 8, class: "box" }),
      text(router - (narrow ? 22 : 35) + box / 2, mouth + 16, w["block-router"], "name"),
      text(narrow ? W : (router + join) / 2, names, fill(w["block-experts"], d), "name", narrow ? "end" : "middle"),
      text(0, rail + 26, w["block-stream"], "small", "start"),
    );
    const caption = el(
      "p",
      { className: "note" },
      ...weave(w["block-note"], {
        token: chip(d.token),
        first: expertMark(d.index[0], palette),
        second: expertMark(d.index[1], palette),
        layers: d.layers,
      }),
    );
    this.box.replaceChildren(svg, caption);
  }
}
