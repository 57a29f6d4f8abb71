// The weights of a head as rows of a table.

import { distinct } from "./tokens.js";

/** A row for each query and key that has one: both tokens, and what `of` gives.
 * @type {(tokens: string[], of: (query: number, key: number) => number[] | null) => (string | number)[][]} */
export function weightRows(tokens, of) {
  const named = distinct(tokens);
  return named.flatMap((query, q) =>
    named.flatMap((key, k) => {
      const values = of(q, k);
      return values ? [[query, key, ...values]] : [];
    }),
  );
}
