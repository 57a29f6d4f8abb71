// First by name, as all files of this folder are joined: the views extend what is here.

const LOST = 15000; // ms after which an answer is no longer expected

const named = (word) => chip(clip(word, 24), "inline");

class View {
  constructor(root) {
    this.root = root;
    this.box = el("div", { className: "view" });
    root.append(this.box);
  }

  receive(data, send) {
    const before = this.d;
    clearTimeout(this.lost);
    this.d = data;
    this.w = data.words;
    this.send = send;
    this.busy = false;
    this.palette = colours(this.root);
    this.draw(before);
    const next = this.next;
    this.next = null;
    if (next) this.ask(next);
  }

  /** `order` is what Python gets, or a function that says it when it can be sent. */
  ask(order) {
    if (this.busy) {
      this.next = order;
      return;
    }
    const given = typeof order === "function" ? order() : order;
    if (!given) return;
    this.busy = true;
    this.lost = setTimeout(() => (this.busy = false), LOST);
    this.asked = performance.now();
    this.send(given);
  }

  remove() {
    clearTimeout(this.lost);
    this.box.remove();
  }

  number(x) { return number(x, this.d.lang); }
  percent(p) { return percent(p, this.d.lang); }
  count(n) { return integer(n, this.d.lang); }
  fill(section, values) { return fill(this.w[section], values); }
}
