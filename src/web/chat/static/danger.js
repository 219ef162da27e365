/** Danger: one card, with one number to call and what to do until help comes. */

import { h, icon, linked } from "./dom.js";
import { button } from "./view.js";

/**
 * @typedef {import("./api.js").Body} Body
 * @typedef {import("./sheet.js").Act} Act
 */

const NUMBERS = /(^|[^\d.,+-])(112|114|15|17|18)(?![\d€%°:]|[.,]\d|\s(?:[\d€%]|h\b|min))/g;
/** How many sentences stand in the card. */
const LINES = 3;

/** The emergency numbers of a text, the first to be called first. @param {string} text */
export const numbersIn = (text) => [...new Set([...text.matchAll(NUMBERS)].map(([, , number = ""]) => number))];

/** Its sentences. @param {string} text */
export const sentences = (text) => text.replace(/([.!?])\s+/g, "$1\n").split("\n").filter(Boolean);

/**
 * @param {Body[]} told the urgent messages @param {Body} asked what is asked now @param {Act} act @param {() => void} write
 */
export function dangerCard(told, asked, { t, choose }, write) {
  const [first, ...more] = told;
  // The question whether the person is safe is the button below; when somebody answers has no place here.
  const isAdvice = (/** @type {string} */ each) => !each.includes("?");
  const [advice, rest] = [sentences(first?.text ?? ""), sentences(more.map(({ text }) => text ?? "").join(" "))].map((all) => all.filter(isAdvice));
  const lines = (advice ?? []).slice(0, LINES);
  const numbers = numbersIn(told.map(({ text }) => text ?? "").join(" "));
  const call = numbers.find((number) => number !== "114") ?? "112";
  const others = numbers.filter((number) => number !== call && number !== "114");
  const note = [...(advice ?? []).slice(LINES), ...(rest ?? []).slice(0, 1)][0];
  const title = h("h2", { id: "question", tabindex: -1 }, icon("alert"), t("danger"));
  const also = [
    ...others.map((number) => h("a", { href: `tel:${number}` }, t("callNumber", { number }))),
    h("a", { href: "sms:114" }, t("textNumber")),
  ];
  return h("section", { class: "stop", role: "alert", "aria-labelledby": "question" },
    h("div", null, title, h("ol", { role: "list" }, ...lines.map((line) => h("li", { dir: "auto" }, linked(line))))),
    h("div", null,
      h("a", { class: "call", href: `tel:${call}` }, icon("phone"), t("callNumber", { number: call })),
      h("p", { class: "also" }, ...also),
      ...(asked.quick_replies ?? []).map(({ label, payload }) => button(label, () => choose(label, payload), { class: "button wide" })),
      note && h("p", { class: "note", dir: "auto" }, linked(note)),
      button(t("writeAnyway"), write, { class: "quiet wide" })));
}
