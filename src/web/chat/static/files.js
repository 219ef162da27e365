/** Photos and papers on their way up: made lighter on the phone, sent with progress, tried again. */

import { Refusal, backoff, uuid } from "./api.js";
import { Keeping } from "./keeping.js";

/**
 * @typedef {import("./api.js").Attachment} Attachment
 * @typedef {"waiting" | "sending" | "failed" | "rejected" | "done"} Stage
 * @typedef {{id: string, name: string, file: File | null, sent: Blob | null, lighter: boolean, original: boolean, stage: Stage,
 *   progress: number, status: number, attempt: number, picture: string, done?: Attachment, kept?: boolean, slot: string}} Upload
 *   `slot` is the kind of document whose slot it was put into; empty where nobody has said what it is
 */

export const FILES_A_MESSAGE = 20;

/** The files beside the message being written. */
export class Tray {
  /**
   * @param {import("./memory.js").Memory} memory
   * @param {import("./api.js").Api} api
   * @param {{changed: (upload: Upload) => void, gone: () => void}} host
   */
  constructor(memory, api, host) {
    this.memory = memory;
    this.api = api;
    this.host = host;
    this.sending = 0;
    this.keeping = new Keeping(memory);
    // What had arrived before the page was closed is still there.
    const saved = memory.get();
    /** @type {Upload[]} */
    this.uploads = saved.tray.map((done) => this.entry(done.name, { stage: "done", done, slot: done.slot ?? "" }));
    /** What had not arrived, by name, until it is found again. */
    this.lost = saved.lost;
    /** Files for slots about which the person had not decided. */
    this.held = this.restore();
  }

  /** What had not arrived goes on; what is not found is named, to be chosen again. */
  async restore() {
    const kept = await this.keeping.restore();
    for (const { id, name, file, slot, original, held } of kept) {
      const at = this.lost.indexOf(name);
      if (at >= 0) this.lost.splice(at, 1);
      if (!held && !this.uploads.some((upload) => upload.id === id)) this.uploads.push(this.entry(name, { id, file, slot, original, picture: this.pictureOf(file) }));
    }
    this.uploads.push(...this.lost.splice(0).map((name) => this.entry(name, { stage: "failed" })));
    if (kept.length || this.uploads.some(({ done }) => !done)) for (const upload of this.uploads) this.host.changed(upload);
    this.next();
    return kept.filter(({ held }) => held);
  }

  /** Keeps a file of which the person has yet to say whether it is sent. @param {File} file @param {string} slot @returns {string} its name for `release` */
  hold(file, slot) {
    const held = { ...this.entry(file.name, { file, slot }), held: true };
    this.keeping.keep(held);
    return held.id;
  }

  /** @param {string} id */
  release(id) {
    this.keeping.drop(id);
  }

  /** The file that waited for a word at this slot when the page was closed. @param {string} slot @returns {Promise<File | undefined>} */
  async takeHeld(slot) {
    const held = await this.held;
    const at = held.findIndex((each) => each.slot === slot);
    if (at < 0) return undefined;
    const [{ id, file } = { id: "", file: undefined }] = held.splice(at, 1);
    this.release(id);
    return file;
  }

  /** @param {File} file */
  pictureOf(file) {
    return file.type.startsWith("image/") ? URL.createObjectURL(file) : "";
  }

  /** @param {string} name @param {Partial<Upload>} more @returns {Upload} */
  entry(name, more) {
    return { id: uuid(), name, file: null, sent: null, lighter: false, original: false, stage: "waiting", progress: 0, status: 0, attempt: 0, picture: "", slot: "", ...more };
  }

  get ready() {
    return this.uploads.every((upload) => upload.stage === "done" || upload.stage === "rejected");
  }

  /** @returns {Attachment[]} */
  get attachments() {
    return this.uploads.flatMap((upload) => upload.done ?? []);
  }

  /** @param {Iterable<File>} files @param {string} [slot] @returns {boolean} whether all found a place */
  add(files, slot = "") {
    this.uploads = this.uploads.filter((upload) => upload.file || upload.done);
    for (const file of files) {
      if (this.uploads.length >= FILES_A_MESSAGE) return false;
      const upload = this.entry(file.name || "photo.jpg", { file, slot, picture: this.pictureOf(file) });
      this.uploads.push(upload);
      this.keeping.keep(upload);
    }
    this.next();
    return true;
  }

  /** @param {Upload} upload */
  remove(upload) {
    this.uploads = this.uploads.filter((each) => each !== upload);
    this.keeping.drop(upload.id);
    this.changed(upload);
  }

