/** `<guichet-chat>`: the conversation on a phone. What is shown derives from what the server sent and what waits to be sent. */

import { Api, Line, Refusal, backoff, random } from "./api.js";
import { h, icon, readableOn } from "./dom.js";
import { Tray } from "./files.js";
import { Memory, Outbox } from "./memory.js";
import { say } from "./strings.js";
import { Pictures, bubble, button, card, controls, tool } from "./view.js";

/**
 * @typedef {import("./api.js").Message} Message
 * @typedef {import("./files.js").Upload} Upload
 * @typedef {import("./memory.js").Item} Item
 * @typedef {import("./strings.js").Key} Key
 */

const touch = matchMedia("(pointer: coarse)");
const calm = matchMedia("(prefers-reduced-motion: reduce)");
/** @type {Record<string, string>} */
const KEYBOARDS = { number: "decimal", amount: "decimal", phone: "tel", email: "email" };
const busy = (/** @type {number} */ status) => status === 429 || status === 503;

class Chat {
  /** @param {HTMLElement} host */
  constructor(host) {
    const { insurer = "", site = "", accent = "", parents = "", language = "fr", name = "", phone = "", api = "/chat/api" } = host.dataset;
    this.host = host;
    this.name = name;
    this.phone = phone;
    this.parents = parents.split(" ");
    this.parentOrigin = "";
    this.embedded = parent !== window;
    /** Whether the person sees it: a widget may be folded. */
    this.open = !this.embedded;
    this.place = site ? { site } : { insurer };
    this.api = new Api(api);
    this.memory = new Memory(site || insurer);
    this.t = (/** @type {Key} */ key, /** @type {Record<string, string | number>} */ values = {}) => say(this.language, key, values);
    this.language = /** @type {"fr" | "en"} */ ((this.memory.get().language || language) === "en" ? "en" : "fr");
    /** @type {Message[]} */
    this.messages = [];
    this.last = 0;
    this.readByThem = 0;
    this.readByMe = 0;
    this.unread = 0;
    this.handler = "";
    /** Who is writing now. */
    this.writes = "";
    this.busy = false;
    /** When the line went down; 0 while it is up. */
    this.down = 1;
    this.ended = false;
    this.sendWhenReady = false;
    this.since = 0;
    /** @type {Key | ""} */
    this.toast = "";
    /** @type {Key | ""} */
    this.note = "";
    /** @type {Line | null} */
    this.line = null;
    /** Ends the wait before another try. */
    this.retry = () => {};
    this.fresh = false;
    this.timers = { typing: 0, settle: 0 };
    /** What is drawn already, so that only a change is drawn. @type {Record<string, string>} */
    this.drawn = {};
    /** @type {Message | null} */
    this.latest = null;
    const gone = () => this.gone();
    this.outbox = new Outbox(this.memory, this.api, {
      changed: () => this.refresh(),
      gone,
      busy: (busy) => { this.busy = busy; },
    });
    this.tray = new Tray(this.memory, this.api, { changed: (upload) => this.carded(upload), gone });
    this.pictures = new Pictures(this.api, () => this.refresh());
    if (/^#[\da-f]{6}$/i.test(accent)) {
      host.style.setProperty("--accent", accent);
      host.style.setProperty("--on-accent", readableOn(accent));
    }
    this.ui = this.build();
    this.shown();
    this.observe();
    this.begin();
  }

  // --- the frame ---

