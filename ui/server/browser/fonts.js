// The page's own fonts in a picture, so that it looks the same elsewhere.

/** The page's own fonts as rules that hold their files: a picture may not ask for any. */
export async function fonts(said, svg) {
  const codes = new Set(Array.from(said, (letter) => letter.codePointAt(0)));
  const used = (rule) => {
    const ranges = rule.style.getPropertyValue("unicode-range");
    return (
      !ranges ||
      ranges.split(",").some((range) => {
        const [from, to = from] = range
          .trim()
          .replace("U+", "")
          .split("-")
          .map((code) => parseInt(code, 16));
        return [...codes].some((code) => code >= from && code <= to);
      })
    );
  };
  // Streamlit's files name fonts that we do not use
  const sheets = [...document.styleSheets].filter((sheet) => !sheet.href);
  const rules = sheets.flatMap((sheet) => [...sheet.cssRules]).filter((rule) => rule instanceof CSSFontFaceRule);
  const wanted = rules.filter(
    (rule) => svg.includes(rule.style.getPropertyValue("font-family").replace(/["']/g, "")) && used(rule),
  );
  return Promise.all(
    wanted.map(async (rule) => {
      const address = rule.style.getPropertyValue("src").match(/url\("?([^")]+)/)[1];
      const file = await (await fetch(new URL(address, document.baseURI))).blob();
      const data = await new Promise((done) =>
        Object.assign(new FileReader(), { onload: (event) => done(event.target.result) }).readAsDataURL(file),
      );
      return rule.cssText.replace(/url\("?[^")]+"?\)/, `url("${data}")`);
    }),
  );
}
