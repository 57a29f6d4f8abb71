// Lesson 7. Two parts of its page: the grid with its controls (grid.js), and the text with what each token lost
// (losses.js). Masks and reach come from model/masks.py, for every pattern and size; nothing about them is decided here.
// Tokens count from 0 here, from 1 on screen and in the link.

import { mountView } from "../../../components/base/view.js";
import { Grid } from "./grid.js";
import { Losses } from "./losses.js";

export default function sparse(given) {
  return given.data.part === "grid"
    ? mountView(given, Grid, "sparse", given.setStateValue)
    : mountView(given, Losses, "sparse losses");
}