  build() {
    const { t } = this;
    const picker = (/** @type {object} */ more) => h("input", { type: "file", hidden: true, onchange: (/** @type {Event} */ event) => this.chosen(event), ...more });
    const camera = picker({ accept: "image/*", capture: "environment" });
    const files = picker({ accept: "image/*,application/pdf,.heic,.heif", multiple: true });
    const area = h("textarea", {
      rows: 1, maxlength: 4000, "aria-label": t("yourAnswer"), placeholder: t("yourAnswer"), enterkeyhint: "send",
      oninput: () => this.fit(),
      onkeydown: (/** @type {KeyboardEvent} */ event) => {
        if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
        event.preventDefault();
        this.submit();
      },
    });
    area.value = this.memory.get().draft;
    const other = this.language === "fr" ? "en" : "fr";
    return {
      camera, files, area,
      subtitle: h("p"),
      step: h("p"),
      progress: h("progress", { "aria-hidden": "true" }),
      steps: h("div", { class: "steps", hidden: true }),
      banner: h("p", { role: "status" }),
      log: h("div", { class: "log", role: "log", "aria-live": "polite", "aria-busy": "true", "aria-label": t("conversation") }),
      waiting: h("div", { class: "log" }),
      typing: h("div", { class: "typing", role: "status" }),
      dock: h("div"),
      scroller: h("main", { tabindex: 0, "aria-label": t("conversation") }),
      newer: button(`${t("newer")} ↓`, () => this.toEnd(), { class: "newer", hidden: true }),
      cards: h("ul", { class: "tray" }),
      news: h("p", { class: "note", role: "status" }),
      date: h("input", { type: "date", class: "date", "aria-label": t("pickDate"), title: t("pickDate"), hidden: true, onchange: () => this.dated() }),
      sender: h("button", { class: "send", "aria-label": t("send") }),
      form: h("form", { "aria-label": t("yourAnswer"), onsubmit: (/** @type {Event} */ event) => { event.preventDefault(); this.submit(); } }),
      dialog: h("dialog"),
      switcher: button(other.toUpperCase(), () => {
        this.speak(other);
        this.outbox.add({ language: other });
        this.ui.switcher.focus();
      }, { class: "tool words", lang: other, "aria-label": t("switchTo") }),
    };
  }

  shown() {
    const { ui, name, phone, host } = this;
    document.documentElement.lang = this.language;
    ui.steps.append(ui.step, ui.progress);
    ui.scroller.append(ui.log, ui.waiting, ui.typing, ui.dock);
    ui.scroller.onscroll = () => { if (this.atEnd) ui.newer.hidden = true; };
    ui.form.append(ui.cards, ui.news, h("div", { class: "row" },
      ui.camera, ui.files,
      tool(this.t("camera"), icon("camera"), () => ui.camera.click()),
      tool(this.t("files"), icon("clip"), () => ui.files.click()),
      h("div", { class: "field" }, ui.area, ui.date),
      ui.sender));
    host.replaceChildren(
      h("header", null,
        h("span", { class: "mark", "aria-hidden": "true" }, name.slice(0, 1)),
        h("div", { class: "who" }, h("h1", null, name), ui.subtitle),
        phone && h("a", { class: "tool", href: `tel:${phone.replace(/[^+\d]/g, "")}`, "aria-label": this.t("call", { phone }) }, icon("phone")),
        tool(this.t("resumeLink"), icon("link"), () => this.offerLink()),
        ui.switcher,
        this.embedded && tool(this.t("close"), icon("close"), () => this.tellParent("close")),
        ui.steps),
      ui.banner, ui.scroller, ui.newer, ui.form, ui.dialog);
    this.drawCards();
    this.fit();
  }

  observe() {
    const wake = () => {
      if (document.hidden) return;
      this.line?.wake();
      this.retry();
      this.outbox.flush();
      this.tray.wake();
    };
    for (const name of ["online", "pageshow", "focus", "visibilitychange"]) addEventListener(name, wake);
    addEventListener("offline", () => this.refresh());
    addEventListener("storage", ({ key }) => {
      if (key !== this.memory.key) return;
      // Another tab went to another conversation: this one follows.
      if (this.api.token && this.memory.get().token !== this.api.token) location.reload();
      this.refresh();
    });
    addEventListener("message", ({ source, origin, data }) => {
      if (source !== parent || !this.parents.includes(origin)) return;
      this.parentOrigin = origin;
      this.open = data?.guichet === "open";
      this.refresh();
    });
    // iOS draws its keyboard over the page: the conversation keeps to what is visible.
    visualViewport?.addEventListener("resize", () => {
      const height = visualViewport?.height ?? innerHeight;
      this.host.style.height = height < innerHeight - 60 ? `${height}px` : "";
      this.toEnd();
    });
  }

  // --- the conversation's beginning and end ---

