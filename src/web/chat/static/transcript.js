/** What was said: message by message, and what of it can still be changed. */

import { h } from "./dom.js";
import { divide } from "./question.js";
import { bubble, button } from "./view.js";

/**
 * @typedef {import("./api.js").Message} Message
 * @typedef {import("./chat.js").Chat} Chat
 * @typedef {import("./memory.js").Item} Item
 */

export class Transcript {
  /** @param {Chat} chat */
  constructor(chat) {
    this.chat = chat;
    /** @type {Message | null} */
    this.latest = null;
    /** The question that was asked before the latest one, and whether it was answered. */
    this.before = { question: "", answered: true };
    /** The last summary before sending. @type {import("./api.js").SummaryLine[] | undefined} */
    this.summary = undefined;
  }

  /** @param {string} at */
  day(at) {
    const days = Math.round((new Date().setHours(0, 0, 0, 0) - new Date(at).setHours(0, 0, 0, 0)) / 864e5);
    return days < 2 ? this.chat.t(days ? "yesterday" : "today") : this.chat.format(at, { weekday: "long", day: "numeric", month: "long" });
  }

  /** @param {Message} message */
  draw(message) {
    const { from, at, body, name, seq } = message;
    const { latest: before, chat } = this;
    const { ui } = chat;
    // "Modifier" may leave a message without words: there is nothing to show.
    if (!body.text && !body.attachments?.length && !body.summary?.length) return;
    this.latest = message;
    if (from === "me") this.before.answered ||= !!body.answers;
    const day = this.day(at);
    if (!before || this.day(before.at) !== day) ui.log.append(h("p", { class: "day" }, day));
    else if (before.from === from && before.name === name && +new Date(at) - +new Date(before.at) < 12e4) ui.log.lastElementChild?.classList.add("joined");
    // Only the last answer to a question, and the last summary, can be changed.
    const old = [body.answers && `.bubble > [data-fact="${CSS.escape(body.answers)}"]`, (body.summary || body.recap) && ":is(dl, .got) [data-fact]"].filter(Boolean).join();
    if (old) {
      ui.log.querySelectorAll(old).forEach((editor) => {
        if (editor.classList.contains("row")) editor.toggleAttribute("disabled", true);
        else editor.remove();
      });
    }
    const question = from === "guichet" ? divide(body).question : "";
    // What is asked again, because something else was said, stands once.
    if (question && question === this.before.question && !this.before.answered) ui.log.querySelector(".last-asked")?.classList.add("repeated");
    if (question) {
      this.before = { question, answered: false };
      ui.log.querySelector(".last-asked")?.classList.remove("last-asked");
    }
    const element = this.bubble(from, body, chat.format(at, { hour: "2-digit", minute: "2-digit" }), seq, name, question);
    if (question) element.classList.add("last-asked");
    ui.log.append(element);
  }

  /** @param {string} from @param {import("./api.js").Body} body @param {string} meta @param {number} [key] @param {string} [name] @param {string} [question] */
  bubble(from, body, meta, key, name, question) {
    const { chat } = this;
    const { t, talk } = chat;
    const edit = (/** @type {string} */ fact, /** @type {string} */ text) => { chat.answer({ edit: fact, text }); };
    let lines;
    if (body.recap?.length && talk) {
      lines = talk.recap(body.recap, t, edit);
      // The lines stand in the place of the sentence that says the same.
      const [{ label = "", value = "" } = {}] = body.recap.filter(({ unconfirmed }) => !unconfirmed);
      const { before, question: asked } = divide(body);
      const kept = before.split("\n").filter((line) => !(line.includes(label) && line.includes(value)));
      body = { ...body, text: [t("understood"), ...kept, asked].filter(Boolean).join("\n") };
    } else if (body.summary?.length && talk) {
      const sends = body.awaited?.kind === "review" || body.quick_replies?.some(({ payload }) => payload === "cmd=send");
      lines = sends ? talk.summary(body.summary, this.summary, t, edit) : talk.recap(body.summary, t, edit);
      if (sends) this.summary = body.summary;
    } else if (body.link === "status") lines = button(t("myClaim"), () => chat.openClaim(), { class: "button" });
    return bubble({
      from, body, meta, key, t, lines, question, edit,
      sender: from === "me" ? t("me") : (from === "handler" && name) || chat.name,
      picture: (file) => chat.pictures.draw(file, t, (src, alt) => {
        const image = h("img", { src, alt, class: "large" });
        chat.show(alt, [image]);
        chat.pictures.large(file.document).then((large) => { image.src = large; }, () => {});
      }),
    });
  }

  /** What waits to be sent. @param {Item} item @param {boolean} online */
  unsent({ client_id: id, refused, edit, text = "", attachments, place }, online) {
    const { t, outbox } = this.chat;
    const done = outbox.acknowledged.has(id);
    const words = edit ? t("editThis", { label: text }) : place ? t("position") : text;
    const element = this.bubble("me", { text: words, attachments },
      t(refused ? "refused" : done ? "sent" : online ? "sending" : "waiting"));
    element.classList.add(refused ? "refused" : done ? "done" : "unsent");
    if (refused) {
      element.append(h("div", { class: "actions" },
        button(t("resend"), () => { outbox.mark(id, false); outbox.flush(); }),
        button(t("discard"), () => outbox.discard(id))));
    }
    return element;
  }
}
