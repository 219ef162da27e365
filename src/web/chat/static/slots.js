/**
 * The documents that are wanted, each as a slot: it names the document, shows what a good one looks like, fills, ticks, and says
 * what is wrong with a photo before it is sent. A document's kind comes from its slot. Loaded only where files are asked for;
 * what it shares with the page is given to it.
 */

import { flawOf } from "./quality.js";

/**
 * @typedef {import("./files.js").Upload} Upload
 * @typedef {{kind: string, name: string, how: string, drawing: [string, string] | null, is_photo: boolean, required: boolean,
 *   received: boolean, supposed: boolean}} Slot
 * @typedef {"blurred" | "dark" | "small" | "unreadable" | "notAPhoto"} Trouble
 * @typedef {{h: typeof import("./dom.js").h, button: typeof import("./view.js").button, icon: typeof import("./dom.js").icon,
 *   tray: import("./files.js").Tray, language: string, changed?: () => void}} Page
 *   `changed` is told when photos are held or let go
 */

/** What only the slots say. @type {Record<string, [string, string]>} */
const SLOT_WORDS = {
  wanted: ["Photos et papiers", "Photos and papers"],
  more: ["Autres pièces, si vous les avez", "Other documents, if you have them"],
  take: ["Prendre", "Take"],
  takeThis: ["Prendre la photo", "Take the photo"],
  pick: ["Choisir", "Choose"],
  pickThis: ["Choisir le fichier", "Choose the file"],
  pickPhoto: ["Choisir une photo", "Choose a photo"],
  again: ["Reprendre", "Take again"],
  keep: ["Garder", "Keep"],
  stop: ["Arrêter", "Stop"],
  retry: ["Réessayer", "Try again"],
  received: ["Reçue", "Received"],
  ready: ["Prête", "Ready"],
  supposed: ["Reçue, à confirmer", "Received, to be confirmed"],
  optional: ["Si vous l’avez", "If you have it"],
  looking: ["Je regarde si elle est nette…", "Checking that it is sharp…"],
  sending: ["Envoi : {percent} %", "Sending: {percent}%"],
  waiting: ["Gardée ici. Elle partira dès que le réseau revient.", "Kept here. It will go as soon as the network is back."],
  lost: ["La page a été fermée avant l’envoi : reprenez-la.", "The page was closed before it was sent: take it again."],
  blurred: ["Un peu floue : la reprendre ?", "A little blurred: take it again?"],
  dark: ["Trop sombre : la reprendre, avec plus de lumière ?", "Too dark: take it again, with more light?"],
  small: ["Très petite : les détails se verront mal. La reprendre ?", "Very small: details will not show. Take it again?"],
  unreadable: ["Ce fichier ne s’ouvre pas.", "This file does not open."],
  notAPhoto: ["Ce n’est pas une photo.", "This is not a photo."],
  tooLarge: ["Ce fichier est trop lourd.", "This file is too large."],
  refused: ["Refusée : choisissez un autre fichier.", "Refused: choose another file."],
  other: ["Autre document", "Other document"],
  otherHow: ["Facture, devis, autre : nous demanderons ce que c’est.", "Invoice, quote, anything else: we will ask what it is."],
  told: ["{name} : {state}", "{name}: {state}"],
};

/** How many slots are shown before those of optional documents fold. */
const SLOTS_SHOWN = 8;

/** The troubles with which a file is not sent. @type {Set<string>} */
const REFUSED = new Set(["notAPhoto", "unreadable"]);

