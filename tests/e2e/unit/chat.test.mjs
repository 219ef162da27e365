// The chat's parts that need no browser. Run with `node --test`.
import assert from "node:assert/strict";
import { test } from "node:test";

import { backoff, eventParser, uuid } from "../../../src/web/chat/static/api.js";

const STREAM = [
  ": the server greets\n\n",
  "id: 1\nevent: message\ndata: {\"text\":\"é💧\"}\n\n",
  "id: 2\r\ndata: first\r\ndata: second\r\n\r\n",
  "event: typing\rdata:{}\r\r",
  "event: nothing to say\n\n",
  "data\nretry: 10\n\n",
].join("");
const EVENTS = [
  { type: "message", id: "1", data: '{"text":"é💧"}' },
  { type: "message", id: "2", data: "first\nsecond" },
  { type: "typing", id: "2", data: "{}" },
  { type: "message", id: "2", data: "" },
];

test("events are the same wherever the stream is cut", () => {
  for (let cut = 1; cut <= STREAM.length; cut++) {
    const events = [];
    const parse = eventParser((event) => events.push(event));
    for (let at = 0; at < STREAM.length; at += cut) parse(STREAM.slice(at, at + cut));
    assert.deepEqual(events, EVENTS, `pieces of ${cut}`);
  }
});

test("an event that was not finished is not told", () => {
  const events = [];
  eventParser((event) => events.push(event))("id: 3\ndata: half");
  assert.deepEqual(events, []);
});

test("names of messages are version 4 UUIDs, all different", () => {
  const names = Array.from({ length: 100 }, uuid);
  for (const name of names) assert.match(name, /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
  assert.equal(new Set(names).size, 100);
});

test("the wait doubles, has a ceiling, and never falls short of what the server asked", () => {
  for (const attempt of [0, 3, 10, 50]) {
    const full = Math.min(30000, 500 * 2 ** attempt);
    const wait = backoff(attempt);
    assert.ok(wait >= full / 2 && wait <= full, `${attempt}: ${wait}`);
  }
  assert.ok(backoff(0, 7) >= 7000);
});
