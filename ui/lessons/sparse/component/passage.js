import { chip } from "../../../components/base/elements.js";
import { Radios } from "../../../components/base/view.js";

/** A text as chips, one of them chosen. */
export const passage = (tokens, label, choose) =>
  new Radios(
    "passage",
    label,
    tokens.map((token) => chip(token, "", "button")),
    choose,
  );
