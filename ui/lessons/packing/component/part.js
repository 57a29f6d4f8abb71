import { View } from "../../../components/base/view.js";

/** What both parts do: they are drawn anew when their width changes, and colour documents. */
export class Part extends View {
  width;

  draw() {}

  fit() {
    if (this.box.clientWidth !== this.width) this.draw();
  }

  colour(document) {
    return this.palette.categorical[document % this.palette.categorical.length];
  }
}
