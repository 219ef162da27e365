/** `<guichet-chat>`: the conversation on a phone. What is shown derives from what the server sent and what waits to be sent. */

import { Api, Line, Refusal, backoff, random } from "./api.js";
import { h, icon, readableOn } from "./dom.js";
import { Tray } from "./files.js";
import { frame } from "./frame.js";
import { Memory, Outbox } from "./memory.js";
import { divide, kindOf } from "./question.js";
import { start } from "./start.js";
import { learn, say } from "./strings.js";
import { Transcript } from "./transcript.js";
import { Pictures, button, card, tool } from "./view.js";

/**
 * @typedef {import("./api.js").Message} Message
 * @typedef {import("./files.js").Upload} Upload
 * @typedef {import("./memory.js").Item} Item
 * @typedef {import("./strings.js").Key} Key
 * @typedef {import("./strings.js").Language} Language
 * @typedef {typeof import("./talk.js").talk} Talk
 * @typedef {import("./standing.js").State} State
 */

const calm = matchMedia("(prefers-reduced-motion: reduce)");
const busy = (/** @type {number} */ status) => status === 429 || status === 503;

/** The style sheets that were asked for. @type {Map<string, Promise<unknown>>} */
const styles = new Map();

/** Loads a style sheet, once. @param {string} name */
function style(name) {
  const loading = styles.get(name) ?? new Promise((loaded, failed) => {
    const onerror = () => {
      link.remove();
      styles.delete(name);
      failed();
    };
    const link = h("link", { rel: "stylesheet", href: new URL(name, import.meta.url).href, onload: loaded, onerror });
    document.head.append(link);
  });
  styles.set(name, loading);
  return loading;
}

/** The conversation has its style; if that does not come, it is better shown without. */
const styled = () => Promise.race([style("chat.css").catch(() => {}), new Promise((late) => setTimeout(late, 3000))]);

export class Chat {
  /** @param {HTMLElement} host @param {Language} language */
  constructor(host, language) {
    const { insurer = "", site = "", accent = "", parents = "", name = "", phone = "", zone = "", api = "/chat/api" } = host.dataset;
    this.host = host;
    this.name = name;
    this.phone = phone;
    this.zone = zone;
    this.parents = parents.split(" ");
    this.parentOrigin = "";
    this.embedded = parent !== window;
    /** Whether the person sees it: a widget may be folded. */
    this.open = !this.embedded;
    this.place = site ? { site } : { insurer };
    this.api = new Api(api);
    this.memory = new Memory(site || insurer);
    this.t = (/** @type {Key} */ key, /** @type {Record<string, string | number>} */ values = {}) => say(this.language, key, values);
    this.language = language;
    /** @type {Message[]} */
    this.messages = [];
    this.last = 0;
    this.readByThem = 0;
    this.readByMe = 0;
    /** @type {State} */
    this.state = { read: 0 };
    /** Who is writing now. */
    this.writes = "";
    this.busy = false;
    /** When the line went down; 0 while it is up. */
    this.down = 1;
    this.ended = false;
    this.sendWhenReady = false;
    /** Whether the first screen stands, where the server wrote it. */
    this.starting = !this.memory.get().spoke;
    /** Whether what was said before is all there: from then on a new question gets the focus. */
    this.settled = false;
    /** Whether somebody in danger wants to write all the same. */
    this.writesInDanger = false;
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
    this.transcript = new Transcript(this);
    const gone = () => this.gone();
    this.outbox = new Outbox(this.memory, this.api, {
      changed: () => this.refresh(),
      gone,
      busy: (busy) => { this.busy = busy; },
    });
    this.tray = new Tray(this.memory, this.api, { changed: (upload) => this.carded(upload), gone });
    this.pictures = new Pictures(this.api, () => this.refresh());
    if (/^#[\da-f]{6}$/i.test(accent)) {
      document.documentElement.style.setProperty("--brand", accent);
      document.documentElement.style.setProperty("--on-brand", readableOn(accent));
    }
    /** What a conversation needs beyond the first screen. @type {Talk | null} */
    this.talk = null;
    /** @type {Promise<Talk> | null} */
    this.loading = null;
    /** The conversation in the place of the first screen. @type {Promise<void> | null} */
    this.showing = null;
    /** The places for photos, while they are asked for. @type {import("./slots.js").Slots | null} */
    this.slots = null;
    this.dialog = h("dialog");
    this.ui = frame(this);
    this.shown();
    this.observe();
    this.begin();
    // The first screen is light; what comes after it is there before it is needed.
    if (this.starting) setTimeout(() => this.load(), 5000);
    else this.load();
  }

