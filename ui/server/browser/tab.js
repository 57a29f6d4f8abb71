// What a reader made, kept for this tab: ui/kit/tab.py leaves it in the page, and the component `tab` says at the
// beginning of a session what is there.

import { forget, store } from "../../components/tab/storage.js";

const written = new WeakMap(); // the element -> what was written of it

function write() {
  for (const box of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(".kept"))) {
    const { name, value } = box.dataset;
    if (written.get(box) === value) continue;
    written.set(box, value);
    if (!value) forget(name);
    else if (!store(name, value)) box.querySelector("p").hidden = false;
  }
}

new MutationObserver(write).observe(document, { subtree: true, childList: true });
write();
