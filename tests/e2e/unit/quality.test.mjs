// What is wrong with a photo, measured on the device. Run with `node --test`.
import assert from "node:assert/strict";
import { test } from "node:test";

import { greys, judge, sharpness } from "../../../src/web/chat/static/quality.js";

const [WIDTH, HEIGHT] = [640, 480];

/** A picture of stripes whose edges are `soft` pixels wide, between two greys. */
function stripes(soft, dark = 40, bright = 220) {
  const grey = new Uint8Array(WIDTH * HEIGHT);
  for (let at = 0; at < grey.length; at++) {
    const phase = (at % WIDTH) % 64;
    const edge = Math.min(1, Math.max(0, (32 - Math.abs(phase - 32) - 16) / soft + 0.5));
    grey[at] = dark + (bright - dark) * edge;
  }
  return grey;
}

test("a sharp photo is taken, one with soft edges is not", () => {
  assert.equal(judge(stripes(1), WIDTH, HEIGHT, 2000), "");
  assert.equal(judge(stripes(24), WIDTH, HEIGHT, 2000), "blurred");
});

test("a dark photo is told as dark, and a small one as small", () => {
  assert.equal(judge(stripes(24, 5, 60), WIDTH, HEIGHT, 2000), "dark");
  assert.equal(judge(stripes(1), WIDTH, HEIGHT, 479), "small");
});

test("a plain wall shows nothing that could be sharp", () => {
  assert.equal(sharpness(new Uint8Array(WIDTH * HEIGHT).fill(180), WIDTH, HEIGHT), null);
  assert.equal(judge(new Uint8Array(WIDTH * HEIGHT).fill(180), WIDTH, HEIGHT, 2000), "");
});

test("a colour is as grey as the server sees it", () => {
  assert.deepEqual([...greys([255, 255, 255, 255, 0, 0, 0, 255, 200, 100, 50, 255])], [255, 0, 117]);
});
