import { el } from "../base/elements.js";
import { Radios } from "../base/view.js";

/** One of several, as buttons in a row. */
export const choices = (label, names, pick) =>
  new Radios(
    "choices",
    label,
    names.map((name) => el("button", {}, name)),
    pick,
  );
