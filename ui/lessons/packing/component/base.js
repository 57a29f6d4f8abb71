// First by name, as all files of this folder are joined: both parts extend it.

/** What both parts do: they are drawn anew when their width changes, and colour documents. */
class Part extends View {
  fit() {
    if (this.box.clientWidth !== this.width) this.draw();
  }

  colour(document) { return this.palette.categorical[document % this.palette.categorical.length]; }
}
