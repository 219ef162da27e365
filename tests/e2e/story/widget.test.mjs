// The widget on a site: with storage, with third-party storage blocked, by the keyboard, and on a site that is not allowed.
import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { chromium } from "playwright-core";

import { accessible, demo } from "./harness.mjs";

/** Sites on `localhost`, while the chat is on 127.0.0.1: each is a third party to the other. */
async function site(script) {
  const listener = createServer((_, answer) => {
    answer.setHeader("Content-Type", "text/html; charset=utf-8");
    answer.end(`<!doctype html><html lang="fr"><title>Un site</title><main><h1>Un site</h1><button>Ailleurs</button></main>${script()}</html>`);
  });
  await new Promise((done) => listener.listen(0, "localhost", done));
  return { url: `http://localhost:${listener.address().port}`, stop: () => listener.close() };
}

let server;
let home;
let stranger;
before(async () => {
  const script = () => `<script async src="${server.url}/widget.js" data-site="shop"></script>`;
  [home, stranger] = await Promise.all([site(script), site(script)]);
  server = await demo(`[[chat.sites]]\nkey = "shop"\ninsurer = "demo"\norigins = ["${home.url}"]\n`);
});
after(async () => {
  home?.stop();
  stranger?.stop();
  await server?.stop();
});

/** A browser that blocks what third parties would keep, or does not. */
async function browser(blocks) {
  const profile = await mkdtemp(join(tmpdir(), "guichet-widget-"));
  await mkdir(join(profile, "Default"));
  const preferences = blocks ? { profile: { cookie_controls_mode: 1, block_third_party_cookies: true } } : {};
  await writeFile(join(profile, "Default", "Preferences"), JSON.stringify(preferences));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
    viewport: { width: 1280, height: 800 }, locale: "fr-FR", timezoneId: "Europe/Paris",
  });
  context.setDefaultTimeout(20_000);
  return { context, close: async () => { await context.close(); await rm(profile, { recursive: true, force: true }); } };
}

async function declare(page) {
  await page.getByRole("button", { name: "Déclarer un sinistre" }).click();
  const chat = page.frameLocator("iframe");
  await chat.getByRole("button", { name: "Dégât des eaux, fuite" }).click();
  await chat.locator(".sheet h2").filter({ hasText: /danger/ }).waitFor();
  return chat;
}

for (const blocks of [false, true]) {
  test(`the widget ${blocks ? "where third parties may keep nothing" : "with its own storage"}`, { timeout: 90_000 }, async () => {
    const { context, close } = await browser(blocks);
    const page = await context.newPage();
    await page.goto(home.url);
    const chat = await declare(page);
    await chat.getByRole("button", { name: "Non, aucun danger" }).click();
    await chat.locator(".message.me").filter({ hasText: "Non, aucun danger" }).waitFor();
    await chat.locator(".sheet h2").filter({ hasText: /\?/ }).waitFor();
    assert.equal(await chat.locator(".unsent").count(), 0, "nothing is sent for ever");
    await accessible(page, "the widget");
    // The next page of the site has the same conversation, or the person was given the way back.
    const kept = await chat.locator(".keep").count() === 0;
    if (kept) {
      await page.reload();
      await page.getByRole("button", { name: "Déclarer un sinistre" }).click();
      await page.frameLocator("iframe").locator(".message.me").filter({ hasText: "Non, aucun danger" }).waitFor();
    } else {
      await chat.getByRole("button", { name: "Gardez ce lien pour reprendre" }).click();
      assert.match(await chat.getByRole("link", { name: "Ouvrir dans un onglet" }).getAttribute("href"), /#resume=/);
    }
    await close();
  });
}

test("Escape closes the widget, and the focus is where it was", { timeout: 60_000 }, async () => {
  const { context, close } = await browser(false);
  const page = await context.newPage();
  await page.goto(home.url);
  await declare(page);
  await page.frameLocator("iframe").locator("h2:focus").waitFor();
  await page.keyboard.press("Escape");
  await page.locator("iframe").waitFor({ state: "hidden" });
  assert.equal(await page.evaluate(() => document.activeElement?.textContent), "Déclarer un sinistre");
  await page.keyboard.press("Enter");
  await page.locator("iframe").waitFor({ state: "visible" });
  await close();
});

test("another site cannot frame it", { timeout: 60_000 }, async () => {
  const { context, close } = await browser(false);
  const page = await context.newPage();
  await page.goto(stranger.url);
  await page.getByRole("button", { name: "Déclarer un sinistre" }).click();
  await page.waitForTimeout(1500);
  assert.equal(await page.frameLocator("iframe").locator(".start").count(), 0);
  await close();
});
