// First by name, as all files of this folder are joined: the figures extend it.

const CHOSEN = "vetro-head";

/** A figure of this page: each follows the head that is chosen. */
class Figure extends View {
  constructor(box) {
    super(box);
    this.listen(window, CHOSEN, () => this.follow());
  }

  follow() {}
  named(l, h) { return this.fill("one-head", { layer: l + 1, head: h + 1 }); }
}
