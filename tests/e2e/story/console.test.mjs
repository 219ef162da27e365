// The console at the widths that handlers have: a page ends where its content ends, and what can wait is one line.
import assert from "node:assert/strict";
import { test } from "node:test";

import { Chat } from "./chat.mjs";
import { DESKTOP, PHONE, accessible, logIn, onStage, open } from "./harness.mjs";

let server;
let browser;
onStage((stage) => { ({ server, browser } = stage); });

/** Tells a claim in a browser of its own, until a question fits. */
async function declare(/** @type {RegExp} */ end) {
  const { context, assertQuiet } = await open(browser, PHONE);
  const chat = new Chat(await context.newPage());
  await chat.page.goto(`${server.url}/chat?site=demo`);
  await chat.goOnUntil(end);
  assertQuiet();
  await context.close();
}

test("a long conversation and three proposals to merge leave the page its length and its first screen", { timeout: 180_000 }, async () => {
  // The same policy four times: each may be the same person's as the others.
  await Promise.all([declare(/Envoyez vos photos/), declare(/Quand est-ce arrivé/), declare(/Quand est-ce arrivé/), declare(/Quand est-ce arrivé/)]);
  const { context, assertQuiet } = await open(browser, DESKTOP);
  const page = await context.newPage();
  await logIn(page, server, "claire");
  const dossiers = await page.locator("#rows a.open").evaluateAll((links) => links.map((link) => link.getAttribute("href")));
  assert.equal(dossiers.length, 4);
  /** The dossier with the longest conversation. */
  let longest = { messages: 0, address: "" };
  for (const address of dossiers) {
    await page.goto(server.url + address);
    const messages = await page.locator(".bubble").count();
    if (messages > longest.messages) longest = { messages, address };
  }
  assert.ok(longest.messages > 30, `${longest.messages} messages`);

  for (const [width, height] of [[1440, 900], [1024, 768], [390, 844]]) {
    await page.setViewportSize({ width, height });
    for (const address of ["/console", longest.address]) {
      await page.goto(server.url + address);
      const { below, beside } = await page.evaluate(() => {
        const { scrollHeight, scrollWidth, clientWidth } = document.documentElement;
        const end = document.getElementById("content").getBoundingClientRect().bottom + scrollY;
        return { below: scrollHeight - Math.max(end, innerHeight), beside: scrollWidth - clientWidth };
      });
      assert.ok(below <= 1 && beside <= 0, `${address} at ${width} px: ${below} px of nothing below, ${beside} px beside`);
    }
    await page.locator("#tabs a[data-tab=todo]").click();
    const duplicates = page.locator("#duplicates");
    assert.match(await duplicates.innerText(), /3 dossiers peut-être de la même personne/);
    if (width > 1000) {
      const top = (await page.locator("#strip").boundingBox()).y;
      assert.ok(top < height * 0.75, `the summary begins at ${top} px of ${height}`);
    }
  }
  await page.locator("#duplicates summary").click();
  assert.equal(await page.getByRole("button", { name: /^Réunir dans ce dossier/ }).count(), 3);
  await accessible(page, "proposals to merge");
  assertQuiet();
  await context.close();
});

test("a wrong address, site or link is a page for people, in their language", { timeout: 30_000 }, async () => {
  for (const [locale, words] of [["fr-FR", "Cette page n’existe pas"], ["en-GB", "This page does not exist"]]) {
    const { context } = await open(browser, { ...PHONE, locale });
    const page = await context.newPage();
    for (const wrong of ["/nowhere", "/chat?site=nobody", "/c/an-old-link"]) {
      const answer = await page.goto(server.url + wrong);
      assert.equal(answer.status(), 404);
      await page.getByRole("heading", { name: words }).waitFor();
    }
    await accessible(page, `a wrong address, ${locale}`);
    await context.close();
  }
});
