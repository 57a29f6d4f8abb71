// The numbers of a figure, row by row: for its CSV file, and for the table below it.

import { chartOf, rootOf } from "./figures.js";

export function rowsOf(figure) {
  const chart = chartOf(figure);
  return chart ? traces(chart) : numbers(figure);
}

/** The numbers of a chart, a row for each point; places are named as its axes name them. */
function* traces(chart) {
  yield ["trace", "x", "y", "z"];
  const named = (axis, value) => {
    const at = axis?.ticktext && Array.from(axis.tickvals ?? []).indexOf(value);
    return at >= 0 ? String(axis.ticktext[at]).replace(/<[^>]*>/g, "") : value;
  };
  for (const [t, trace] of chart._fullData.entries()) {
    const [across, down] = ["x", "y"].map(
      (name) => chart._fullLayout[`${name}axis${(trace[`${name}axis`] ?? name).slice(1)}`],
    );
    const name = chart.data[t]?.name || t + 1; // Plotly's own names, "trace 0", are none
    const row = (i, j, value) => [name, named(across, trace.x?.[j] ?? j), named(down, trace.y?.[i] ?? i), value];
    if (trace.z) {
      for (const [i, line] of Array.from(trace.z).entries())
        for (const [j, value] of Array.from(line).entries()) yield row(i, j, value);
    } else for (let i = 0; i < Math.max(trace.x?.length ?? 0, trace.y?.length ?? 0); i++) yield row(i, i, "");
  }
}

/** What a component was given: its arrays number by number, then its other numbers by their names. */
function* numbers(figure) {
  const { words, lang, bytes, arrays, ...others } = rootOf(figure).data();
  yield ["name", "place", "value"];
  for (const [name, { shape, values }] of Object.entries(arrays))
    for (let i = 0; i < values.length; i++) {
      const place = [];
      let rest = i;
      for (const size of [...shape].reverse()) {
        place.unshift(rest % size);
        rest = Math.floor(rest / size);
      }
      yield [name, place.join(" "), values[i]];
    }
  yield* walk(others, "", []);
}

function* walk(value, name, place) {
  if (typeof value === "number") yield [name, place.join(" "), value];
  else if (value && typeof value === "object")
    for (const [key, inner] of Object.entries(value))
      yield* /^\d+$/.test(key) ? walk(inner, name, [...place, key]) : walk(inner, name ? `${name}.${key}` : key, place);
}