export class Slots {
  /** @param {Page} page */
  constructor({ h, button, icon, tray, language, changed = () => {} }) {
    this.h = h;
    this.button = button;
    this.icon = icon;
    this.tray = tray;
    this.moved = changed;
    this.at = language === "en" ? 1 : 0;
    /** @type {Slot[]} */
    this.slots = [];
    /** Photos that wait for a word of the person, by slot. @type {Map<string, {id: string, file: File, picture: string, trouble: Trouble | ""}>} */
    this.held = new Map();
    /** What was drawn, by slot, so that only a change is drawn. @type {Map<string, string>} */
    this.drawn = new Map();
    /** The slot for which a file is being chosen; empty where none is. */
    this.choosing = "";
    this.input = h("input", { type: "file", hidden: true, onchange: () => this.chosen() });
    this.list = h("ul", { class: "slots", role: "list", "aria-label": this.say("wanted") });
    this.rest = h("ul", { class: "slots", role: "list", "aria-label": this.say("more") });
    this.fold = h("details", { class: "slots-more", hidden: true }, h("summary", null, this.say("more")), this.rest);
    this.news = h("p", { class: "hidden", role: "status" });
    this.element = h("div", { class: "slots-of-claim" }, this.list, this.fold, this.input, this.news);
    addEventListener("online", () => this.draw());
    addEventListener("offline", () => this.draw());
  }

