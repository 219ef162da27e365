/** Copying. */

import { button } from "./view.js";

/** @typedef {import("./view.js").T} T */

/** A button that copies. @param {T} t @param {() => string} text @param {object} [more] */
export function copier(t, text, more) {
  const copy = button(t("copy"), async () => {
    await navigator.clipboard?.writeText(text()).catch(() => {});
    copy.textContent = t("copied");
    setTimeout(() => { copy.textContent = t("copy"); }, 3000);
  }, more);
  return copy;
}
