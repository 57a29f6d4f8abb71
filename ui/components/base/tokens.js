// What the tokens of a text are called where the same one may stand in it twice.

/** The tokens of a text as they are shown; one that occurs more than once, with a space before it or without, has its
 * position, from 1, as an index: the₃. ui/kit/token_names.py does the same.
 * @param {string[]} tokens @returns {string[]} */
export function distinct(tokens) {
  const words = tokens.map((token) => token.replace(/^·/, ""));
  const index = (n) => Array.from(String(n), (digit) => String.fromCharCode(0x2080 + Number(digit))).join("");
  return tokens.map((token, i) =>
    words.indexOf(words[i]) === words.lastIndexOf(words[i]) ? token : token + index(i + 1),
  );
}
