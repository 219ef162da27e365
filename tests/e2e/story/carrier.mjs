// A person who writes by text message, and the other end of the SMS account, which takes what Guichet sends.
import assert from "node:assert/strict";
import { createServer } from "node:http";

const SECRET = "secret of the story";

/** Without accents, with plain marks: a text message loses them where that saves a part. */
export const plain = (/** @type {string} */ text) => text.normalize("NFD").replace(/\p{M}/gu, "").replaceAll("’", "'").replaceAll("\u00a0", " ");

export class Carrier {
  /** @param {string} from the person's number */
  constructor(from) {
    this.from = from;
    this.sent = 0;
    /** What Guichet said. @type {string[]} */
    this.said = [];
    this.listener = createServer(async (request, response) => {
      let body = "";
      for await (const piece of request) body += piece;
      this.said.push(JSON.parse(body).text);
      response.setHeader("content-type", "application/json").end("{}");
      this.heard?.();
    });
  }

  /** Starts, and returns the configuration of the account. */
  async start() {
    this.listener.listen(0, "127.0.0.1");
    await new Promise((done) => this.listener.once("listening", done));
    return `
[[sms.webhooks]]
account = "story"
insurer = "demo"
secret = "${SECRET}"
[sms.webhooks.send]
url = "http://127.0.0.1:${this.listener.address().port}/"
body = { to = "{to}", text = "{text}" }
messages_per_second = 1000
`;
  }

  stop() {
    this.listener.close();
  }

  /** Guichet's words number `at`, when they have come. */
  async hear(at) {
    while (this.said.length <= at) await new Promise((done) => { this.heard = done; });
    return this.said[at];
  }

  /** The person writes to the program at `url`. */
  async say(url, text) {
    const answer = await fetch(`${url}/channels/sms/story`, {
      method: "POST",
      headers: { "Content-Type": "application/json", Authorization: `Bearer ${SECRET}` },
      body: JSON.stringify({ id: `${++this.sent}`, from: this.from, text }),
    });
    assert.equal(answer.status, 200, await answer.text());
  }
}