  async begin() {
    const { memory, api, place, language: lang } = this;
    const link = /^#resume=([\w-]+)$/.exec(location.hash)?.[1];
    if (link) {
      history.replaceState(null, "", location.pathname + location.search);
      if (!(await this.resume(link))) return;
    } else if (!memory.get().token) {
      // The same seed opens the same conversation, should the first acknowledgement be lost.
      memory.update((saved) => { saved.seed ||= random(32); });
      const { seed } = memory.get();
      const token = await this.insist(() => api.post("/conversations", { ...place, lang, client_id: seed })).catch(() => "");
      if (!token) return this.gone();
      memory.update((saved) => { saved.token = token; });
    }
    api.token = memory.get().token;
    this.line = new Line(api, {
      last: () => this.last,
      event: ({ type, data }) => this.heard(type, JSON.parse(data)),
      up: (up, retryAfter) => this.lineUp(up, retryAfter > 0),
      gone: () => this.gone(),
    });
  }

  /** Opens the conversation of a link, where this device has none, or may lose its own. False when there is none to show. @param {string} link @returns {Promise<boolean>} */
  async resume(link) {
    const { memory, api } = this;
    memory.update((saved) => { saved.device ||= random(16); });
    const { token: own, device } = memory.get();
    api.token = own;
    // The same device gets the same secret by the same link, should the answer be lost.
    const open = (/** @type {boolean} */ replace) =>
      this.insist(() => api.post("/resume", { token: link, client_id: device + link.slice(0, 32), replace }));
    let replaces = false;
    try {
      const token = await open(false).catch(async (/** @type {Refusal} */ refusal) => {
        if (refusal.status !== 409) throw refusal;
        replaces = await this.mayReplace();
        return replaces ? open(true) : own;
      });
      memory.update((saved) => Object.assign(saved, { token }, replaces && { outbox: [], tray: [], lost: [], draft: "" }));
      if (replaces) location.reload();
      return !replaces;
    } catch {
      if (own) this.note = "linkOver";
      else this.gone("linkGone");
      return !!own;
    }
  }

  /** Asks which conversation the person wants here. @returns {Promise<boolean>} whether the one of the link */
  mayReplace() {
    const { dialog } = this.ui;
    return new Promise((answered) => {
      const choice = (/** @type {import("./strings.js").Key} */ label, /** @type {boolean} */ other) =>
        button(this.t(label), () => { dialog.close(); answered(other); }, { class: other ? "" : "primary" });
      dialog.setAttribute("aria-label", this.t("twoOpen"));
      dialog.replaceChildren(h("h2", null, this.t("twoOpen")), h("p", null, this.t("twoOpenText")),
        h("div", { class: "actions" }, choice("keepMine", false), choice("openOther", true)));
      // Closed without a choice: what is here stays.
      dialog.addEventListener("close", () => answered(false), { once: true });
      dialog.showModal();
    });
  }

  /** Asks for a secret until it is given, or refused for good. @param {() => Promise<any>} request @returns {Promise<string>} */
  async insist(request) {
    for (let attempt = 0; ; attempt++) {
      try {
        return (await request()).token;
      } catch (error) {
        const refusal = error instanceof Refusal ? error : new Refusal(0);
        const { passing, retryAfter, status } = refusal;
        if (!passing) throw refusal;
        this.lineUp(false, busy(status));
        await new Promise((resolve) => {
          this.retry = () => resolve(null);
          setTimeout(resolve, backoff(attempt, retryAfter));
        });
      }
    }
  }

  /** @param {boolean} up @param {boolean} busy */
  lineUp(up, busy) {
    if (up && this.drawn.banner) {
      this.toast = "back";
      setTimeout(() => { this.toast = ""; this.refresh(); }, 2500);
    }
    this.busy = busy;
    this.down = up ? 0 : this.down || performance.now();
    if (up) {
      this.outbox.flush();
      this.tray.wake();
    } else setTimeout(() => this.refresh(), 2100);
    this.refresh();
  }

  /** @param {Key | ""} [why] */
  gone(why) {
    this.line?.stop();
    this.api.token = "";
    this.ended = true;
    this.ui.form.hidden = true;
    this.ui.dock.replaceChildren(h("div", { class: "card" }, h("p", null, this.t(why || "gone")), button(this.t("restart"), () => {
      // What was not sent belongs to the old conversation: the words come back into the field.
      this.memory.update((saved) => Object.assign(saved, {
        token: "", seed: "", tray: [], lost: [], outbox: [],
        draft: [...saved.outbox.map((item) => !item.choice && !item.edit && item.text), saved.draft].filter(Boolean).join("\n"),
      }));
      location.reload();
    }, { class: "primary" })));
    this.refresh();
    this.toEnd();
  }

