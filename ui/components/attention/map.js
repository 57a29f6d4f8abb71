// The map of all weights of a head, the names at its sides, and what it would show without the mask.

function paintMap(x) {
  const { T } = x;
  const { layer, head, reader, lifted } = x.s;
  const key = x.key;
  x.title.textContent = x.fill("head-title", { layer: layer + 1, head: head + 1 });
  x.map.setAttribute("aria-label", x.fill("map-name", { layer: layer + 1, head: head + 1 }));
  x.board.classList.toggle("lifted", lifted);
  x.cells.forEach((cell, i) => {
    const [q, k] = [Math.floor(i / T), i % T];
    if (!x.seen(q, k)) return;
    const weight = x.weight(q, k);
    cell.style.background = x.colour(weight);
    cell.style.color = x.ink(weight);
    cell.dataset.percent = Math.round(100 * weight);
    cell.setAttribute("aria-label", x.fill("cell-name", { reader: x.plain(q), word: x.plain(k), p: x.percent(weight) }));
    cell.classList.toggle("heavy", weight >= 0.2);
    const chosen = q === reader && k === key;
    cell.classList.toggle("chosen", chosen);
    cell.setAttribute("aria-selected", chosen);
    cell.tabIndex = chosen ? 0 : -1;
  });
  x.names.forEach((name, q) => name.classList.toggle("chosen", q === reader));
  x.columns.forEach((name, k) => name.classList.toggle("chosen", k === key));
  const keys = x.words(reader);
  x.outline.style.cssText = `top:calc(var(--head) + ${reader} * var(--pitch));left:calc(var(--label) + ${keys[0]} * var(--pitch));width:calc(${keys.at(-1) - keys[0] + 1} * var(--pitch))`;
  x.lift.setAttribute("aria-checked", lifted);
  x.leak.replaceChildren(...(lifted ? leaks(x) : []));
  placeNames(x);
}

/** What the lifted mask lets through, in words. */
function leaks(x) {
  const { reader } = x.s;
  const beyond = (q) => range(x.T).reduce((sum, k) => sum + (x.read(q, k) ? 0 : x.weight(q, k)), 0);
  const why = el("p", { className: "note" }, x.w["leak-why"]);
  if (reader < x.T - 1) {
    const values = { reader: x.plain(reader), p: x.percent(beyond(reader)), next: x.plain(reader + 1), q: x.percent(x.weight(reader, reader + 1)) };
    return [el("p", {}, x.fill("leak-next", values)), why];
  }
  if (x.T === 1) return [why];
  const worst = best(range(x.T - 1).slice(x.T > 2 ? 1 : 0), beyond); // before the second word there is little else to read
  const go = el("button", { type: "button", className: "go", "data-at": "go", onclick: () => x.choose({ reader: worst }) }, x.fill("leak-go", { word: x.plain(worst) }));
  return [el("p", {}, x.fill("leak-last", { reader: x.plain(reader), word: x.plain(worst), p: x.percent(beyond(worst)) }), " ", go), why];
}

/** Names of columns stand on the staircase that the mask leaves; without it, all at the top. */
function placeNames(x) {
  if (!x.pitch) return;
  const { T, pitch } = x;
  const top = range(T).map((k) => range(T).find((q) => x.seen(q, k)) ?? 0);
  const head = Math.max(0, ...x.letters.map((length, k) => length - top[k] * pitch));
  x.board.style.setProperty("--head", `${head}px`);
  const every = Math.ceil(14 / pitch);
  const told = (i, chosen) => i === chosen || (i % every === 0 && Math.abs(i - chosen) >= every);
  x.columns.forEach((name, k) => {
    name.style.top = `calc(var(--head) + ${top[k] * pitch - 6}px)`;
    name.classList.toggle("left-out", !told(k, x.key));
  });
  x.names.forEach((name, q) => name.classList.toggle("left-out", !told(q, x.s.reader)));
  x.empty.hidden = x.d.both || x.s.lifted || T < 5 || T * pitch < 300;
}
