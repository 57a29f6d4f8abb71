// A table as a file for table programs.

/** Decimal signs and separators of the language, and a text that begins like a formula stays a text: as in
 * ui/kit/csv.py. @type {(rows: (string | number)[][], lang: string) => string} */
export function csv(rows, lang) {
  const sign = (1.5).toLocaleString(lang)[1];
  const cell = (value) => {
    if (typeof value === "number") return String(value).replace(".", sign);
    const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value ?? "");
    return /[",;\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  const separator = sign === "," ? ";" : ",";
  return `\ufeff${rows.map((row) => `${row.map(cell).join(separator)}\r\n`).join("")}`;
}