  // --- what comes in ---

  /** @param {string} type @param {any} data */
  heard(type, data) {
    if (type === "message") this.receive(data);
    if (type === "read") this.readByThem = data.seq;
    if (type === "typing") {
      clearTimeout(this.timers.typing);
      this.writes = data.name || this.name;
      this.timers.typing = setTimeout(() => { this.writes = ""; this.refresh(); }, 6000);
    }
    if (type === "state") {
      this.handler = data.handler ?? "";
      this.readByMe = Math.max(this.readByMe, data.read);
      if (data.language && data.language !== this.language && !this.memory.get().outbox.some((item) => item.language)) this.speak(data.language);
    }
    this.refresh();
  }

  /** @param {Message} message */
  receive(message) {
    if (message.seq <= this.last) return;
    this.last = message.seq;
    this.messages.push(message);
    if (message.client_id) this.outbox.seen(message.client_id);
    const mine = message.from === "me";
    if (!mine) this.writes = "";
    const { atEnd } = this;
    this.draw(message);
    if (atEnd || mine) this.toEnd();
    else this.ui.newer.hidden = false;
    clearTimeout(this.timers.settle);
    // What was said before is not read out again.
    this.timers.settle = setTimeout(() => this.ui.log.removeAttribute("aria-busy"), 400);
  }

  /** @param {"fr" | "en"} language */
  speak(language) {
    this.language = language;
    this.memory.update((saved) => { saved.language = language; });
    this.latest = null;
    this.drawn = {};
    this.ui = this.build();
    this.shown();
    this.messages.forEach((message) => this.draw(message));
    this.refresh();
    this.toEnd();
  }

  // --- what goes out ---

  submit() {
    const { tray, ui } = this;
    const text = ui.area.value.trim();
    this.sendWhenReady = !tray.ready;
    const { attachments } = tray;
    if (this.ended || this.sendWhenReady || (!text && !attachments.length)) return this.refresh();
    for (const { done, picture } of tray.uploads) if (done && picture) this.pictures.known.set(done.document, picture);
    this.outbox.add({ text, attachments });
    tray.clear();
    this.note = "";
    ui.area.value = "";
    this.fit();
    this.drawCards();
    this.toEnd();
  }

  /** @param {string} text @param {string} choice */
  choose(text, choice) {
    // The pressed button goes: the keyboard's place moves, but on a phone no keyboard is called up.
    if (this.ui.dock.contains(document.activeElement)) (touch.matches ? this.ui.scroller : this.ui.area).focus({ preventScroll: true });
    this.outbox.add({ text, choice });
    this.toEnd();
  }

  /** Keeps the draft, and the field as tall as its words. */
  fit() {
    const { area } = this.ui;
    area.style.height = "";
    area.style.height = `${Math.min(area.scrollHeight, 140)}px`;
    this.memory.update((saved) => { saved.draft = area.value; });
  }

  dated() {
    const { date, area } = this.ui;
    const [day = "", time] = date.value.split("T");
    area.value = day.split("-").reverse().join("/") + (time ? ` ${time.replace(":", "h")}` : "");
    this.fit();
  }

  /** @param {Event} event */
  chosen({ target }) {
    const input = /** @type {HTMLInputElement} */ (target);
    this.note = this.tray.add(input.files ?? []) ? "" : "tooMany";
    input.value = "";
    this.drawCards();
    this.toEnd();
  }

  async offerLink() {
    const field = h("input", { readonly: true, "aria-label": this.t("resumeLink"), onfocus: () => field.select() });
    const copy = button(this.t("copy"), async () => {
      field.select();
      await navigator.clipboard?.writeText(field.value).catch(() => {});
      copy.textContent = this.t("copied");
    }, { class: "primary", hidden: true });
    const words = h("p", null, this.t("resumeText"));
    const devices = h("section");
    this.show(this.t("resumeLink"), [h("h2", null, this.t("resumeLink")), words, field],
      copy, "share" in navigator && button(this.t("share"), () => { navigator.share({ url: field.value }).catch(() => {}); }));
    this.ui.dialog.append(devices);
    try {
      field.value = (await this.api.post("/resume-link", {})).url;
      copy.hidden = false;
      this.drawDevices(devices, await (await this.api.fetch("/devices")).json());
    } catch {
      if (!field.value) field.remove();
      if (!field.value) words.textContent = this.t("resumeFailed");
    }
  }

