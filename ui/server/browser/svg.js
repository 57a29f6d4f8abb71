// What all parts of a picture know.

export const SVG = "http://www.w3.org/2000/svg";
const BUTTONS = "go lift step play walk back turn reset control deed everyone"
  .split(" ")
  .map((name) => `button.${name}`);
// what only a page needs: what follows the pointer, what is heard, and what a reader changes the figure with
export const SKIPPED = [
  ".hoverlayer, .draglayer, .zoomlayer, .hidden, script, style",
  "details:not([open]), summary, [role=switch], input[type=range], .caveat",
  ...BUTTONS,
].join();
