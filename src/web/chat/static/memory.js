/** What this device remembers: the conversation's secret, the messages not yet acknowledged, the files not yet sent. */

import { Refusal, backoff, slotsOf, uuid } from "./api.js";

/**
 * @typedef {import("./api.js").Attachment} Attachment
 * @typedef {{client_id: string, at: number, refused?: boolean, text?: string, choice?: string, attachments?: Attachment[], edit?: string, language?: string,
 *   place?: {latitude: number, longitude: number}}} Item
 *   One thing to send. Its `client_id` makes it arrive once, however often it is tried.
 * @typedef {{token: string, seed: string, language: string, draft: string, outbox: Item[], tray: Attachment[], lost: string[],
 *   device: string, spoke: boolean}} Saved `device` is a random name, of which the secrets are made that links give; `spoke`: something was said
 */

/** What a cookie holds, where storage is refused: enough to come back to the conversation. @type {(keyof Saved)[]} */
const IN_COOKIE = ["token", "seed", "language", "device", "spoke"];
const COOKIE_AGE = 30 * 24 * 3600;

/** Whether what is written to the storage is there again: a browser that blocks third parties refuses it in a frame. */
function stores() {
  try {
    localStorage.setItem("guichet", "1");
    localStorage.removeItem("guichet");
    return true;
  } catch {
    return false;
  }
}

/** A cookie of this site inside that one (CHIPS): only the page reads it, the server does not. @param {string} name */
function cookie(name) {
  try {
    const found = document.cookie.split("; ").find((each) => each.startsWith(`${name}=`));
    return decodeURIComponent(found?.slice(name.length + 1) ?? "");
  } catch {
    return "";
  }
}

/** @param {string} name @param {string} value */
function bake(name, value) {
  try {
    document.cookie = `${name}=${encodeURIComponent(value)}; Path=/chat; Max-Age=${value ? COOKIE_AGE : 0}; Secure; SameSite=None; Partitioned`;
  } catch {
    // The page's own memory serves.
  }
}

export class Memory {
  /** @param {string} key one conversation a device and insurer */
  constructor(key) {
    this.key = `guichet:${key}`;
    this.cookie = `guichet-${encodeURIComponent(key)}`;
    /** What the page itself remembers, where nothing else does. @type {string | null} */
    this.held = null;
    this.stores = stores();
    if (!this.stores) bake("guichet-kept", "1");
    /** Whether the conversation is found again when this page is opened the next time. */
    this.keeps = this.stores || cookie("guichet-kept") === "1";
  }

  /** @returns {Saved} */
  get() {
    let text = this.held;
    try {
      text ??= this.stores ? localStorage.getItem(this.key) : cookie(this.cookie);
    } catch {
      // Storage is forbidden: the page's own memory serves.
    }
    const empty = { token: "", seed: "", language: "", draft: "", outbox: [], tray: [], lost: [], device: "", spoke: false };
    try {
      return { ...empty, ...JSON.parse(text || "{}") };
    } catch {
      return empty;
    }
  }

  /** Nothing stays on this device. */
  clear() {
    this.held = null;
    if (!this.stores) bake(this.cookie, "");
    try {
      localStorage.removeItem(this.key);
    } catch {
      // Nothing was kept.
    }
  }

  /** Reads, changes and writes in one go: another tab may have written. @param {(saved: Saved) => void} change */
  update(change) {
    const saved = this.get();
    change(saved);
    const text = JSON.stringify(saved);
    try {
      if (!this.stores) throw new Error("no storage");
      localStorage.setItem(this.key, text);
      this.held = null;
    } catch {
      this.held = text;
      if (!this.stores) bake(this.cookie, JSON.stringify(saved, IN_COOKIE));
    }
  }
}

/** Sends what is in the outbox, oldest first, one at a time, and keeps it until it is acknowledged. */
export class Outbox {
  /**
   * @param {Memory} memory
   * @param {import("./api.js").Api} api
   * @param {{changed: () => void, gone: () => void, busy: (busy: boolean) => void}} host
   */
  constructor(memory, api, host) {
    this.memory = memory;
    this.api = api;
    this.host = host;
    this.attempt = 0;
    this.running = false;
    this.timer = 0;
    /** Acknowledged, and not yet seen in the stream. @type {Map<string, Item>} */
    this.acknowledged = new Map();
    /** @type {Set<string>} */
    this.shown = new Set();
  }

  /** @param {Omit<Item, "client_id" | "at">} item */
  add(item) {
    this.memory.update((saved) => {
      saved.outbox.push({ client_id: uuid(), at: Date.now(), ...item });
      saved.spoke ||= !item.language;
    });
    this.flush();
  }

  /** What stands in the conversation but not yet in the stream. @returns {Item[]} */
  pending() {
    return [...this.acknowledged.values(), ...this.memory.get().outbox];
  }

  /** The stream showed it: nothing more to do, even if the acknowledgement was lost. @param {string} id */
  seen(id) {
    this.shown.add(id);
    this.acknowledged.delete(id);
    if (this.memory.get().outbox.some((item) => item.client_id === id)) this.discard(id);
  }

  /** @param {string} id */
  discard(id) {
    this.memory.update((saved) => { saved.outbox = saved.outbox.filter((item) => item.client_id !== id); });
    this.host.changed();
  }

  /** @param {string} id @param {boolean} refused */
  mark(id, refused) {
    this.memory.update((saved) => saved.outbox.forEach((item) => { if (item.client_id === id) item.refused = refused; }));
    this.host.changed();
  }

  flush() {
    this.host.changed();
    clearTimeout(this.timer);
    if (this.running || !this.api.token) return;
    this.running = true;
    // One tab sends at a time, so that the order holds. A second sending would be recognised anyway.
    const send = () => this.drain();
    // Where storage is refused, locks are too: then this tab sends by itself.
    Promise.resolve().then(() => navigator.locks?.request(this.memory.key, send) ?? send()).catch(send).finally(() => { this.running = false; });
  }

  async drain() {
    for (;;) {
      const item = this.memory.get().outbox.find((each) => !each.refused);
      if (!item) return;
      const { at, refused, attachments, ...rest } = item;
      try {
        await this.api.post(item.language ? "/language" : "/messages", { ...rest, attachments: attachments?.map((each) => each.document), slots: slotsOf(attachments ?? []) });
        this.attempt = 0;
        this.host.busy(false);
        if (!item.edit && !item.language && !this.shown.has(item.client_id)) this.acknowledged.set(item.client_id, item);
        this.discard(item.client_id);
      } catch (error) {
        const refusal = error instanceof Refusal ? error : new Refusal(0);
        if (refusal.gone) return this.host.gone();
        if (!refusal.passing) {
          // An edit or a language that is refused leaves nothing to keep; words of the person are kept.
          if (item.edit || item.language) this.discard(item.client_id);
          else this.mark(item.client_id, true);
          continue;
        }
        this.host.busy(refusal.status === 429 || refusal.status === 503);
        this.timer = setTimeout(() => this.flush(), backoff(this.attempt++, refusal.retryAfter));
        return;
      }
    }
  }
}
