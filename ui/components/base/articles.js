// Articles that follow the number after them, as content/articles.py has them; a test compares the two.

/** @type {Record<string, string[]>} */
const FORMS = {
  il: ["lo ", "l’"],
  del: ["dello ", "dell’"],
  al: ["allo ", "all’"],
  dal: ["dallo ", "dall’"],
  nel: ["nello ", "nell’"],
  sul: ["sullo ", "sull’"],
};
const PLACE = new RegExp(`\\b(${Object.keys(FORMS).join("|")}) \\{(\\w+)\\}`, "gi");

/** @type {(text: string, values: Record<string, any>, lang?: string) => string} */
export function agree(text, values, lang = document.documentElement.lang) {
  if (lang !== "it") return text;
  return text.replace(PLACE, (place, written, name) => {
    const [, first, thousands] = /^(\d{1,3})((?:\.\d{3})*)/.exec(values[name]) ?? [];
    const vowel = first?.startsWith("8") || first === "11" || (first === "1" && !thousands);
    if (first !== "0" && !vowel) return place;
    const agreed = FORMS[written.toLowerCase()][vowel ? 1 : 0];
    const start = written[0] === written[0].toUpperCase() ? agreed[0].toUpperCase() : agreed[0];
    return `${start}${agreed.slice(1)}{${name}}`;
  });
}
