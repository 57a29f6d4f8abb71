// Words that follow the number they stand with, as content/agreement.py has them; a test compares the two.

/** @type {Record<string, string[]>} */
const FORMS = {
  il: ["lo ", "l’"],
  del: ["dello ", "dell’"],
  al: ["allo ", "all’"],
  dal: ["dallo ", "dall’"],
  nel: ["nello ", "nell’"],
  sul: ["sullo ", "sull’"],
};
const PLURAL = /\{(\w+):([^{}|]*)\|([^{}|]*)\}/g;
const PLACE = new RegExp(`\\b(${Object.keys(FORMS).join("|")}) \\{(\\w+)\\}`, "gi");

/** @type {(text: string, values: Record<string, any>, lang?: string) => string} */
export function agree(text, values, lang = document.documentElement.lang) {
  const said = text.replace(PLURAL, (_, name, one, more) => (String(values[name]) === "1" ? one : more));
  if (lang !== "it") return said;
  return said.replace(PLACE, (place, written, name) => {
    const [, first, thousands] = /^(\d{1,3})((?:\.\d{3})*)/.exec(values[name]) ?? [];
    const vowel = first?.startsWith("8") || first === "11" || (first === "1" && !thousands);
    if (first !== "0" && !vowel) return place;
    const agreed = FORMS[written.toLowerCase()][vowel ? 1 : 0];
    const start = written[0] === written[0].toUpperCase() ? agreed[0].toUpperCase() : agreed[0];
    return `${start}${agreed.slice(1)}{${name}}`;
  });
}