  /** @param {HTMLElement} place @param {{here: boolean, since: string, used: string}[]} devices */
  drawDevices(place, devices) {
    const day = (/** @type {string} */ at) => this.format(at, { day: "numeric", month: "long" });
    const line = (/** @type {{here: boolean, since: string, used: string}} */ { here, since, used }) =>
      h("li", null, this.t(here ? "thisDevice" : "otherDevice", { since: day(since), used: day(used) }));
    place.append(h("h2", null, this.t("devices")), h("ul", null, ...devices.map(line)), h("div", { class: "actions" },
      devices.length > 1 && button(this.t("disconnectOthers"), async () => {
        await this.api.post("/devices/disconnect", {}).catch(() => {});
        // The link that stands here ended as well.
        this.offerLink();
      }),
      button(this.t("leave"), () => this.show(this.t("leave"), [h("h2", null, this.t("leave")), h("p", null, this.t("leaveText"))],
        button(this.t("leaveNow"), () => this.leave(), { class: "primary" })))));
  }

  /** Nothing of the conversation stays on this device, with or without a network. */
  async leave() {
    const { ui, api, memory } = this;
    this.line?.stop();
    await api.post("/devices/leave", {}).catch(() => {});
    memory.clear();
    this.outbox.acknowledged.clear();
    this.tray.uploads = [];
    this.messages = [];
    this.latest = null;
    ui.dialog.close();
    ui.area.value = "";
    for (const part of [ui.log, ui.waiting, ui.typing, ui.cards]) part.replaceChildren();
    ui.steps.hidden = true;
    this.gone("left");
  }

  /** @param {string} label @param {Node[]} content @param {...(Node | false)} actions */
  show(label, content, ...actions) {
    const { dialog } = this.ui;
    dialog.setAttribute("aria-label", label);
    dialog.replaceChildren(...content, h("div", { class: "actions" }, ...actions, button(this.t("close"), () => dialog.close())));
    if (!dialog.open) dialog.showModal();
  }

  // --- drawing ---

  /** @param {number | string} at @param {Intl.DateTimeFormatOptions} options */
  format(at, options) {
    return new Intl.DateTimeFormat(this.language === "fr" ? "fr-FR" : "en-GB", options).format(new Date(at));
  }

  /** @param {string} at */
  day(at) {
    const days = Math.round((new Date().setHours(0, 0, 0, 0) - new Date(at).setHours(0, 0, 0, 0)) / 864e5);
    return days < 2 ? this.t(days ? "yesterday" : "today") : this.format(at, { weekday: "long", day: "numeric", month: "long" });
  }

  /** @param {Message} message */
  draw(message) {
    const { from, at, body, name, seq } = message;
    const { latest: before, ui } = this;
    if (body.progress) {
      const { step, of, title } = body.progress;
      ui.progress.max = of;
      ui.progress.value = step;
      ui.step.replaceChildren(h("b", null, this.t("step", { step, of })), title && ` — ${title}`);
      ui.steps.hidden = false;
    }
    // "Modifier" may leave a message without words: there is nothing to show.
    if (!body.text && !body.attachments?.length && !body.summary?.length) return;
    this.latest = message;
    const day = this.day(at);
    if (!before || this.day(before.at) !== day) ui.log.append(h("p", { class: "day" }, day));
    else if (before.from === from && before.name === name && +new Date(at) - +new Date(before.at) < 12e4) ui.log.lastElementChild?.classList.add("joined");
    // Only the last answer to a question, and the last summary, can be changed.
    const old = [body.answers && `.meta [data-fact="${CSS.escape(body.answers)}"]`, body.summary && "dl button"].filter(Boolean).join();
    if (old) ui.log.querySelectorAll(old).forEach((editor) => editor.remove());
    ui.log.append(this.bubble(from, body, this.format(at, { hour: "2-digit", minute: "2-digit" }), seq, name));
  }

