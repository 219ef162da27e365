/** The upload page: photos and papers for a conversation that goes on elsewhere. */

import { Api, Refusal, backoff, slotsOf } from "./api.js";
import { h, icon, readableOn } from "./dom.js";
import { Tray } from "./files.js";
import { Memory } from "./memory.js";
import { Slots } from "./slots.js";
import { learn, phrase, say } from "./strings.js";
import { button, card } from "./view.js";

/** @typedef {import("./files.js").Upload} Upload */

/** What only this page says; the rest are the chat's words. */
const UPLOAD_WORDS = {
  allSent: ["C’est tout, envoyer", "That’s all, send"],
  filesOnTheirWay: [
    "Vos fichiers partiront dès qu’ils seront tous arrivés ici.",
    "Your files will be sent as soon as all of them have arrived here.",
  ],
  filesArrived: ["Merci, c’est envoyé (fichiers : {count}).", "Thank you, it is sent (files: {count})."],
  sms: ["Retournez à vos SMS : nous y continuons.", "Go back to your text messages: we go on there."],
  email: ["Retournez à vos e-mails : nous y continuons.", "Go back to your e-mail: we go on there."],
  telegram: ["Retournez sur Telegram : nous y continuons.", "Go back to Telegram: we go on there."],
  web: ["Retournez à votre conversation : nous y continuons.", "Go back to your conversation: we go on there."],
  sendMore: ["Envoyer d’autres fichiers", "Send more files"],
  uploadGone: [
    "Ce lien n’est plus valable. Écrivez-nous comme d’habitude : vous en recevrez un autre.",
    "This link is no longer valid. Write to us as usual: you will get another one.",
  ],
};

class UploadPage {
  /** @param {HTMLElement} host the page's own words stay above */
  constructor(host) {
    const { language, channel, accent = "", slots = "[]" } = host.dataset;
    const spoken = language === "en" ? "en" : "fr";
    this.own = (/** @type {keyof typeof UPLOAD_WORDS} */ key, /** @type {Record<string, number>} */ values = {}) =>
      phrase(spoken, UPLOAD_WORDS[key], values);
    this.t = /** @type {import("./view.js").T} */ ((key, values) => say(spoken, key, values));
    /** @type {"sms" | "email" | "telegram" | "web"} where the conversation goes on */
    this.channel = channel === "sms" || channel === "email" || channel === "telegram" ? channel : "web";
    if (/^#[\da-f]{6}$/i.test(accent)) {
      document.body.style.setProperty("--accent", accent);
      document.body.style.setProperty("--on-accent", readableOn(accent));
    }
    this.api = new Api("/u/api");
    this.api.token = location.pathname.split("/").pop() ?? "";
    // What arrived before the page was closed is still there when it is opened again.
    const memory = new Memory(`upload:${this.api.token.slice(0, 6)}`);
    this.tray = new Tray(memory, this.api, { changed: (upload) => this.carded(upload), gone: () => this.gone() });
    this.waiting = false;
    const picker = (/** @type {Record<string, unknown>} */ more) =>
      h("input", { type: "file", multiple: true, hidden: true, ...more, onchange: (/** @type {Event} */ event) => this.picked(event) });
    this.ui = {
      camera: picker({ accept: "image/*", capture: "environment" }),
      cards: h("ul", { class: "tray" }),
      news: h("p", { class: "note", role: "status" }),
      done: button(this.own("allSent"), () => this.finish(), { class: "primary done" }),
    };
    this.slots = new Slots({ h, button, icon, tray: this.tray, language: spoken, changed: () => this.refresh() });
    this.slots.show(JSON.parse(slots));
    host.append(this.slots.element, this.ui.camera, this.ui.cards, this.ui.news, this.ui.done);
    this.host = host;
    addEventListener("online", () => this.tray.wake());
    this.draw();
  }

  /** @param {Event} event */
  picked(event) {
    const input = /** @type {HTMLInputElement} */ (event.target);
    const all = this.tray.add(input.files ?? []);
    input.value = "";
    this.draw();
    if (!all) this.ui.news.textContent = this.t("tooMany");
  }

  draw() {
    this.ui.cards.replaceChildren();
    this.tray.uploads.forEach((upload) => this.carded(upload));
    this.slots.draw();
    this.refresh();
  }

  /** @param {Upload} upload */
  carded(upload) {
    const { tray, ui } = this;
    if (!tray.uploads.includes(upload)) return this.draw();
    if (this.slots.changed(upload)) return this.refresh();
    const stamp = `${upload.stage} ${upload.kept} ${upload.done?.remark}`;
    const old = [...ui.cards.children].find((each) => each.id === upload.id);
    if (old?.getAttribute("data-stamp") === stamp) {
      const bar = old.querySelector("progress");
      if (bar) bar.value = upload.progress;
      return;
    }
    const fresh = card(upload, this.t, {
      retry: (original) => tray.retry(upload, original === true),
      retake: () => { tray.remove(upload); ui.camera.click(); },
      keep: () => { upload.kept = true; this.carded(upload); },
      remove: () => tray.remove(upload),
    });
    fresh.id = upload.id;
    fresh.setAttribute("data-stamp", stamp);
    if (old) old.replaceWith(fresh);
    else ui.cards.append(fresh);
    this.refresh();
  }

  refresh() {
    this.ui.done.hidden = !this.slots.holds && !this.tray.uploads.some((upload) => upload.stage !== "rejected");
    if (this.waiting && this.tray.ready) this.finish();
    else this.ui.news.textContent = this.waiting ? this.own("filesOnTheirWay") : "";
  }

  /** "C'est tout": the files that arrived become a message of the conversation. */
  async finish() {
    const { tray, ui } = this;
    this.slots.sendHeld();
    this.waiting = !tray.ready;
    if (this.waiting || !tray.attachments.length) return this.refresh();
    ui.done.disabled = true;
    const { attachments: sent } = tray;
    const [attachments, slots] = [sent.map(({ document }) => document), slotsOf(sent)];
    for (let attempt = 0; ; attempt++) {
      try {
        await this.api.post("/message", { attachments, slots });
        break;
      } catch (error) {
        const refusal = error instanceof Refusal ? error : new Refusal(0);
        if (refusal.gone) return this.gone();
        ui.news.textContent = this.t(refusal.passing ? "connecting" : "refused");
        if (!refusal.passing) {
          ui.done.disabled = false;
          return;
        }
        await new Promise((resolve) => setTimeout(resolve, backoff(attempt, refusal.retryAfter)));
      }
    }
    tray.clear();
    this.end(this.own("filesArrived", { count: attachments.length }), this.own(this.channel),
      button(this.own("sendMore"), () => location.reload()));
  }

  gone() {
    this.end(this.own("uploadGone"), "");
  }

  /** @param {string} title @param {string} words @param {...Node} more */
  end(title, words, ...more) {
    const heading = h("h2", { tabindex: -1 }, title);
    this.host.replaceChildren(h("div", { class: "card", role: "status" }, heading, words && h("p", null, words), ...more));
    heading.focus();
  }
}

const host = document.getElementById("upload");
if (host) learn(host.dataset.language === "en" ? "en" : "fr").then(() => new UploadPage(host));