  /** What a conversation needs beyond the first screen, asked for again and again while the network is down. @returns {Promise<Talk>} */
  load() {
    return this.loading ??= (async () => {
      for (let attempt = 0; ; attempt++) {
        try {
          const [{ talk }] = await Promise.all([import(`./talk.js?${attempt}`), style("chat.css"), style("talk.css")]);
          this.talk = talk;
          if (!this.starting && !this.ended) this.rebuild();
          return talk;
        } catch {
          await new Promise((again) => setTimeout(again, backoff(attempt)));
        }
      }
    })();
  }

  get locale() {
    return { fr: "fr-FR", en: "en-GB", ar: "ar-u-nu-latn" }[this.language];
  }

  // --- the frame ---

  async options() {
    const { Menu } = await this.load();
    new Menu(this.api, this.t, {
      language: this.language,
      speak: (language) => this.chooseLanguage(language),
      leave: () => this.leave(),
      day: (at) => this.format(at, { day: "numeric", month: "long" }),
      claim: this.state.stage && this.state.stage !== "withdrawn" ? () => this.openClaim() : null,
      dialog: this.dialog,
      show: (label, content, ...actions) => this.show(label, content, ...actions),
    }).open();
  }

  /** @param {string} label @param {Node[]} content @param {...(Node | false | null)} actions */
  show(label, content, ...actions) {
    const { dialog } = this;
    dialog.setAttribute("aria-label", label);
    dialog.replaceChildren(...content, h("div", { class: "actions" }, ...actions, button(this.t("close"), () => dialog.close())));
    if (!dialog.open) dialog.showModal();
  }

  shown() {
    const { ui, name, phone, host, t } = this;
    document.documentElement.lang = this.language;
    document.documentElement.dir = this.language === "ar" ? "rtl" : "ltr";
    host.onclick = null;
    ui.past.append(h("div", { class: "said" }, !this.memory.keeps && this.talk?.keepCard(t, this.api), ui.log, ui.waiting, ui.typing));
    ui.past.onscroll = () => { if (this.atEnd) ui.newer.hidden = true; };
    ui.ask.append(ui.title, ui.help);
    ui.form.append(ui.cards, ui.news, h("div", { class: "write" },
      ui.camera, ui.files,
      tool(t("addFile"), icon("camera"), () => ui.files.click()),
      h("div", { class: "field" }, ui.area, ui.sender)));
    ui.sheet.append(ui.ask, ui.answers, h("div", { class: "foot" }, ui.main, ui.form));
    if (!this.starting) {
      host.replaceChildren(
        h("a", { class: "skip", href: "#question", onclick: (/** @type {Event} */ event) => { event.preventDefault(); ui.title.focus(); } }, t("skip")),
        h("header", { class: "top" },
          h("span", { class: "mark", "aria-hidden": "true" }, name.slice(0, 1)),
          h("div", { class: "who" }, h("h1", null, h("bdi", null, name)), ui.subtitle),
          phone && h("a", { class: "tool", href: `tel:${phone.replace(/[^+\d]/g, "")}`, "aria-label": t("call", { phone }) }, icon("phone")),
          tool(t("options"), icon("menu"), () => this.options()),
          this.embedded && tool(t("close"), icon("close"), () => this.tellParent("close")),
          ui.progress),
        ui.banner, h("main", { class: "through" }, ui.past, ui.newer, ui.sheet, ui.stop), ui.read, this.dialog);
    } else {
      start(host, {
        say: (text) => this.leaveStart(() => this.outbox.add({ text })),
        choose: (text, choice) => this.leaveStart(() => this.outbox.add({ text, choice })),
        files: () => ui.files.click(),
        language: (language) => this.reopen(language),
        draft: this.memory.get().draft,
        keep: (draft) => this.memory.update((saved) => { saved.draft = draft; }),
      });
      if (this.embedded) host.querySelector("header")?.append(tool(t("close"), icon("close"), () => this.tellParent("close")));
      host.append(this.dialog);
      for (const name of ["pointerdown", "keydown"]) host.addEventListener(name, () => this.load(), { once: true });
    }
    this.drawCards();
    this.fit();
  }

  /** The first words were said: the conversation takes the first screen's place. @param {() => void} act */
  leaveStart(act) {
    this.memory.update((saved) => { saved.draft = ""; });
    this.settled = true;
    act();
    this.showConversation();
  }

