/** Photos and papers on their way up: made lighter on the phone, sent with progress, tried again. */

import { Refusal, backoff, uuid } from "./api.js";

/**
 * @typedef {import("./api.js").Attachment} Attachment
 * @typedef {"waiting" | "sending" | "failed" | "rejected" | "done"} Stage
 * @typedef {{id: string, name: string, file: File | null, sent: Blob | null, lighter: boolean, original: boolean, stage: Stage,
 *   progress: number, status: number, attempt: number, picture: string, done?: Attachment, kept?: boolean, slot: string}} Upload
 *   `slot` is the kind of document whose slot it was put into; empty where nobody has said what it is
 */

const LONG_SIDE = 2560;
const LIGHT_ENOUGH = 1_500_000;
export const FILES_A_MESSAGE = 20;

/** The EXIF segment of a JPEG, with its orientation made upright; null when there is none. @param {Blob} file */
async function exif(file) {
  const view = new DataView(await file.slice(0, 131072).arrayBuffer());
  if (view.byteLength < 4 || view.getUint16(0) !== 0xffd8) return null;
  for (let at = 2; at + 10 < view.byteLength && view.getUint8(at) === 0xff; at += 2 + view.getUint16(at + 2)) {
    if (view.getUint16(at) !== 0xffe1 || view.getUint32(at + 4) !== 0x45786966) continue;
    const end = at + 2 + view.getUint16(at + 2);
    if (end > view.byteLength) return null;
    const tiff = at + 10;
    const little = view.getUint16(tiff) === 0x4949;
    const directory = tiff + view.getUint32(tiff + 4, little);
    const count = view.getUint16(directory, little);
    for (let entry = directory + 2; entry < directory + 2 + count * 12; entry += 12) {
      // The pixels are turned when they are drawn: a viewer must not turn them again.
      if (view.getUint16(entry, little) === 0x0112) view.setUint16(entry + 8, 1, little);
    }
    return new Uint8Array(view.buffer.slice(at, end));
  }
  return null;
}

/** The photo small enough for a phone's network, with the date and place it was taken; the file itself if it is light or cannot be drawn. @param {File} file */
async function lighten(file) {
  if (!/^image\/(jpeg|png|webp)$/.test(file.type) || file.size <= LIGHT_ENOUGH) return file;
  try {
    const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, LONG_SIDE / Math.max(bitmap.width, bitmap.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(bitmap.width * scale);
    canvas.height = Math.round(bitmap.height * scale);
    canvas.getContext("2d")?.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    bitmap.close();
    /** @type {Blob | null} */
    const drawn = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.86));
    if (!drawn || drawn.size >= file.size) return file;
    const segment = await exif(file).catch(() => null);
    return segment ? new Blob([drawn.slice(0, 2), segment, drawn.slice(2)], { type: "image/jpeg" }) : drawn;
  } catch {
    return file;
  }
}

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
    // What had arrived before the page was closed is still there; what had not is named, to be chosen again.
    const saved = memory.get();
    /** @type {Upload[]} */
    this.uploads = [
      ...saved.tray.map((done) => this.entry(done.name, { stage: "done", done, slot: done.slot ?? "" })),
      ...saved.lost.map((name) => this.entry(name, { stage: "failed" })),
    ];
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
      const picture = file.type.startsWith("image/") ? URL.createObjectURL(file) : "";
      this.uploads.push(this.entry(file.name || "photo.jpg", { file, picture, slot }));
    }
    this.next();
    return true;
  }

  /** @param {Upload} upload */
  remove(upload) {
    this.uploads = this.uploads.filter((each) => each !== upload);
    this.changed(upload);
  }

  /** What was sent leaves; what was refused stays until it has been read. */
  clear() {
    this.uploads = this.uploads.filter((upload) => upload.stage === "rejected");
    this.save();
  }

  /** @param {Upload} upload @param {boolean} [original] send the photo as the phone made it */
  retry(upload, original = false) {
    if (original) Object.assign(upload, { id: uuid(), original, sent: null, done: undefined });
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
      saved.lost = this.uploads.filter((upload) => !upload.done && upload.stage !== "rejected").map((upload) => upload.name);
    });
  }

  /** Two at a time: a phone's uplink carries no more. */
  next() {
    for (const upload of this.uploads) {
      if (this.sending < 2 && upload.stage === "waiting" && upload.file) this.send(upload, upload.file);
    }
    this.save();
  }

  /** @param {Upload} upload @param {File} file */
  async send(upload, file) {
    this.sending++;
    upload.stage = "sending";
    this.changed(upload);
    upload.sent ??= upload.original ? file : await lighten(file);
    upload.lighter = upload.sent !== file;
    try {
      const { document, media_type, bytes, remark, inspecting } = await this.put(upload, upload.sent);
      upload.done = { document, name: upload.name, media_type, bytes, remark, ...(upload.slot && { slot: upload.slot }) };
      upload.stage = "done";
      // Without an answer the file is there all the same.
      if (inspecting) this.look(upload).catch(() => {});
    } catch (error) {
      const refusal = error instanceof Refusal ? error : new Refusal(0);
      upload.status = refusal.status;
      upload.stage = refusal.passing || refusal.gone ? "failed" : "rejected";
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
