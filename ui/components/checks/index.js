// A button that copies a text. On a page that came without https, a browser has no clipboard for scripts but the old one.

async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = el("textarea", { value: text, style: { position: "fixed", opacity: "0" } });
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done;
  }
}

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".root");
  if (!root.firstChild) root.append(button("copy", {}), el("span", { className: "note", role: "status" }));
  const [press, said] = root.children; // kept from run to run, and with them the keyboard's place
  press.textContent = data.words.copy;
  press.onclick = async () => {
    const done = await copied(data.text);
    said.textContent = done ? data.words.copied : data.words["not-copied"];
    press.focus();
  };
}
