/** A link that opens a conversation on another device. */

import { random } from "./api.js";
import { h } from "./dom.js";
import { button } from "./view.js";

/**
 * @typedef {import("./chat.js").Chat} Chat
 * @typedef {import("./strings.js").Key} Key
 */

/** Opens the conversation of a link, where this device has none, or may lose its own. False when there is none to show. @param {Chat} chat @param {string} link @returns {Promise<boolean>} */
export async function resume(chat, link) {
  const { memory, api } = chat;
  memory.update((saved) => { saved.device ||= random(16); });
  const { token: own, device } = memory.get();
  api.token = own;
  // The same device gets the same secret by the same link, should the answer be lost.
  const open = (/** @type {boolean} */ replace) =>
    chat.insist(() => api.post("/resume", { token: link, client_id: device + link.slice(0, 32), replace }));
  let replaces = false;
  try {
    const token = await open(false).catch(async (/** @type {import("./api.js").Refusal} */ refusal) => {
      if (refusal.status !== 409) throw refusal;
      replaces = await mayReplace(chat);
      return replaces ? open(true) : own;
    });
    memory.update((saved) => Object.assign(saved, { token, spoke: true }, replaces && { outbox: [], tray: [], lost: [], draft: "" }));
    if (replaces) {
      await chat.tray.forget();
      location.reload();
    } else chat.showConversation();
    return !replaces;
  } catch {
    chat.showConversation();
    if (own) chat.note = "linkOver";
    else chat.gone("linkGone");
    return !!own;
  }
}

/** Asks which conversation the person wants here. @param {Chat} chat @returns {Promise<boolean>} whether the one of the link */
function mayReplace(chat) {
  const { dialog, t } = chat;
  return new Promise((answered) => {
    const choice = (/** @type {Key} */ label, /** @type {boolean} */ other) =>
      button(t(label), () => { dialog.close(); answered(other); }, { class: other ? "" : "primary" });
    dialog.setAttribute("aria-label", t("twoOpen"));
    dialog.replaceChildren(h("h2", null, t("twoOpen")), h("p", null, t("twoOpenText")),
      h("div", { class: "actions" }, choice("keepMine", false), choice("openOther", true)));
    // Closed without a choice: what is here stays.
    dialog.addEventListener("close", () => answered(false), { once: true });
    dialog.showModal();
  });
}
