// The figures of lesson 12: `data.view` says which. Each is mounted by itself, fed once by ui/lessons/experts/view.py, and asks nothing
// of the server. Layers, tokens and experts count from 0 here, from 1 on screen and in the link.

import { mountView } from "../../../components/base/view.js";
import { Block } from "./block.js";
import { RoutingDiagram } from "./diagram.js";
import { Kinds } from "./kinds.js";

export default function experts(given) {
  const { view } = given.data;
  return mountView(given, { block: Block, yard: RoutingDiagram, kinds: Kinds }[view], `experts ${view}`);
}
