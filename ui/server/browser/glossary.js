// The page of the glossary: only terms that have what was typed.

const plain = (/** @type {string} */ text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

document.addEventListener("input", (/** @type {any} */ { target }) => {
  if (!target.matches(".filter input")) return;
  const asked = plain(target.value.trim());
  const entries = /** @type {HTMLElement[]} */ ([...document.querySelectorAll(".glossary > div")]);
  for (const entry of entries) entry.hidden = !plain(entry.textContent).includes(asked);
  const said = /** @type {HTMLElement} */ (document.querySelector(".filter [role=status]"));
  said.textContent = entries.every((entry) => entry.hidden) ? said.dataset.none : "";
});
