// The menu "Share" (ui/frame/share_menu.py), the presenter's view and what a link hides. A link is made here and
// when it is wanted, since components write it without the server.

import { copied } from "../../components/base/clipboard.js";

// What the link wants of the frame stands on the root element, where ui/frame/present.css looks.
function frame() {
  const link = new URLSearchParams(location.search);
  document.documentElement.toggleAttribute("data-present", link.get("present") === "1");
  document.documentElement.dataset.hide = (link.get("hide") ?? "").replaceAll(",", " ");
}

// The link to what is on screen, with what another reader's browser would choose otherwise.
function address(menu) {
  const url = new URL(location.href);
  const here = url.searchParams;
  const boxes = [...menu.querySelectorAll("input[type=checkbox]")];
  const hidden = boxes.filter((box) => box.checked).map((box) => box.value);
  const frame = {
    v: menu.dataset.version,
    lang: document.documentElement.lang,
    theme: matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light",
    model: document.querySelector(".takeaway")?.dataset.model || here.get("model"),
    hide: hidden.join(","),
  };
  for (const name of [...Object.keys(frame), "present"]) here.delete(name);
  const first = Object.entries(frame).filter(([, value]) => value);
  url.search = String(new URLSearchParams([...first, ...here]));
  url.hash = "";
  return url.href;
}

function refresh(menu) {
  const [field, qr] = [menu.querySelector(".address"), menu.querySelector(".qr")];
  const found = address(menu);
  if (field.value === found) return;
  field.value = found;
  menu.querySelector(".said").textContent = "";
  const large = new URL(found);
  large.searchParams.set("present", "1");
  menu.querySelector(".present").href = large;
  qr.src = `qr.svg?${new URLSearchParams({ of: found })}`; // below the page's own address, wherever the app lives
}

async function copy(menu) {
  const [field, said] = [menu.querySelector(".address"), menu.querySelector(".said")];
  const done = await copied(field.value);
  if (done) menu.querySelector(".copy").focus();
  else field.select(); // the link waits for the reader's own keys
  said.textContent = "";
  requestAnimationFrame(() => (said.textContent = done ? said.dataset.copied : said.dataset.select));
}

function show(menu) {
  const hidden = document.documentElement.dataset.hide.split(" ");
  for (const box of menu.querySelectorAll("input[type=checkbox]")) box.checked = hidden.includes(box.value);
  refresh(menu);
}

document.addEventListener(
  "toggle",
  (/** @type {any} */ { target }) => target.matches(".share") && target.open && show(target),
  true,
);
document.addEventListener(
  "change",
  (/** @type {any} */ { target }) => target.matches(".share input") && refresh(target.closest(".share")),
);
document.addEventListener("click", ({ target }) => {
  if (!(target instanceof Element)) return;
  if (target.matches(".share .copy")) copy(target.closest(".share"));
  if (target instanceof HTMLInputElement && target.matches(".share .address")) target.select();
});
for (const kind of ["load", "error"])
  document.addEventListener(
    kind,
    ({ target }) =>
      target instanceof Element &&
      target.matches(".qr") &&
      target.closest(".share").toggleAttribute("data-long", kind === "error"),
    true,
  );

addEventListener("popstate", frame);
addEventListener("vetro-link", () => {
  frame();
  const menu = document.querySelector(".share[open]");
  if (menu) refresh(menu);
});
frame();
