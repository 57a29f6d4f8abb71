// The tab's own storage: gone with the tab, and full or shut in some browsers.

const PREFIX = "vetro-kept-";

/** Whether it could be kept. @type {(name: string, value: string) => boolean} */
export function store(name, value) {
  try {
    sessionStorage.setItem(PREFIX + name, value);
    return true;
  } catch {
    forget(name); // what was true before is no longer
    return false;
  }
}

/** @type {(name: string) => void} */
export function forget(name) {
  try {
    sessionStorage.removeItem(PREFIX + name);
  } catch {
    // there is nothing to forget where nothing can be kept
  }
}

/** What is kept under these names, as far as it takes no more than so many bytes together.
 * @type {(names: string[], most: number) => Record<string, any>} */
export function stored(names, most) {
  const found = {};
  let left = most;
  for (const name of names) {
    try {
      const text = sessionStorage.getItem(PREFIX + name);
      if (!text) continue;
      left -= new TextEncoder().encode(text).length;
      if (left >= 0) found[name] = JSON.parse(text);
    } catch {
      forget(name);
    }
  }
  return found;
}
