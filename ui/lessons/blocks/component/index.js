// Lesson 9. Two parts of its page: the drawings of two blocks (drawings.js), and the attention of two models of the
// switchboard with what they would say next (maps.js). Layers and heads count from 0 here, from 1 on screen.

import { mountView } from "../../../components/base/view.js";
import { Drawings } from "./drawings.js";
import { Maps } from "./maps.js";

export default function blocks(given) {
  return given.data.part === "drawings"
    ? mountView(given, Drawings, "drawings")
    : mountView(given, Maps, "switch-maps");
}
