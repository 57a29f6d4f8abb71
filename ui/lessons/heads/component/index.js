// The figures of lesson 6: `data.view` says which. Each is mounted by itself, fed once by ui/lessons/heads/view.py, and asks nothing of the
// server. They share the head that is chosen: it stands in the link, and an event says that it changed. Layers, heads and
// tokens count from 0 here, from 1 on screen and in the link.

import { mountView } from "../../../components/base/view.js";
import { Effects } from "./effects.js";
import { Explorer } from "./explorer.js";
import { Kinds } from "./kinds.js";
import { Sharing } from "./sharing.js";

export default function heads(given) {
  const { view } = given.data;
  return mountView(
    given,
    { explorer: Explorer, effects: Effects, kinds: Kinds, sharing: Sharing }[view],
    `heads ${view}`,
  );
}
