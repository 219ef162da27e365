/** How the conversation stands: what is left, whether a danger lasts, who has the claim, whether it is found again. */

import { copier } from "./copier.js";
import { h, icon } from "./dom.js";
import { button } from "./view.js";

/**
 * @typedef {import("./api.js").Message} Message
 * @typedef {import("./view.js").T} T
 * @typedef {{language?: string, handler?: string, read: number, stage?: "sent" | "waiting" | "closed" | "withdrawn", opens?: string}} State
 */

/** How many questions are left. The figure does not go up for an answer that led to one more: it stays, unless much more came. @param {Message[]} messages */
export function questionsLeft(messages) {
  let shown = Infinity;
  for (const { body: { left } } of messages) {
    if (left !== undefined && (left < shown || left > shown + 2)) shown = left;
  }
  return shown;
}

/** The urgent messages of a danger that lasts; none where the flow goes on. @param {Message[]} messages @param {Message | undefined} asked */
export function dangerIn(messages, asked) {
  const replies = asked?.body.quick_replies ?? [];
  const safe = replies.some(({ payload }) => payload === "cmd=safe");
  const waits = safe || (replies.every(({ payload }) => payload === "cmd=resume") && !asked?.body.awaited);
  const last = messages.findLastIndex(({ body }) => body.urgent);
  const mine = messages.findLastIndex(({ from }) => from === "me");
  if (!asked || !waits || last < 0 || (!safe && last < mine)) return null;
  let first = last;
  while (messages[first - 1]?.body.urgent) first--;
  return messages.slice(first, last + 1);
}

/**
 * Who has the claim, what can be written, and when somebody answers.
 * @param {State} state @param {T} t @param {(at: string, options: Intl.DateTimeFormatOptions) => string} format
 * @returns {[string, string] | null}
 */
export function standing({ stage, handler, opens }, t, format) {
  if (!stage && !handler) return null;
  const [title, text] = handler ? /** @type {const} */ (["namedHasIt", "hasItText"])
    : /** @type {const} */ ({ sent: ["sentTitle", "sentText"], waiting: ["hasIt", "hasItText"], closed: ["closedTitle", "closedText"], withdrawn: ["withdrawnTitle", "withdrawnText"] })[stage ?? "sent"];
  const when = opens ? t("answersFrom", { when: format(opens, { weekday: "long", day: "numeric", month: "long", hour: "numeric", minute: "2-digit" }) }) : t("answersNow");
  return [t(title, { name: handler ?? "" }), [t(text), stage === "withdrawn" ? "" : when].filter(Boolean).join(" ")];
}

/** Where nothing stays on this device: the way back, before the first question. @param {T} t @param {import("./api.js").Api} api */
export function keepCard(t, api) {
  const open = h("a", { target: "_blank", rel: "noopener", hidden: true }, t("openTab"));
  const copy = copier(t, () => open.href, { class: "button", hidden: true });
  const make = button(t("notKept"), async () => {
    open.href = await api.post("/resume-link", {}).then(({ url }) => url, () => "");
    open.hidden = copy.hidden = !open.href;
    make.hidden = !!open.href;
  }, { class: "button" });
  return h("section", { class: "keep", "aria-label": t("notKept") }, h("p", null, icon("link"), h("b", null, t("notKept"))), h("p", null, t("notKeptText")),
    h("div", { class: "actions" }, make, copy, open));
}
