/** The controls for the answer to the pending question. */

import { choices, pair, several } from "./choices.js";
import { dates } from "./dates.js";
import { h, icon } from "./dom.js";
import { amounts, places } from "./fields.js";
import { kindOf } from "./question.js";
import { button } from "./view.js";

/**
 * @typedef {import("./api.js").Body} Body
 * @typedef {import("./api.js").QuickReply} QuickReply
 * @typedef {import("./view.js").T} T
 * @typedef {{
 *   t: T, locale: string, zone: string,
 *   say: (text: string) => void, choose: (text: string, choice: string) => void,
 *   camera: () => void, files: () => void, locate: () => void,
 *   suggest: (text: string) => Promise<{at: number, places: {postcode: string, name: string}[]}>
 * }} Act what the controls do
 * @typedef {{answers: Node[], main?: Node}} Control `main` stays in sight below the answers
 */

const QUIET = /=unknown$|^cmd=(skip|later|human|correct|help|keep)$/;
const MAIN = /^cmd=(send|safe|resume|complete)$/;

/** The controls of a question. @param {Body} body @param {Act} act @returns {Control} */
export function controls(body, act) {
  const { quick_replies: all = [], awaited } = body;
  const kind = kindOf(body);
  const press = (/** @type {QuickReply} */ { label, payload }) => act.choose(label, payload);
  const of = (/** @type {RegExp} */ wanted) => all.filter(({ payload }) => wanted.test(payload));
  // In a summary each line has its own "Modifier".
  const quiet = of(QUIET).filter(({ payload }) => !(body.summary?.length && payload === "cmd=correct"));
  const main = of(MAIN);
  const replies = all.filter(({ payload }) => !QUIET.test(payload) && !MAIN.test(payload));
  const made = answered();
  made.answers.push(...quiet.map((reply) => button(reply.label, () => press(reply), { class: "quiet wide" })));
  if (main.length) {
    made.main = h("div", { class: "mains" }, ...main.map((reply) => button(reply.label, () => press(reply), { class: "button main wide" })));
  }
  return made;

  /** @returns {Control} */
  function answered() {
    if (kind === "photo") return { answers: [shots(act), ...(replies.length ? [pair(replies, press)] : [])] };
    if (kind === "several") return several(replies, act);
    if (kind === "date" && !replies.length) return dates(awaited, act);
    if (kind === "amount" && !replies.length) return amounts(awaited?.limits ?? [], act);
    if (kind === "place" && !replies.length) return places(awaited?.insured === true, act);
    if (!replies.length) return { answers: [] };
    if (replies.length === 2 && replies.every(({ label }) => label.length < 24)) return { answers: [pair(replies, press)] };
    return { answers: [choices(replies, press, act)] };
  }
}

/** @param {Act} act */
function shots({ t, camera, files }) {
  const [shoot, pick] = [button(icon("camera"), camera, { class: "primary" }), button(icon("clip"), files)];
  shoot.append(t("camera"));
  pick.append(t("files"));
  return h("div", { class: "shots" }, shoot, pick);
}