  /** @param {string} from @param {import("./api.js").Body} body @param {string} meta @param {number} [key] @param {string} [name] */
  bubble(from, body, meta, key, name) {
    const { t } = this;
    return bubble({
      from, body, meta, key, t,
      sender: from === "me" ? t("me") : (from === "handler" && name) || this.name,
      picture: (file) => this.pictures.draw(file, t, (src, alt) => {
        const image = h("img", { src, alt, class: "large" });
        this.show(alt, [image]);
        this.pictures.large(file.document).then((large) => { image.src = large; }, () => {});
      }),
      edit: (edit, text) => { this.outbox.add({ edit, text }); this.toEnd(); },
    });
  }

  drawCards() {
    this.ui.cards.replaceChildren();
    this.tray.uploads.forEach((upload) => this.carded(upload));
    this.refresh();
  }

  /** @param {Upload} upload */
  carded(upload) {
    const { tray, ui } = this;
    if (!tray.uploads.includes(upload)) return this.drawCards();
    const { id, name, stage, progress, done, kept } = upload;
    const stamp = `${stage} ${kept} ${done?.remark}`;
    const old = [...ui.cards.children].find((each) => each.id === id);
    if (old?.getAttribute("data-stamp") === stamp) {
      const bar = old.querySelector("progress");
      if (bar) bar.value = progress;
      return;
    }
    const fresh = card(upload, this.t, {
      retry: (original) => tray.retry(upload, original === true),
      retake: () => { tray.remove(upload); ui.camera.click(); },
      keep: () => { upload.kept = true; this.carded(upload); },
      remove: () => tray.remove(upload),
    });
    fresh.id = id;
    fresh.setAttribute("data-stamp", stamp);
    if (old) old.replaceWith(fresh);
    else ui.cards.append(fresh);
    if (old && done) ui.news.textContent = done.remark ?? `${name}: ${this.t("received")}`;
    if (this.sendWhenReady && tray.ready) this.submit();
    this.refresh();
  }

  /** Derives what is shown, once for any number of changes. */
  refresh() {
    if (this.fresh) return;
    this.fresh = true;
    queueMicrotask(() => { this.fresh = false; this.derive(); });
  }

  /** Runs `draw` if what it depends on changed: a button under the finger must not be replaced. @param {string} what @param {unknown} on @param {() => void} draw */
  when(what, on, draw) {
    const stamp = String(on);
    if (this.drawn[what] === stamp) return;
    this.drawn[what] = stamp;
    draw();
  }