  /** @param {string} key @param {Record<string, string | number>} [values] */
  say(key, values = {}) {
    return (SLOT_WORDS[key]?.[this.at] ?? "").replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ""));
  }

  /** The slots as the server tells them. @param {import("./api.js").Api} api */
  async load(api) {
    const [answer] = await Promise.all([api.fetch("/slots"), this.styled()]);
    this.show((await answer.json()).slots);
  }

  /** The style sheet comes with the first slots. */
  styled() {
    if (document.querySelector('link[href$="/slots.css"]')) return;
    return new Promise((done) => {
      document.head.append(this.h("link", { rel: "stylesheet", href: new URL("slots.css", import.meta.url).href, onload: done, onerror: done }));
    });
  }

  /** @param {Slot[]} slots */
  show(slots) {
    this.slots = slots;
    this.drawn.clear();
    const shown = slots.length <= SLOTS_SHOWN ? slots.length : Math.max(slots.filter(({ required }) => required).length, SLOTS_SHOWN - 2);
    const place = (/** @type {Slot} */ { kind }) => this.h("li", { class: "slot", "data-slot": kind });
    this.list.replaceChildren(...slots.slice(0, shown).map(place), this.other());
    this.rest.replaceChildren(...slots.slice(shown).map(place));
    this.fold.hidden = shown === slots.length;
    this.draw();
    // Photos that waited for a word when the page was closed.
    for (const slot of slots) this.tray.takeHeld(slot.kind).then((file) => file && this.take(slot, file));
  }

  /** The place for whatever has no slot. */
  other() {
    const name = this.say("other");
    return this.h("li", { class: "slot is-void" }, this.frame(null, ["M38 8h34l14 14v60H38zM72 8v14h14M62 36v28M48 50h28", ""]),
      this.h("h3", null, name), this.h("div", { class: "slot-st" },
        this.h("p", { class: "slot-how" }, this.say("otherHow")), this.act("pick", "clip", name, () => this.choose(""), "take")));
  }

  draw() {
    for (const slot of this.slots) this.fill(slot);
  }

  /** Draws an upload in its slot. False where it has none. @param {Upload} upload */
  changed({ slot: kind }) {
    const slot = this.slots.find((each) => each.kind === kind);
    if (slot) this.fill(slot);
    return !!slot;
  }

  /** @param {string} kind @returns {Upload | undefined} */
  upload(kind) {
    return this.tray.uploads.filter((upload) => upload.slot === kind).pop();
  }

  // --- choosing ---

  /** @param {string} kind empty for a file without a slot */
  choose(kind) {
    this.choosing = kind;
    const photo = this.slots.find((slot) => slot.kind === kind)?.is_photo;
    this.input.multiple = !kind;
    this.input.accept = photo ? "image/*" : kind === "video" ? "video/mp4,video/quicktime" : "image/*,application/pdf,.heic,.heif,video/mp4,video/quicktime";
    this.input.click();
  }

  async chosen() {
    const files = [...(this.input.files ?? [])];
    const kind = this.choosing;
    this.input.value = "";
    if (!kind) return void this.tray.add(files);
    const [file] = files;
    const slot = this.slots.find((each) => each.kind === kind);
    if (!file || !slot) return;
    await this.take(slot, file);
  }

  /** A file for a slot: looked at here, and sent where nothing is wrong. @param {Slot} slot @param {File} file */
  async take(slot, file) {
    const { kind, is_photo: photo } = slot;
    this.drop(kind);
    const image = file.type.startsWith("image/") || /\.hei[cf]$/i.test(file.name);
    const picture = image && file.type ? URL.createObjectURL(file) : "";
    const held = { id: this.tray.hold(file, kind), file, picture, trouble: /** @type {Trouble | ""} */ (photo && !image ? "notAPhoto" : "") };
    this.held.set(kind, held);
    this.fill(slot);
    if (!held.trouble && image) held.trouble = await flawOf(file);
    // Another one was chosen meanwhile.
    if (this.held.get(kind) !== held) return;
    if (held.trouble) this.tell(slot, held.trouble);
    else this.send(slot);
    this.fill(slot);
    this.moved();
  }

  /** @param {Slot} slot */
  send(slot) {
    const held = this.held.get(slot.kind);
    this.held.delete(slot.kind);
    if (!held) return;
    this.tray.add([held.file], slot.kind);
    this.tray.release(held.id);
  }

  /** Whether photos wait here for a word of the person. */
  get holds() {
    return [...this.held.values()].some(({ trouble }) => !REFUSED.has(trouble));
  }

  /** What was only advised against goes as it is: the person sends. */
  sendHeld() {
    for (const slot of this.slots) {
      const held = this.held.get(slot.kind);
      if (held?.trouble && !REFUSED.has(held.trouble)) {
        this.send(slot);
        this.fill(slot);
      }
    }
  }

  /** Nothing of an earlier try stays. @param {string} kind */
  drop(kind) {
    const held = this.held.get(kind);
    if (held) {
      this.tray.release(held.id);
      URL.revokeObjectURL(held.picture);
    }
    this.held.delete(kind);
    for (const upload of this.tray.uploads.filter((each) => each.slot === kind)) this.tray.remove(upload);
  }

  // --- drawing ---

  /** @param {Slot} slot */
  fill(slot) {
    const { kind, name } = slot;
    const place = this.element.querySelector(`[data-slot="${CSS.escape(kind)}"]`);
    if (!place) return;
    const [held, upload] = [this.held.get(kind), this.upload(kind)];
    const stamp = [held?.trouble ?? "none", held?.picture, upload?.id, upload?.stage, upload?.kept, upload?.done?.remark, slot.received, slot.supposed, navigator.onLine].join();
    if (this.drawn.get(kind) === stamp) {
      const bar = place.querySelector("progress");
      const percent = place.querySelector(".slot-percent");
      if (bar && percent && upload) {
        bar.value = upload.progress;
        percent.textContent = this.say("sending", { percent: upload.progress });
      }
      return;
    }
    const first = !this.drawn.has(kind);
    this.drawn.set(kind, stamp);
    const { look, picture, words } = held ? this.asHeld(slot, held) : upload ? this.asSent(slot, upload, first) : this.asWanted(slot);
    const focused = place.contains(document.activeElement);
    place.className = `slot is-${look}`;
    place.replaceChildren(this.frame(picture, slot.drawing, name), this.h("h3", null, name), this.h("div", { class: "slot-st" }, ...words));
    if (focused) place.querySelector("button")?.focus();
  }

  /** @param {Slot} slot @param {{picture: string, trouble: Trouble | ""}} held */
  asHeld(slot, { picture, trouble }) {
    if (!trouble) return { look: "go", picture, words: [this.h("p", null, this.say("looking"))] };
    const refused = REFUSED.has(trouble);
    return {
      look: refused ? "no" : "blur",
      picture: refused ? "" : picture,
      words: [
        this.h("b", null, this.say(trouble)),
        this.again(slot, refused),
        !refused && this.act("keep", "", slot.name, () => { this.send(slot); this.fill(slot); this.moved(); }),
      ],
    };
  }

  /** @param {Slot} slot @param {Upload} upload @param {boolean} first */
  asSent(slot, upload, first) {
    const { stage, done, kept, picture, progress, file, status } = upload;
    const stop = this.act("stop", "", slot.name, () => { this.tray.remove(upload); this.fill(slot); });
    if (done) {
      const remark = !kept && done.remark;
      if (remark) {
        this.tell(slot, remark);
        const keep = this.act("keep", "", slot.name, () => { upload.kept = true; this.fill(slot); });
        return { look: "blur", picture, words: [this.h("b", null, remark), this.again(slot), keep] };
      }
      if (!first) this.tell(slot, this.say("ready"));
      return { look: "ok", picture, words: [this.tick("ready"), this.act("again", "", slot.name, () => this.choose(slot.kind))] };
    }
    if (stage === "rejected") {
      const why = this.say(status === 413 ? "tooLarge" : status === 415 && slot.is_photo ? "notAPhoto" : "refused");
      this.tell(slot, why);
      return { look: "no", picture: "", words: [this.h("b", null, why), this.again(slot, true)] };
    }
    if (!file) return { look: "no", picture: "", words: [this.h("b", null, this.say("lost")), this.again(slot)] };
    if (!navigator.onLine || stage === "failed") {
      const retry = navigator.onLine && this.act("retry", "", slot.name, () => this.tray.retry(upload), "strong");
      return { look: "go", picture, words: [this.h("p", null, this.say("waiting")), retry, stop] };
    }
    return {
      look: "go",
      picture,
      words: [
        this.h("progress", { max: 100, value: progress, "aria-label": slot.name }),
        this.h("span", { class: "slot-percent" }, this.say("sending", { percent: progress })), stop,
      ],
    };
  }

  /** @param {Slot} slot */
  asWanted({ kind, name, how, is_photo: photo, required, received, supposed }) {
    const come = received ? "received" : supposed ? "supposed" : "";
    const take = () => this.choose(kind);
    if (come) return { look: received ? "ok" : "void", picture: "", words: [this.tick(come), this.act("again", "", name, take)] };
    return {
      look: "void",
      picture: "",
      words: [
        this.h("p", { class: "slot-how" }, !required && this.h("i", null, `${this.say("optional")}. `), how),
        photo ? this.act("take", "camera", name, take, "take") : this.act("pick", "clip", name, take, "take"),
      ],
    };
  }

  /** @param {string} key */
  tick(key) {
    return this.h("span", { class: "slot-chip" }, this.icon("check"), this.say(key));
  }

  /** @param {Slot} slot @param {boolean} [refused] */
  again(slot, refused = false) {
    return this.act(!slot.is_photo ? "pick" : refused ? "pickPhoto" : "again", "", slot.name, () => this.choose(slot.kind), "strong");
  }

  /** A button that says whose it is. @param {string} key @param {"camera" | "clip" | ""} sign @param {string} name @param {() => void} does @param {string} [look] */
  act(key, sign, name, does, look = "mini") {
    const pressed = this.button(this.say(key), does, { class: `slot-${look}`, "aria-label": this.say("told", { name: this.say(`${key}This`) || this.say(key), state: name }) });
    if (sign) pressed.prepend(this.icon(sign));
    return pressed;
  }

  /** @param {string | null} picture @param {[string, string] | null} drawing @param {string} [name] */
  frame(picture, drawing, name = "") {
    const frame = this.h("div", { class: "slot-frame" });
    if (picture) frame.append(this.h("img", { src: picture, alt: name }));
    else if (drawing) {
      const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
      svg.setAttribute("viewBox", "0 0 120 90");
      svg.setAttribute("aria-hidden", "true");
      for (const [at, lines] of drawing.entries()) {
        const path = document.createElementNS(svg.namespaceURI ?? "", "path");
        path.setAttribute("d", lines);
        if (at) path.setAttribute("class", "accent");
        svg.append(path);
      }
      frame.append(svg);
    }
    return frame;
  }

  /** @param {Slot} slot @param {string} state a word of this file, or a sentence */
  tell({ name }, state) {
    this.news.textContent = this.say("told", { name, state: this.say(state) || state });
  }
}
