/** The elements of the conversation's page, in the order in which they stand. */

import { h } from "./dom.js";
import { button } from "./view.js";

/** @typedef {import("./chat.js").Chat} Chat */

/** @param {Chat} chat */
export function frame(chat) {
  const { t } = chat;
  const picker = (/** @type {object} */ more) => h("input", { type: "file", hidden: true, onchange: (/** @type {Event} */ event) => chat.chosen(event), ...more });
  const area = h("textarea", {
    rows: 1, maxlength: 4000, "aria-label": t("yourAnswer"), enterkeyhint: "send",
    oninput: () => chat.typed(),
    onkeydown: (/** @type {KeyboardEvent} */ event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      chat.submit();
    },
  });
  area.value = chat.memory.get().draft;
  return {
    camera: picker({ accept: "image/*", capture: "environment" }),
    files: picker({ accept: "image/*,application/pdf,.heic,.heif", multiple: true }),
    area,
    subtitle: h("p", null, t("title")),
    progress: h("progress", { "aria-hidden": "true", hidden: true }),
    banner: h("p", { role: "status" }),
    log: h("div", { class: "log", role: "log", "aria-live": "polite", "aria-busy": "true", "aria-label": t("conversation") }),
    waiting: h("div", { class: "log" }),
    typing: h("div", { class: "typing", role: "status" }),
    past: h("div", { class: "past", tabindex: 0, role: "region", "aria-label": t("conversation") }),
    newer: button(`${t("newer")} ↓`, () => chat.toEnd(), { class: "newer", hidden: true }),
    title: h("h2", { id: "question", tabindex: -1, dir: "auto" }),
    help: h("p", { dir: "auto" }),
    ask: h("div", { class: "ask" }),
    answers: h("div", { class: "answers" }),
    main: h("div"),
    sheet: h("section", { class: "sheet", "aria-labelledby": "question" }),
    stop: h("div", { hidden: true }),
    cards: h("ul", { class: "tray" }),
    news: h("p", { class: "note", role: "status" }),
    read: h("p", { class: "hidden", role: "status" }),
    sender: h("button", { class: "tool send", "aria-label": t("sendMessage") }),
    form: h("form", { "aria-label": t("yourAnswer"), onsubmit: (/** @type {Event} */ event) => { event.preventDefault(); chat.submit(); } }),
  };
}
