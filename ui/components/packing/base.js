// First by name, as all files of this folder are joined: both parts extend it.

/** What both parts do: a box in the root, drawn anew when its width changes. */
class Part {
  constructor(root) {
    this.box = div("packing");
    root.append(this.box);
    this.watch = new ResizeObserver(() => this.d && this.box.clientWidth !== this.width && this.draw());
    this.watch.observe(this.box);
  }

  remove() {
    this.watch.disconnect();
    this.box.remove();
  }

  colour(document) { return this.palette.categorical[document % this.palette.categorical.length]; }
  fill(name, values) { return fill(this.d.words[name], values); }
  percent(p) { return percent(p, this.d.lang); }
  number(x) { return number(x, this.d.lang); }
  whole(n) { return integer(n, this.d.lang); }
}
