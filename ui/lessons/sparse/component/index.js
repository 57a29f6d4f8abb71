// Lesson 7. Two parts of its page: the grid with its controls (grid.js), and the text with what each token lost
// (losses.js). Masks and reach come from model/masks.py, for every pattern and size; nothing about them is decided here.
// Tokens count from 0 here, from 1 on screen and in the link.

export default function sparse(given) {
  return given.data.part === "grid" ? reside(given, Grid, "sparse", given.setStateValue) : reside(given, Losses, "sparse losses");
}

/** A text as chips, one of them chosen. */
const passage = (tokens, label, choose) =>
  new Radios("passage", label, tokens.map((token) => chip(token, "", "button")), choose);