  showConversation() {
    return this.showing ??= (async () => {
      if (!this.starting) return;
      this.starting = false;
      await styled();
      this.rebuild();
    })();
  }

  rebuild() {
    this.transcript = new Transcript(this);
    this.drawn = {};
    this.ui = frame(this);
    this.shown();
    this.messages.forEach((message) => this.transcript.draw(message));
    if (this.settled) setTimeout(() => this.ui.log.removeAttribute("aria-busy"), 400);
    this.refresh();
    this.toEnd();
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
    addEventListener("keydown", (event) => {
      if (event.key === "Escape" && this.embedded && !this.dialog.open) this.tellParent("close");
      // Who types without a field is taken to the one that hears everything.
      const field = event.target instanceof HTMLElement && event.target.closest("input, textarea, select, dialog");
      if (!field && !this.starting && event.key.length === 1 && event.key !== " " && !event.ctrlKey && !event.metaKey && !event.altKey) this.ui.area.focus();
    });
    // iOS draws its keyboard over the page: the conversation keeps to what is visible.
    visualViewport?.addEventListener("resize", () => {
      const height = visualViewport?.height ?? innerHeight;
      this.host.style.height = height < innerHeight - 60 ? `${height}px` : "";
      if (this.host.style.height) scrollTo(0, 0);
    });
  }

  // --- the conversation's beginning and end ---