  derive() {
    const { messages, outbox, ui, tray, down, atEnd } = this;
    const now = performance.now();
    const pending = outbox.pending();
    const lastOf = (/** @type {(message: Message) => unknown} */ test) => messages.filter(test).pop();
    const asked = lastOf(({ from, body }) => from !== "me" && (body.quick_replies || body.input));
    const mine = lastOf(({ from }) => from === "me");
    const theirs = lastOf(({ from }) => from !== "me");
    const answered = pending.some((item) => !item.refused && !item.language) || (mine?.seq ?? 0) > (asked?.seq ?? 0);
    const online = !down && navigator.onLine;

    this.when("waiting", [online, ...pending.map((item) => [item.client_id, item.refused, outbox.acknowledged.has(item.client_id)])], () =>
      ui.waiting.replaceChildren(...pending.filter((item) => !item.language).map((item) => this.unsent(item, online))));

    if (!this.ended) {
      this.when("dock", answered || asked?.seq, () => {
        const dock = answered || !asked ? h("div") : controls(asked.body, this.t, {
          camera: () => ui.camera.click(), files: () => ui.files.click(), choose: (text, choice) => this.choose(text, choice),
        });
        ui.dock.replaceWith(dock);
        ui.dock = dock;
      });
    }

    // While the answer to what was said is awaited, Guichet writes; not for ever.
    const waits = online && answered && !this.handler && !this.ended && (mine?.seq ?? 0) > (theirs?.seq ?? 0);
    if (!waits) this.since = 0;
    else if (!this.since) {
      this.since = now;
      for (const wait of [620, 15020]) setTimeout(() => this.refresh(), wait);
    }
    const waited = this.since && now - this.since;
    const writer = this.writes || (waited > 600 && waited < 15000 && this.name) || "";
    this.when("typing", writer, () =>
      ui.typing.replaceChildren(...(writer ? [h("span", { class: "hidden" }, this.t("typing", { name: writer })), h("i"), h("i"), h("i")] : [])));

    ui.subtitle.textContent = this.handler ? this.t("with", { name: this.handler }) : this.t("title");
    // A short break is not worth a word.
    const trouble = !navigator.onLine ? "offline" : this.busy ? "busy" : down && now - down > 2000 ? "connecting" : this.toast;
    this.when("banner", trouble, () => {
      ui.banner.textContent = trouble && this.t(trouble);
      ui.banner.className = `banner ${trouble}`;
    });

    const input = (!answered && asked?.body.input) || "";
    ui.date.hidden = !input.startsWith("date");
    this.when("input", input, () => {
      ui.date.type = input === "date" ? "date" : "datetime-local";
      ui.area.inputMode = KEYBOARDS[input] ?? "text";
    });
    const files = tray.uploads.length > 0;
    this.when("sender", [files, this.sendWhenReady], () => {
      ui.sender.classList.toggle("full", files);
      ui.sender.replaceChildren(files ? this.t(this.sendWhenReady ? "sending" : "send") : icon("send"));
    });
    const note = this.sendWhenReady ? "whenReady" : this.note;
    this.when("note", note, () => { ui.news.textContent = note && this.t(note); });
    ui.news.classList.toggle("hidden", !note);

    const receipt = mine && `${mine.seq} ${this.readByThem >= mine.seq || (theirs && theirs.seq > mine.seq) ? "read" : "sent"}`;
    this.when("receipt", receipt, () => {
      const [seq, key] = (receipt ?? "").split(" ");
      ui.log.querySelector(".receipt")?.remove();
      ui.log.querySelector(`[data-key="${seq}"] .meta`)?.append(h("span", { class: "receipt" }, this.t(key === "read" ? "read" : "sent")));
    });

    const seen = this.open && !document.hidden;
    const unread = messages.filter(({ from, seq }) => from !== "me" && seq > this.readByMe).length;
    document.title = `${unread && !seen ? `(${unread}) ` : ""}${this.t("title")} · ${this.name}`;
    if (seen && theirs && unread && online && this.api.token) {
      this.readByMe = theirs.seq;
      this.api.post("/read", { seq: theirs.seq }).catch(() => {});
    }
    this.when("unread", seen ? 0 : unread, () => this.tellParent("unread", seen ? 0 : unread));
    if (atEnd) this.toEnd();
  }

  /** @param {Item} item @param {boolean} online */
  unsent({ client_id: id, refused, edit, text = "", attachments }, online) {
    const done = this.outbox.acknowledged.has(id);
    const element = this.bubble("me", { text: edit ? this.t("editThis", { label: text }) : text, attachments },
      this.t(refused ? "refused" : done ? "sent" : online ? "sending" : "waiting"));
    element.classList.add(refused ? "refused" : done ? "done" : "unsent");
    if (refused) {
      element.append(h("div", { class: "actions" },
        button(this.t("resend"), () => { this.outbox.mark(id, false); this.outbox.flush(); }),
        button(this.t("discard"), () => this.outbox.discard(id))));
    }
    return element;
  }

  /** Whether the person is reading the end: then it is kept in sight. */
  get atEnd() {
    const { scrollHeight, scrollTop, clientHeight } = this.ui.scroller;
    return scrollHeight - scrollTop - clientHeight < 120;
  }

  toEnd() {
    const { scroller, log, newer } = this.ui;
    newer.hidden = true;
    requestAnimationFrame(() => scroller.scrollTo({ top: scroller.scrollHeight, behavior: calm.matches || log.hasAttribute("aria-busy") ? "instant" : "smooth" }));
  }

  /** @param {string} what @param {number} [count] */
  tellParent(what, count) {
    if (this.parentOrigin) parent.postMessage({ guichet: what, count }, this.parentOrigin);
    if (what === "close") this.open = false;
  }
}

customElements.define("guichet-chat", class extends HTMLElement {
  connectedCallback() {
    new Chat(this);
  }
});
