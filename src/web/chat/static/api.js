/** What goes to the server and what comes from it: requests, and the stream of events with its reconnection. */

/**
 * @typedef {{payload: string, label: string}} QuickReply
 * @typedef {{document: string, name: string, media_type: string, bytes: number, remark?: string, slot?: string}} Attachment
 * @typedef {{fact: string, label: string, value: string, section?: string, unconfirmed?: boolean}} SummaryLine
 * @typedef {{question: number, kind: string, help?: string, limits?: number[], from?: string, to?: string, insured?: boolean}} Awaited
 * @typedef {{
 *   text?: string, choice?: string, attachments?: Attachment[], quick_replies?: QuickReply[], input?: string, awaited?: Awaited,
 *   left?: number, summary?: SummaryLine[], recap?: SummaryLine[], urgent?: boolean, answers?: string, language?: string, link?: string
 * }} Body
 * @typedef {{seq: number, at: string, from: "me" | "guichet" | "handler", name?: string, client_id?: string, body: Body}} Message
 * @typedef {{type: string, id: string, data: string}} ServerEvent
 */

/** The slots of attachments as a message names them, by document. @param {Attachment[]} attachments */
export const slotsOf = (attachments) => Object.fromEntries(attachments.flatMap(({ document, slot }) => (slot ? [[document, slot]] : [])));

/** A random name of `bytes` bytes in hexadecimal. `crypto.randomUUID` is missing on plain http. */
export const random = (bytes = 16) =>
  [...crypto.getRandomValues(new Uint8Array(bytes))].map((b) => b.toString(16).padStart(2, "0")).join("");

/** A version 4 UUID: the name under which a message or a file is sent, so that it arrives once. */
export const uuid = () =>
  random().replace(/(.{8})(.{4}).(.{3}).(.{3})(.{12})/, "$1-$2-4$3-a$4-$5");

/** The server's "no", or the line's silence (status 0). */
export class Refusal extends Error {
  /** @param {number} status @param {number} [retryAfter] in seconds */
  constructor(status, retryAfter = 0) {
    super(`refused: ${status}`);
    this.status = status;
    this.retryAfter = retryAfter;
  }

  /** Whether the same request may pass later. */
  get passing() {
    return [0, 408, 425, 429].includes(this.status) || this.status >= 500;
  }

  /** Whether the conversation's secret is not (or no longer) good. */
  get gone() {
    return this.status === 401;
  }
}

/** @param {Response} response */
const refusal = (response) => new Refusal(response.status, Number(response.headers.get("Retry-After")) || 0);

/** The wait before try number `attempt`, in ms: doubling, with jitter so that a crowd does not return at once. @param {number} attempt @param {number} [retryAfter] */
export const backoff = (attempt, retryAfter = 0) =>
  Math.max(retryAfter * 1000, Math.min(30000, 500 * 2 ** attempt) * (0.5 + Math.random() / 2));

export class Api {
  /** @param {string} base */
  constructor(base) {
    this.base = base;
    this.token = "";
  }

  /** @param {string} path @param {unknown} body @returns {Promise<any>} */
  async post(path, body) {
    const response = await this.fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout?.(20000),
    });
    return response.status === 204 ? null : response.json();
  }

  /** @param {string} path @param {RequestInit} [init] */
  async fetch(path, init = {}) {
    /** @type {Record<string, string>} */
    const bearer = this.token ? { Authorization: `Bearer ${this.token}` } : {};
    const response = await fetch(this.base + path, { ...init, headers: { ...init.headers, ...bearer }, cache: "no-store" })
      .catch(() => { throw new Refusal(0); });
    if (!response.ok) throw refusal(response);
    return response;
  }
}

/**
 * A parser of server-sent events, fed with pieces cut anywhere.
 * @param {(event: ServerEvent) => void} emit
 * @returns {(piece: string) => void}
 */
export function eventParser(emit) {
  let rest = "", type = "", id = "";
  /** @type {string[]} */
  let data = [];
  return (piece) => {
    rest += piece;
    // A CR at the very end may be the first half of a CRLF: it waits for the next piece.
    const lines = rest.split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? "";
    for (const line of lines) {
      if (line === "") {
        if (data.length) emit({ type: type || "message", id, data: data.join("\n") });
        data = [];
        type = "";
        continue;
      }
      const [, field, value] = /^([^:]*):? ?(.*)$/s.exec(line) ?? [];
      if (field === "data") data.push(value ?? "");
      else if (field === "event") type = value ?? "";
      else if (field === "id") id = value ?? "";
    }
  };
}

/** The line down: opens, listens, opens again. The caller says where to resume. */
export class Line {
  /**
   * @param {Api} api
   * @param {{last: () => number, event: (event: ServerEvent) => void, up: (up: boolean, retryAfter: number) => void, gone: () => void}} host
   */
  constructor(api, host) {
    this.api = api;
    this.host = host;
    this.stopped = false;
    this.heard = 0;
    this.wait = () => {};
    this.abort = new AbortController();
    // The server sends a comment every 15 s: silence for longer is a dead line that nobody announced.
    this.watch = setInterval(() => this.heard && performance.now() - this.heard > 40000 && this.abort.abort(), 5000);
    this.run();
  }

  stop() {
    this.stopped = true;
    clearInterval(this.watch);
    this.abort.abort();
    this.wait();
  }

  /** The network or the screen came back: do not wait any longer, do not trust a line that was silent. */
  wake() {
    if (this.heard && performance.now() - this.heard > 16000) this.abort.abort();
    this.wait();
  }

  async run() {
    for (let attempt = 0; !this.stopped; attempt++) {
      let retryAfter = 0;
      try {
        this.abort = new AbortController();
        const response = await this.api.fetch("/events", {
          headers: { Accept: "text/event-stream", "Last-Event-ID": String(this.host.last()) },
          signal: this.abort.signal,
        });
        const reader = /** @type {ReadableStream<Uint8Array>} */ (response.body).getReader();
        const decoder = new TextDecoder();
        const parse = eventParser(this.host.event);
        this.host.up(true, 0);
        for (;;) {
          this.heard = performance.now();
          const { done, value } = await reader.read();
          if (done) break;
          attempt = 0;
          parse(decoder.decode(value, { stream: true }));
        }
      } catch (error) {
        if (error instanceof Refusal) {
          if (error.gone) return this.stopped || this.host.gone();
          retryAfter = error.retryAfter;
        }
      }
      this.heard = 0;
      if (this.stopped) return;
      this.host.up(false, retryAfter);
      await new Promise((resolve) => {
        this.wait = () => resolve(null);
        setTimeout(resolve, backoff(attempt, retryAfter));
      });
    }
  }
}
