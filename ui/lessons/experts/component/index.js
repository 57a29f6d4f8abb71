// The figures of lesson 12: `data.view` says which. Each is mounted by itself, fed once by ui/lessons/experts/routing.py, and asks nothing
// of the server. Layers, tokens and experts count from 0 here, from 1 on screen and in the link.

export default function experts(given) {
  const { view } = given.data;
  return reside(given, { block: Block, yard: Yard, kinds: Kinds }[view], `experts ${view}`);
}

/** An expert wherever it is named: a seat with its number, in its own colour. */
function seat(expert, palette, kind = "") {
  const node = span(`seat ${kind}`, String(expert + 1));
  node.style.setProperty("--own", palette.categorical[expert % palette.categorical.length]);
  return node;
}
