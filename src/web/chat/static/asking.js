/** The header and the answer sheet: what is asked, by which controls it is answered, and what is left. */

import { dangerCard } from "./danger.js";
import { isLongAgo } from "./dates.js";
import { h, icon } from "./dom.js";
import { divide, headline, kindOf } from "./question.js";
import { controls } from "./sheet.js";
import { dangerIn, questionsLeft, standing } from "./standing.js";
import { button } from "./view.js";

/**
 * @typedef {import("./api.js").Message} Message
 * @typedef {import("./chat.js").Chat} Chat
 * @typedef {import("./standing.js").State} State
 */

const touch = matchMedia("(pointer: coarse)");
/** The keyboards by the kind of answer. @type {Record<string, string>} */
const KEYBOARDS = { number: "decimal", phone: "tel", email: "email" };
/** The kinds of answer for which somebody who types goes on typing. */
const TYPED = /^(text|number|duration|phone|email|policy_number|plate)$/;

/** Who speaks, and what is left. @param {Chat} chat @param {Message | undefined} theirs */
export function drawHeader(chat, theirs) {
  const { ui, state, t, messages } = chat;
  const left = theirs?.body.left === undefined ? undefined : questionsLeft(messages);
  const paused = !!dangerIn(messages, chat.asked);
  const words = state.handler ? t("with", { name: state.handler })
    : paused ? t("paused")
    : left === 0 ? t("lastStep")
    : left === 1 ? t("remainsOne")
    : left ? t("remain", { count: left })
    : state.stage ? t(/** @type {const} */ ({ sent: "isSent", waiting: "hasIt", closed: "closedTitle", withdrawn: "withdrawnTitle" })[state.stage]) : t("title");
  const most = Math.max(1, ...messages.map(({ body }) => body.left ?? 0));
  chat.when("header", [words, left, most], () => {
    ui.subtitle.textContent = words;
    ui.progress.hidden = left === undefined;
    ui.progress.max = most + 1;
    ui.progress.value = most + 1 - (left ?? 0);
  });
}

/** What is asked, and the controls for its answer. @param {Chat} chat @param {Message | undefined} asked @param {boolean} waits whether the person's words are on their way */
export function drawSheet(chat, asked, waits) {
  const { ui, t, state } = chat;
  const inSheet = ui.sheet.contains(document.activeElement) || ui.stop.contains(document.activeElement) || document.activeElement === document.body;
  const typing = document.activeElement === ui.area;
  const told = dangerIn(chat.messages, asked);
  ui.log.querySelectorAll(".pending").forEach((element) => element.classList.remove("pending"));
  ui.stop.hidden = !told;
  ui.sheet.hidden = !!told && !chat.writesInDanger;
  if (told && asked) {
    for (const { seq } of told) ui.log.querySelector(`[data-key="${seq}"]`)?.classList.add("pending", "only");
    ui.title.id = "";
    const card = dangerCard(told.map(({ body }) => body), asked.body, chat.act, () => { chat.writesInDanger = true; chat.refresh(); });
    ui.stop.replaceChildren(card);
    if (!chat.writesInDanger && !chat.starting) card.querySelector("h2")?.focus({ preventScroll: true });
    chat.emptySheet();
    return;
  }
  chat.writesInDanger = false;
  ui.stop.replaceChildren();
  ui.title.id = "question";
  if (waits) return chat.emptySheet();
  if (!asked) return drawStanding(chat, state);
  const { question } = divide(asked.body);
  const { first, rest } = headline(question, asked.body.awaited?.help);
  const review = kindOf(asked.body) === "review";
  const stands = first ? null : standing(state, t, (at, options) => chat.format(at, options));
  ui.title.textContent = review ? t("review") : stands?.[0] ?? first;
  ui.help.textContent = review ? t("reviewText") : stands?.[1] ?? rest;
  // Advice steps aside on a low screen; the question's own words do not, nor who answers and when.
  ui.help.classList.toggle("own", !review && (!!stands || rest !== asked.body.awaited?.help));
  ui.ask.hidden = !first && !stands;
  ui.log.querySelector(`[data-key="${asked.seq}"]`)?.classList.add("pending");
  const { answers, main } = controls(asked.body, chat.act);
  ui.answers.replaceChildren(...answers);
  ui.answers.scrollTop = 0;
  ui.main.replaceChildren(...(main ? [main] : []));
  const kind = kindOf(asked.body);
  mountSlots(chat, kind === "photo", asked);
  const birth = kind === "date" && isLongAgo(asked.body.awaited);
  ui.area.inputMode = birth ? "numeric" : KEYBOARDS[kind] ?? "text";
  ui.area.autocapitalize = kind === "plate" ? "characters" : "sentences";
  ui.area.placeholder = kind === "plate" ? "AB-123-CD" : birth ? t("birthExample") : answers.length || main ? t("orWrite") : t("yourAnswer");
  if (!chat.settled || chat.starting) return;
  // The new question is read once: by the focus, or else by the status line.
  const goesOn = typing && (TYPED.test(kind) || birth || !touch.matches);
  if (inSheet && !goesOn && first && !chat.dialog.open) ui.title.focus({ preventScroll: true });
  else ui.read.textContent = question;
}

/** The places for the photos that are wanted, in the place of the two buttons, once they are loaded. @param {Chat} chat @param {boolean} wanted @param {Message} asked */
async function mountSlots(chat, wanted, asked) {
  chat.slots = null;
  if (!wanted) return;
  const { Slots } = await import("./slots.js").catch(() => ({ Slots: null }));
  if (!Slots || chat.asked !== asked) return;
  const slots = new Slots({ h, button, icon, tray: chat.tray, language: chat.language, changed: () => chat.refresh() });
  // Without them the two buttons serve.
  await slots.load(chat.api).catch(() => {});
  if (chat.asked !== asked || !slots.element.childElementCount) return;
  chat.slots = slots;
  // The places name what the question lists.
  const { help } = chat.ui;
  help.textContent = (help.textContent ?? "").split("\n").filter((line) => !line.startsWith("- ")).join("\n");
  chat.ui.answers.querySelector(".shots")?.replaceWith(slots.element);
  chat.drawCards();
}

/** Nothing is asked: who has the claim, what can be written, and when somebody answers. @param {Chat} chat @param {State} state */
function drawStanding(chat, state) {
  chat.emptySheet();
  const { ui } = chat;
  const stands = standing(state, chat.t, (at, options) => chat.format(at, options));
  if (!stands) return;
  ui.ask.hidden = false;
  ui.help.classList.add("own");
  [ui.title.textContent, ui.help.textContent] = stands;
}
