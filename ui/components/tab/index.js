// Says to a new session what this tab has kept of an earlier one: after the page was loaded anew, or when another
// server goes on with it. Shows nothing.

import { stored } from "./storage.js";

/** What ui/kit/tab.py gives. session: a name that every session has for itself; most: bytes of all that is said.
 * @typedef {{ session: string, names: string[], most: number }} Data */

let told = ""; // the session that knows

/** @param {import("../base/view.js").Given} given */
export default function tab(given) {
  /** @type {Data} */
  const data = given.data;
  given.parentElement.querySelector(".root")?.remove(); // an empty one is a figure still to come
  if (data.session === told) return;
  told = data.session;
  const kept = stored(data.names, data.most);
  if (Object.keys(kept).length) given.setTriggerValue("kept", kept);
}