  /** Nothing stays, here or in the browser. */
  forget() {
    this.uploads = [];
    return this.keeping.clear();
  }

  /** What was sent leaves; what was refused stays until it has been read. */
  clear() {
    this.uploads = this.uploads.filter((upload) => upload.stage === "rejected");
    this.save();
  }

  /** @param {Upload} upload @param {boolean} [original] send the photo as the phone made it */
  retry(upload, original = false) {
    if (original) {
      Object.assign(upload, { id: uuid(), original, sent: null, done: undefined });
      this.keeping.keep(upload);
    }
    Object.assign(upload, { stage: "waiting", attempt: 0, progress: 0 });
    this.next();
  }

  /** The network came back. */
  wake() {
    for (const upload of this.uploads) if (upload.stage === "failed" && upload.file) upload.stage = "waiting";
    this.next();
  }

  /** @param {Upload} upload */
  changed(upload) {
    this.save();
    this.host.changed(upload);
  }

  save() {
    this.memory.update((saved) => {
      saved.tray = this.attachments;
      const unsent = this.uploads.filter((upload) => !upload.done && upload.stage !== "rejected");
      saved.lost = [...this.lost, ...unsent.map((upload) => upload.name)];
    });
  }

  /** Two at a time: a phone's uplink carries no more. */
  next() {
    for (const upload of this.uploads) {
      if (this.api.token && this.sending < 2 && upload.stage === "waiting" && upload.file) this.send(upload, upload.file);
    }
    this.save();
  }

  /** @param {Upload} upload @param {File} file */
  async send(upload, file) {
    this.sending++;
    upload.stage = "sending";
    this.changed(upload);
    try {
      upload.sent ??= upload.original ? file : await this.lighten(file);
      upload.lighter = upload.sent !== file;
      const { document, media_type, bytes, remark, inspecting } = await this.put(upload, upload.sent);
      upload.done = { document, name: upload.name, media_type, bytes, remark, ...(upload.slot && { slot: upload.slot }) };
      upload.stage = "done";
      this.keeping.drop(upload.id);
      // Without an answer the file is there all the same.
      if (inspecting) this.look(upload).catch(() => {});
    } catch (error) {
      const refusal = error instanceof Refusal ? error : new Refusal(0);
      upload.status = refusal.status;
      upload.stage = refusal.passing || refusal.gone ? "failed" : "rejected";
      if (upload.stage === "rejected") this.keeping.drop(upload.id);
      if (refusal.gone) this.host.gone();
      else if (refusal.passing && upload.attempt < 6) {
        setTimeout(() => {
          if (upload.stage !== "failed") return;
          upload.stage = "waiting";
          this.next();
        }, backoff(upload.attempt++ + 2, refusal.retryAfter));
      }
    }
    this.sending--;
    this.changed(upload);
    this.next();
  }

  /** @param {File} file @returns {Promise<Blob>} */
  async lighten(file) {
    const { lighten } = await import("./lighten.js");
    return lighten(file);
  }

  /** Sending nothing more asks what is seen in a file that is there. @param {Upload} upload */
  async look(upload) {
    for (let attempt = 0; attempt < 6; attempt++) {
      await new Promise((resolve) => setTimeout(resolve, backoff(attempt)));
      const { remark, inspecting } = await this.put(upload, new Blob());
      if (inspecting || !upload.done) continue;
      upload.done.remark = remark;
      return this.changed(upload);
    }
  }

  /** XMLHttpRequest, because fetch tells no upload progress. @param {Upload} upload @param {Blob} bytes @returns {Promise<any>} */
  put(upload, bytes) {
    return new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      request.open("PUT", `${this.api.base}/uploads/${upload.id}?name=${encodeURIComponent(upload.name)}`);
      request.setRequestHeader("Authorization", `Bearer ${this.api.token}`);
      request.setRequestHeader("Content-Type", bytes.type || "application/octet-stream");
      request.responseType = "json";
      request.upload.onprogress = (event) => {
        const progress = Math.floor((event.loaded / event.total) * 100);
        if (progress === upload.progress) return;
        upload.progress = progress;
        this.host.changed(upload);
      };
      request.onload = () =>
        request.status < 300 && request.response
          ? resolve(request.response)
          : reject(new Refusal(request.status < 300 ? 0 : request.status, Number(request.getResponseHeader("Retry-After")) || 0));
      request.onerror = request.onabort = request.ontimeout = () => reject(new Refusal(0));
      request.send(bytes);
    });
  }
}
