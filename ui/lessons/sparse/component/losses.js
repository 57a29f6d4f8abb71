import { readable, signed } from "../../../components/base/colours.js";
import { chip, div, el, span, weave } from "../../../components/base/elements.js";
import { linked, remember, View } from "../../../components/base/view.js";
import { passage } from "./passage.js";

/** The text as chips, shaded by the bits that each token cost more, or less, under the pattern. */
export class Losses extends View {
  /** @type {import("./index.js").LossesData} */
  d;

  fresh;

  update(data, palette) {
    const [first, fresh] = [!this.d, JSON.stringify(data.tokens)];
    const asked = linked("cost", data.tokens.length);
    if (first && asked) [this.touched, this.at] = [true, asked];
    else if (this.fresh !== fresh) {
      this.touched = false;
      if (!first) remember({ cost: null });
    }
    [this.d, this.palette, this.fresh] = [data, palette, fresh];
    this.extra = data.after.map((bits, i) => bits - data.before[i]);
    if (!this.touched) this.at = 1 + this.extra.indexOf(Math.max(...this.extra)); // the first token was not predicted
    this.chips = passage(data.tokens, data.words["losses-name"], (i) => {
      this.touched = true;
      this.at = Math.max(i, 1);
      remember({ cost: this.at + 1 });
      this.paint();
    });
    this.sentence = el("p", { className: "told", "aria-live": "polite" });
    const most = Math.max(...this.extra.map(Math.abs));
    const end = (sign) => span("mono", `${sign}${this.number(most)}`);
    const bar = el("i", { style: { background: `linear-gradient(90deg, ${palette.diverging.join()})` } });
    const legend = most > 0 ? div("legend note", span("", data.words["losses-legend"]), end("−"), bar, end("+")) : null;
    this.most = most || 1;
    this.box.replaceChildren(this.chips.node, ...(legend ? [legend] : []), this.sentence);
    this.paint();
  }

  paint() {
    const { d, palette } = this;
    this.chips.paint(this.at);
    this.chips.buttons.forEach((button, i) => {
      const extra = this.extra[i - 1];
      const colour = i ? signed(palette, extra / this.most) : "";
      button.className = `chip${i ? "" : " given"}`;
      button.style.background = colour;
      button.style.color = i ? readable(colour, palette) : "";
      const values = { token: d.tokens[i], before: this.number(d.before[i - 1]), after: this.number(d.after[i - 1]) };
      button.title = i ? this.fill("losses-chip", values) : d.words["losses-given"];
      button.setAttribute("aria-label", `${d.tokens[i]}: ${button.title}`);
    });
    const i = this.at - 1;
    this.sentence.replaceChildren(
      ...weave(d.words["losses-reading"], {
        token: chip(d.tokens[this.at]),
        before: this.number(d.before[i]),
        after: this.number(d.after[i]),
        p: this.percent(2 ** -d.before[i]),
        q: this.percent(2 ** -d.after[i]),
      }),
    );
  }
}