  async begin() {
    const { memory, api, place, language: lang } = this;
    const link = /^#resume=([\w-]+)$/.exec(location.hash)?.[1];
    if (link) {
      history.replaceState(null, "", location.pathname + location.search);
      if (!(await (await this.load()).resume(this, link))) return;
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
  async gone(why) {
    this.line?.stop();
    this.api.token = "";
    this.ended = true;
    await this.showConversation();
    const { ui } = this;
    ui.form.hidden = true;
    ui.ask.hidden = true;
    ui.main.replaceChildren();
    ui.answers.replaceChildren(h("div", { class: "card" }, h("p", null, this.t(why || "gone")), button(this.t("restart"), async () => {
      // What was not sent belongs to the old conversation: the words come back into the field.
      this.memory.update((saved) => Object.assign(saved, {
        token: "", seed: "", tray: [], lost: [], outbox: [], spoke: false,
        draft: [...saved.outbox.map((item) => !item.choice && !item.edit && item.text), saved.draft].filter(Boolean).join("\n"),
      }));
      await this.tray.forget();
      location.reload();
    }, { class: "primary" })));
    this.refresh();
    this.toEnd();
  }

  /** Nothing of the conversation stays on this device, with or without a network. */
  async leave() {
    const { ui, api, memory } = this;
    this.line?.stop();
    await api.post("/devices/leave", {}).catch(() => {});
    memory.clear();
    this.outbox.acknowledged.clear();
    this.tray.forget();
    this.messages = [];
    this.transcript = new Transcript(this);
    ui.area.value = "";
    for (const part of [ui.log, ui.waiting, ui.typing, ui.cards]) part.replaceChildren();
    this.gone("left");
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
      this.state = data;
      this.readByMe = Math.max(this.readByMe, data.read);
      // Stories are told in French and English; the page around them may speak another language.
      const asked = this.memory.get().outbox.some((item) => item.language);
      if (data.language && this.language !== "ar" && data.language !== this.language && !asked) {
        if (this.starting) this.outbox.add({ language: this.language });
        else this.speak(data.language);
      }
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
    if (mine) {
      this.memory.update((saved) => { saved.spoke = true; });
      this.showConversation();
    } else this.writes = "";
    if (message.body.language === "ar" && this.language !== "ar") this.speak("ar");
    const { atEnd } = this;
    if (this.transcript.latest !== message) this.transcript.draw(message);
    if (atEnd || mine) this.toEnd();
    else this.ui.newer.hidden = false;
    clearTimeout(this.timers.settle);
    // What was said before is not read out again.
    this.timers.settle = setTimeout(() => {
      this.settled = true;
      this.ui.log.removeAttribute("aria-busy");
    }, 400);
  }

  /** @param {Language} language */
  async speak(language) {
    this.language = language;
    this.memory.update((saved) => { saved.language = language; });
    await learn(language);
    if (!this.starting) this.rebuild();
  }

  /** The person chose. @param {Language} language */
  chooseLanguage(language) {
    this.speak(language);
    if (language !== "ar") this.outbox.add({ language });
  }

  /** The first screen in another language: the server writes it. @param {string} language */
  reopen(language) {
    this.memory.update((saved) => {
      saved.language = language;
      saved.outbox = saved.outbox.filter((item) => !item.language);
    });
    const url = new URL(location.href);
    url.searchParams.set("lang", language);
    location.replace(url);
  }

  // --- what goes out ---

  submit() {
    const { tray, ui } = this;
    const text = ui.area.value.trim();
    this.slots?.sendHeld?.();
    this.sendWhenReady = !tray.ready;
    const { attachments } = tray;
    if (this.ended || this.sendWhenReady || (!text && !attachments.length)) return this.refresh();
    for (const { done, picture } of tray.uploads) if (done && picture) this.pictures.known.set(done.document, picture);
    this.outbox.add({ text, attachments });
    tray.clear();
    // What was refused was read, and goes.
    tray.uploads = [];
    this.note = "";
    ui.area.value = "";
    this.fit();
    this.drawCards();
    this.toEnd();
  }

  /** @param {Omit<Item, "client_id" | "at">} item */
  answer(item) {
    this.outbox.add(item);
    this.toEnd();
  }

  /** @returns {import("./sheet.js").Act} */
  get act() {
    const { t, locale, zone, ui, api } = this;
    return {
      t, locale, zone,
      say: (text) => this.answer({ text }),
      choose: (text, choice) => this.answer({ text, choice }),
      camera: () => ui.camera.click(),
      files: () => ui.files.click(),
      locate: () => navigator.geolocation.getCurrentPosition(
        ({ coords: { latitude, longitude } }) => this.answer({ text: "", place: { latitude, longitude } }),
        () => { this.note = "locateFailed"; this.refresh(); }, { timeout: 15000, maximumAge: 60000 }),
      suggest: async (text) => (await api.fetch(`/communes?q=${encodeURIComponent(text)}`)).json(),
    };
  }

  /** Writes plates and dates of birth as they are written, while they are typed at the end. */
  typed() {
    const { area } = this.ui;
    const { talk } = this;
    const body = this.asked?.body;
    const written = body && talk && (kindOf(body) === "plate" ? talk.plate : kindOf(body) === "date" && talk.isLongAgo(body.awaited) && talk.birthDate);
    const atEnd = area.selectionStart === area.value.length;
    if (written && atEnd) area.value = written(area.value);
    this.fit();
  }

  /** Keeps the draft, and the field as tall as its words. */
  fit() {
    const { area } = this.ui;
    area.style.height = "";
    area.style.height = `${Math.min(area.scrollHeight, 140)}px`;
    if (!this.starting) this.memory.update((saved) => { saved.draft = area.value; });
  }

  /** @param {Event} event */
  chosen({ target }) {
    const input = /** @type {HTMLInputElement} */ (target);
    this.note = this.tray.add(input.files ?? []) ? "" : "tooMany";
    input.value = "";
    this.showConversation();
    this.drawCards();
    this.toEnd();
  }

  // --- drawing ---

  /** @param {number | string} at @param {Intl.DateTimeFormatOptions} options */
  format(at, options) {
    return new Intl.DateTimeFormat(this.locale, options).format(new Date(at));
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
    // What was chosen before the page was loaded again begins a conversation too.
    this.showConversation();
    // "Envoyer" waits for what is on its way, in a slot or not.
    if (this.sendWhenReady && tray.ready) queueMicrotask(() => this.sendWhenReady && this.submit());
    // What has a place of its own is drawn there.
    if (this.slots?.changed(upload)) return this.refresh();
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

  /** The message whose answer is awaited. @returns {Message | undefined} */
  get asked() {
    const { messages, outbox } = this;
    const asked = messages.filter(({ from, body }) => from !== "me" && (body.quick_replies || body.awaited || body.input)).pop();
    const mine = messages.filter(({ from }) => from === "me").pop();
    const answered = outbox.pending().some((item) => !item.refused && !item.language && !item.place);
    // While a handler speaks, nobody hears what the flow asked.
    return answered || this.state.handler || (mine?.seq ?? 0) > (asked?.seq ?? 0) ? undefined : asked;
  }

  derive() {
    const { messages, outbox, ui, tray, down, atEnd, asked, state } = this;
    const now = performance.now();
    const pending = outbox.pending();
    const lastOf = (/** @type {(message: Message) => unknown} */ test) => messages.filter(test).pop();
    const mine = lastOf(({ from }) => from === "me");
    const theirs = lastOf(({ from }) => from !== "me");
    const answered = !asked;
    const online = !down && navigator.onLine;

    this.when("waiting", [online, ...pending.map((item) => [item.client_id, item.refused, outbox.acknowledged.has(item.client_id)])], () =>
      ui.waiting.replaceChildren(...pending.filter((item) => !item.language).map((item) => this.transcript.unsent(item, online))));

    if (!this.ended) {
      const waits = pending.some((item) => !item.refused && !item.language);
      const stands = waits || (asked && divide(asked.body).question) ? "" : [state.stage, state.handler, state.opens];
      this.when("sheet", [asked?.seq, waits, stands, this.writesInDanger, !!this.talk], () => (this.talk ? this.talk.drawSheet(this, asked, waits) : this.emptySheet()));
    }

    // While the answer to what was said is awaited, Guichet writes; not for ever.
    const waits = online && answered && !state.handler && !this.ended && (mine?.seq ?? 0) > (theirs?.seq ?? 0);
    if (!waits) this.since = 0;
    else if (!this.since) {
      this.since = now;
      for (const wait of [620, 15020]) setTimeout(() => this.refresh(), wait);
    }
    const waited = this.since ? now - this.since : 0;
    const writer = this.writes || (waited > 600 && waited < 15000 ? this.name : "");
    this.when("typing", writer, () =>
      ui.typing.replaceChildren(...(writer ? [h("span", { class: "hidden" }, this.t("typing", { name: writer })), h("i"), h("i"), h("i")] : [])));

    this.talk?.drawHeader(this, theirs);
    // A short break is not worth a word.
    const trouble = !navigator.onLine ? "offline" : this.busy ? "busy" : down && now - down > 2000 ? "connecting" : this.toast;
    this.when("banner", trouble, () => {
      ui.banner.textContent = trouble && this.t(trouble);
      ui.banner.className = `banner ${trouble}`;
    });

    const files = tray.uploads.length > 0 || !!this.slots?.holds;
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

    const seen = this.open && !document.hidden && !this.starting;
    const unread = messages.filter(({ from, seq }) => from !== "me" && seq > this.readByMe).length;
    document.title = `${unread && !seen && !this.starting ? `(${unread}) ` : ""}${this.t("title")} · ${this.name}`;
    if (seen && theirs && unread && online && this.api.token) {
      this.readByMe = theirs.seq;
      this.api.post("/read", { seq: theirs.seq }).catch(() => {});
    }
    this.when("unread", seen || this.starting ? 0 : unread, () => this.tellParent("unread", seen || this.starting ? 0 : unread));
    if (atEnd) this.toEnd();
  }

  /** Nothing is asked. */
  emptySheet() {
    const { ui, t } = this;
    this.slots = null;
    ui.ask.hidden = true;
    ui.answers.replaceChildren();
    ui.main.replaceChildren();
    ui.area.placeholder = t("yourAnswer");
  }

  /** The page that tells how the claim stands. */
  async openClaim() {
    const { url } = await this.api.post("/dossier-link", {}).catch(() => ({}));
    if (!url) return;
    if (this.embedded) window.open(url, "_blank", "noopener");
    else location.assign(url);
  }

  /** Whether the person is reading the end: then it is kept in sight. The end is the origin. */
  get atEnd() {
    return this.ui.past.scrollTop > -120;
  }

  toEnd() {
    const { past, log, newer } = this.ui;
    newer.hidden = true;
    requestAnimationFrame(() => past.scrollTo({ top: 0, behavior: calm.matches || log.hasAttribute("aria-busy") ? "instant" : "smooth" }));
  }

  /** @param {string} what @param {number} [count] */
  tellParent(what, count) {
    if (this.parentOrigin) parent.postMessage({ guichet: what, count }, this.parentOrigin);
    if (what === "close") this.open = false;
  }
}

customElements.define("guichet-chat", class extends HTMLElement {
  async connectedCallback() {
    const { language = "fr" } = this.dataset;
    const { insurer = "", site = "" } = this.dataset;
    const { language: chosen, spoke } = new Memory(site || insurer).get();
    // The first screen is in the language in which the server wrote it.
    const spoken = /** @type {Language} */ (spoke && /^(fr|en|ar)$/.test(chosen) ? chosen : language);
    await Promise.all([learn(spoken).catch(() => {}), spoke && styled()]);
    new Chat(this, spoken);
  }
});
