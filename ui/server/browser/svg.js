// What all parts of a picture know.

export const SVG = "http://www.w3.org/2000/svg";
export const SKIPPED = ".hoverlayer, .draglayer, .zoomlayer, .save, .hidden, script, style";
