// Lesson 14. Three parts of its page: the attention maps of two models (maps.js), the cosines of a list of sentences
// (matrix.js), and what three searches find in it (found.js). Weights, cosines and scores are the server's; only the
// mean over the heads that are shown is taken here. Layers, heads and lines count from 0 here, from 1 on screen.

import { mountView } from "../../../components/base/view.js";
import { Found } from "./found.js";
import { Maps } from "./maps.js";
import { Matrix } from "./matrix.js";

export default function encoders(given) {
  const { part } = given.data;
  return mountView(given, { maps: Maps, matrix: Matrix, found: Found }[part], part, given.setStateValue);
}
