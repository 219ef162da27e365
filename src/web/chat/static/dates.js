/** The answer to "Quand ?": one of the last three days or another, and the part of the day. */

import { h, icon } from "./dom.js";
import { button } from "./view.js";

/**
 * @typedef {import("./sheet.js").Act} Act
 * @typedef {import("./sheet.js").Control} Control
 */

const DAY = 864e5;
const PARTS = /** @type {const} */ (["morning", "afternoon", "evening", "night"]);

/** Today in the insurer's time zone, as midnight UTC: days are counted on it. @param {string} zone @param {number} [now] */
export function today(zone, now = Date.now()) {
  const written = new Intl.DateTimeFormat("en-CA", { timeZone: zone || undefined, year: "numeric", month: "2-digit", day: "2-digit" }).format(now);
  return Date.parse(`${written}T00:00:00Z`);
}

/** A day in words. @param {number} at @param {string} locale @param {boolean} [year] */
export const dayInWords = (at, locale, year = false) =>
  new Intl.DateTimeFormat(locale, { timeZone: "UTC", weekday: "long", day: "numeric", month: "long", year: year ? "numeric" : undefined }).format(at);

const iso = (/** @type {number} */ at) => new Date(at).toISOString().slice(0, 10);

/** Whether a date of birth or the like is asked: no day of the last year is accepted. @param {{to?: string} | undefined} bounds */
export const isLongAgo = (bounds) => !!bounds?.to && Date.parse(bounds.to) < Date.now() - 365 * DAY;

/** @param {{from?: string, to?: string} | undefined} bounds @param {Act} act @returns {Control} */
export function dates(bounds, { t, locale, zone, say }) {
  if (isLongAgo(bounds)) return { answers: [] };
  const now = today(zone);
  const trouble = h("p", { class: "note", role: "alert" });
  const field = h("input", {
    type: "date", id: "on-day", max: bounds?.to ?? iso(now), min: bounds?.from, oninput: () => { other.checked = true; drawn(); },
  });
  const radio = (/** @type {string} */ name) => h("input", { type: "radio", name, onchange: drawn });
  const days = /** @type {const} */ (["today", "yesterday", "dayBefore"]).map((key, ago) => ({ key, at: now - ago * DAY, box: radio("day") }));
  const other = radio("day");
  const parts = PARTS.map((key) => ({ key, box: radio("part") }));
  const send = button(t("confirm"), () => {
    const day = chosen();
    if (day === null) {
      trouble.textContent = t("pickDay");
      return;
    }
    const part = parts.find(({ box }) => box.checked);
    say(dayInWords(day.at, locale, true) + (part ? `, ${t(part.key)}` : ""));
  }, { class: "button main wide" });

  function chosen() {
    const day = days.find(({ box }) => box.checked);
    if (day) return { at: day.at, words: t(day.key) };
    const at = other.checked && field.value ? Date.parse(`${field.value}T00:00:00Z`) : NaN;
    return Number.isNaN(at) ? null : { at, words: dayInWords(at, locale) };
  }
  function drawn() {
    trouble.textContent = "";
    const day = chosen();
    const part = parts.find(({ box }) => box.checked);
    const words = day && day.words.charAt(0).toLowerCase() + day.words.slice(1);
    send.textContent = words ? t("confirmThis", { value: part ? `${words}, ${t(part.key)}` : words }) : t("confirm");
  }

  const row = (/** @type {HTMLInputElement} */ box, /** @type {string} */ words, /** @type {string} */ small) =>
    h("label", { class: "row" }, box, h("span", null, words, small && h("small", null, small)));
  return {
    answers: [
      h("fieldset", null, h("legend", { class: "hidden" }, t("day")), h("ul", { class: "rows two-up", role: "list" },
        ...days.map(({ key, at, box }) => h("li", null, row(box, t(key), dayInWords(at, locale)))),
        h("li", { class: "on-day" }, row(other, t("pickDate"), ""),
          h("div", { class: "when" }, h("label", { class: "over", for: "on-day" }, t("dateField")), h("div", { class: "field" }, field))))),
      h("fieldset", { class: "part" }, h("legend", { class: "over" }, t("whichPart"), " ", h("span", { class: "soft" }, t("optional"))),
        h("div", { class: "four" }, ...parts.map(({ key, box }) => h("label", null, box, icon(key), h("span", null, t(`${key}Short`)))))),
    ],
    main: h("div", { class: "mains" }, trouble, send),
  };
}
