// Lesson 9. Two parts of its page: the drawings of two blocks (drawings.js), and the attention of two models of the
// switchboard with what they would say next (maps.js). Layers and heads count from 0 here, from 1 on screen.

export default function blocks(given) {
  return given.data.part === "drawings" ? reside(given, Drawings, "drawings") : reside(given, Maps, "switch-maps");
}

/** One of several, as buttons in a row. */
const choices = (label, names, pick) => new Radios("choices", label, names.map((name) => el("button", {}, name)), pick);
