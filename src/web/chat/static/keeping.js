/** Files on their way, kept in the browser's own database until they are there: no page that is closed or loaded again loses one. */

import { random } from "./api.js";

/**
 * @typedef {{id: string, of: string, token: string, tab: string, name: string, file: File, slot: string, original: boolean, held: boolean}} Kept
 *   `of` and `token` say whose it is; `tab`, which open page sends it; `held`: the person has not said yet whether to send it
 */

const STORE = "files";

/** Takes a name for as long as this page is open. @param {string} name @returns {Promise<boolean>} false where another page has it */
const take = (name) => new Promise((told) => {
  if (!navigator.locks) return told(true);
  navigator.locks.request(name, { ifAvailable: true }, (lock) => {
    told(!!lock);
    return lock && new Promise(() => {});
  }).catch(() => told(true));
});

export class Keeping {
  /** @param {import("./memory.js").Memory} memory */
  constructor(memory) {
    this.memory = memory;
    /** The page's own name: a page that is loaded again has the same. @type {Promise<string>} */
    this.tab = this.name();
    /** @type {Promise<IDBDatabase>} */
    this.database = new Promise((resolve, reject) => {
      const request = indexedDB.open("guichet", 1);
      request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: "id" });
      request.onsuccess = () => resolve(request.result);
      request.onerror = request.onblocked = () => reject(request.error);
    });
    // Where it is refused, files are kept by the page alone.
    this.database.catch(() => {});
  }

  async name() {
    let tab = "";
    try {
      tab = sessionStorage.getItem("guichet:tab") ?? "";
    } catch {
      // A page without storage has a new name each time.
    }
    // The page before this one may need a moment to be gone; a tab that was duplicated stays.
    const own = tab && (await take(tab) || (await new Promise((later) => setTimeout(later, 400)), await take(tab)));
    if (own) return tab;
    tab = `guichet:${random()}`;
    await take(tab);
    try {
      sessionStorage.setItem("guichet:tab", tab);
    } catch {
      // As above.
    }
    return tab;
  }

  /** @param {IDBTransactionMode} mode @param {(store: IDBObjectStore) => IDBRequest} ask @returns {Promise<any>} */
  async ask(mode, ask) {
    const store = (await this.database).transaction(STORE, mode).objectStore(STORE);
    return new Promise((resolve, reject) => {
      const request = ask(store);
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  }

  /** @param {{id: string, name: string, file: File | null, slot: string, original?: boolean, held?: boolean}} upload */
  async keep({ id, name, file, slot, original = false, held = false }) {
    const { key: of } = this.memory;
    const { token } = this.memory.get();
    const tab = await this.tab;
    await this.ask("readwrite", (store) => store.put({ id, of, token, tab, name, file, slot, original, held })).catch(() => {});
  }

  /** @param {string} id */
  async drop(id) {
    // After whatever is about to be kept under this name.
    await this.tab;
    await this.ask("readwrite", (store) => store.delete(id)).catch(() => {});
  }

  /** All that is kept for this conversation, by whichever page. @returns {Promise<Kept[]>} */
  async all() {
    /** @type {Kept[]} */
    const all = await this.ask("readonly", (store) => store.getAll()).catch(() => []);
    return all.filter(({ of }) => of === this.memory.key);
  }

  /** Nothing of it stays. */
  async clear() {
    await this.tab;
    await Promise.all((await this.all()).map(({ id }) => this.drop(id)));
  }

  /** What this page kept before it was loaded again, and what pages that are closed left. @returns {Promise<Kept[]>} */
  async restore() {
    const tab = await this.tab;
    const { token } = this.memory.get();
    const mine = [];
    for (const each of await this.all()) {
      // Of a conversation that was left here.
      if (each.token && token && each.token !== token) this.drop(each.id);
      else if (each.tab === tab || await take(each.tab)) mine.push(each);
    }
    return mine;
  }
}
