// The figures of lesson 12: `data.view` says which. Each is mounted by itself, fed once by ui/experts.py, and asks nothing
// of the server. Layers, tokens and experts count from 0 here, from 1 on screen and in the link.

const views = new WeakMap(); // outlives new data

export default function experts({ data, parentElement }) {
  const kinds = { block: Block, yard: Yard, kinds: Kinds };
  let view = views.get(parentElement);
  if (!view) {
    const box = div(`experts ${data.view}`);
    parentElement.querySelector(".root").append(box);
    views.set(parentElement, (view = new kinds[data.view](box)));
    view.watch = new ResizeObserver(() => view.d && view.fit());
    view.watch.observe(box);
  }
  view.update(data, colours(parentElement));
  return () => {
    view.watch.disconnect();
    view.box.remove();
    views.delete(parentElement);
  };
}

/** An expert wherever it is named: a seat with its number, in its own colour. */
function seat(expert, palette, kind = "") {
  const node = span(`seat ${kind}`, String(expert + 1));
  node.style.setProperty("--own", palette.categorical[expert % palette.categorical.length]);
  return node;
}

/** One of several, as buttons: `pick(i)` when one is chosen, `now()` is the chosen one. */
function radios(className, label, buttons, now, pick) {
  buttons.forEach((one, i) => {
    one.setAttribute("role", "radio");
    one.addEventListener("click", () => pick(i));
  });
  const group = el("div", { className, role: "radiogroup", "aria-label": label }, ...buttons);
  return along(group, (by) => {
    const next = clamp(now() + by, 0, buttons.length - 1);
    pick(next);
    buttons[next].focus();
  });
}
