/** Answers that are chosen: rows with a picture, two buttons, boxes to tick; what does not fit waits behind "Autre…". */

import { h, icon } from "./dom.js";
import { picture, pictured } from "./pictures.js";
import { button } from "./view.js";

/**
 * @typedef {import("./api.js").QuickReply} QuickReply
 * @typedef {import("./sheet.js").Act} Act
 * @typedef {import("./sheet.js").Control} Control
 */

/** How many rows stand in sight. */
const ROWS = 6;

/** @param {string} text without capitals and accents */
export const fold = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").replace(/’/g, "'").toLowerCase();

/** Two answers side by side. @param {QuickReply[]} replies @param {(reply: QuickReply) => void} press */
export const pair = (replies, press) =>
  h("div", { class: "two", role: "group", "aria-labelledby": "question" }, ...replies.map((reply) => {
    const element = button("", () => press(reply), { class: "button" });
    element.append(pictured(reply.payload) ? icon(pictured(reply.payload) ?? "dot") : "", reply.label);
    return element;
  }));

/** Rows, one touch each. @param {QuickReply[]} replies @param {(reply: QuickReply) => void} press @param {Act} act */
export function choices(replies, press, act) {
  const row = (/** @type {QuickReply} */ reply, /** @type {boolean} */ drawn) => {
    const element = button("", () => press(reply), { class: "row" });
    element.append(drawn ? picture(reply.payload) : "", h("span", null, reply.label));
    return h("li", null, element);
  };
  return rows(replies, row, act);
}

/** Boxes to tick, and the button that sends what was ticked. @param {QuickReply[]} replies @param {Act} act @returns {Control} */
export function several(replies, { t, choose, ...act }) {
  // "Rien de tout ça" excludes the others: it is one touch.
  const none = replies.filter(({ payload }) => /=none$/.test(payload));
  const trouble = h("p", { class: "note", role: "alert" });
  const boxes = replies.filter((reply) => !none.includes(reply)).map((reply) => ({ ...reply, box: h("input", { type: "checkbox", onchange: count }) }));
  const send = button("", () => {
    const chosen = boxes.filter(({ box }) => box.checked);
    // `rooms=kitchen` and `rooms=hall` are sent as `rooms=kitchen,hall`.
    const payload = chosen.map(({ payload }, at) => (at ? payload.replace(/^.*?=/, "") : payload)).join();
    if (payload) choose(chosen.map(({ label }) => label).join(", "), payload);
    else trouble.textContent = t("noneChosen");
  }, { class: "button main wide" });
  function count() {
    trouble.textContent = "";
    const chosen = boxes.filter(({ box }) => box.checked).length;
    send.textContent = chosen ? `${t("sendChoices")} (${chosen})` : t("sendChoices");
  }
  count();
  const row = (/** @type {QuickReply} */ reply) =>
    h("li", null, h("label", { class: "row" }, boxes.find(({ payload }) => payload === reply.payload)?.box, h("span", null, reply.label)));
  const list = rows(boxes, row, { t, choose, ...act });
  return {
    answers: [h("p", { class: "note over" }, t("pickSome")), list, ...none.map(({ label, payload }) =>
      button(label, () => choose(label, payload), { class: "button wide none" }))],
    main: h("div", { class: "mains" }, trouble, send),
  };
}

/**
 * Six rows at most, and the others behind "Autre…", where they can be searched.
 * @template {QuickReply} R
 * @param {R[]} replies @param {(reply: R, drawn: boolean) => HTMLElement} row @param {Act} act
 */
function rows(replies, row, act) {
  const fits = replies.length <= ROWS;
  const shown = fits ? replies : replies.slice(0, ROWS - 1);
  // A picture here and there helps nobody.
  const drawn = shown.filter(({ payload }) => pictured(payload)).length * 2 >= shown.length;
  const list = h("ul", { class: "rows two-up", role: "list", "aria-labelledby": "question" }, ...shown.map((reply) => row(reply, drawn)));
  if (!fits) list.append(h("li", null, others(replies.slice(ROWS - 1), (reply) => row(reply, false), act, drawn)));
  return list;
}

/**
 * @template {QuickReply} R
 * @param {R[]} replies @param {(reply: R) => HTMLElement} row @param {Act} act @param {boolean} drawn
 */
function others(replies, row, { t, say }, drawn) {
  const found = replies.map((reply) => ({ text: fold(reply.label), element: row(reply) }));
  const count = h("p", { class: "count", role: "status" }, t("others", { count: replies.length }));
  const keep = button("", () => say(search.value.trim()), { class: "row" });
  const kept = h("li", { hidden: true }, keep);
  const search = h("input", {
    type: "search", "aria-label": t("search"), placeholder: t("search"), autocomplete: "off", enterkeyhint: "search",
    oninput: () => {
      const wanted = fold(search.value.trim());
      let matches = 0;
      for (const { text, element } of found) {
        const fits = text.includes(wanted);
        element.hidden = !fits;
        if (fits) matches++;
      }
      count.textContent = t("others", { count: matches });
      kept.hidden = !wanted || matches > 0;
      keep.textContent = t("keepAsAnswer", { text: search.value.trim() });
    },
    onkeydown: (/** @type {KeyboardEvent} */ event) => { if (event.key === "Enter") event.preventDefault(); },
  });
  const details = h("details", {
    onkeydown: (/** @type {KeyboardEvent} */ event) => {
      if (event.key !== "Escape" || !details.open) return;
      event.stopPropagation();
      details.open = false;
      opener.focus();
    },
  });
  const opener = h("summary", { class: "row" }, drawn && h("span", { class: "pic", "aria-hidden": "true" }, icon("search")), h("span", null, t("other")), icon("next"));
  details.append(opener, h("div", { class: "field filter" }, icon("search"), search), count,
    h("ul", { class: "more", role: "list" }, ...found.map(({ element }) => element), kept));
  return details;
}
