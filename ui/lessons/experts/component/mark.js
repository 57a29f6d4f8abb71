import { span } from "../../../components/base/elements.js";

/** An expert wherever it is named: a mark with its number, in its own colour. */
export function expertMark(expert, palette, kind = "") {
  const node = span(`expert ${kind}`, String(expert + 1));
  node.style.setProperty("--own", palette.categorical[expert % palette.categorical.length]);
  return node;
}
