// The answer sheet: the question stays in sight whatever the screen, and each kind of answer has its control.
import assert from "node:assert/strict";
import { test } from "node:test";

import { Chat } from "./chat.mjs";
import { PHONE, accessible, onStage, open } from "./harness.mjs";

let server;
let browser;
onStage((stage) => { ({ server, browser } = stage); });

/** A phone on which the chat was opened. */
async function phone(options = {}, query = "site=demo") {
  const device = await open(browser, { ...PHONE, ...options });
  const page = await device.context.newPage();
  await page.goto(`${server.url}/chat?${query}`);
  return { ...device, page, chat: new Chat(page) };
}

/** The screens: each with what makes it small. */
const SCREENS = [
  ["a phone", { width: 390, height: 844 }],
  ["a small phone", { width: 320, height: 568 }],
  ["the keyboard is open", { width: 390, height: 430 }],
  ["landscape", { width: 844, height: 390 }],
  ["text of 200 %", { width: 390, height: 844 }, "200%"],
];

test("the question is in sight on every screen, above six answers at most", { timeout: 120_000 }, async () => {
  const { page, chat, context, assertQuiet } = await phone();
  await chat.question();
  await chat.say("bonjour");
  await chat.question();
  await chat.press("Non, aucun danger");
  assert.match(await chat.question(), /Que s.est-il passé/);
  for (const [name, size, text = ""] of SCREENS) {
    await page.setViewportSize(size);
    await page.evaluate((text) => { document.documentElement.style.fontSize = text; }, text);
    const title = await page.locator(".sheet h2").boundingBox();
    assert.ok(title.y >= 0 && title.y + title.height <= size.height, `${name}: the question is in sight`);
    const field = await page.locator(".write .field").boundingBox();
    assert.ok(field.y + field.height <= size.height + 1, `${name}: so is the free text`);
    assert.ok(await page.locator(".rows > li").count() <= 6, `${name}: six rows`);
    const overlap = await page.locator(".answers").boundingBox();
    assert.ok(overlap.y >= title.y + title.height - 1, `${name}: no answer hides the question`);
    await accessible(page, name);
  }
  await page.evaluate(() => { document.documentElement.style.fontSize = ""; });
  await page.setViewportSize(SCREENS[0][1]);

  // What is not among the six waits behind "Autre…".
  await page.getByText("Autre…").click();
  const search = page.getByRole("searchbox", { name: "Chercher une réponse" });
  await search.fill("ASSISTANCE");
  await page.getByText("Autres réponses : 1").waitFor();
  await accessible(page, "the other answers");
  await search.fill("un piano");
  await page.getByRole("button", { name: "Garder « un piano » comme réponse" }).waitFor();
  await search.press("Escape");
  assert.ok(await page.getByRole("button", { name: "Dégât des eaux, fuite" }).isVisible(), "Escape brings the six back");
  assert.equal(await page.evaluate(() => document.activeElement?.tagName), "SUMMARY", "and the focus");
  await chat.press("Dégât des eaux, fuite");
  await chat.question();
  assertQuiet();
  await context.close();
});

test("a date is two touches, an amount one, a place is completed, and what is left falls", { timeout: 120_000 }, async () => {
  const { page, chat, context, assertQuiet } = await phone();
  await chat.begin();
  const left = async () => Number(/encore (\d+)/.exec(await page.locator("header").innerText())?.[1] ?? 0);

  await chat.goOnUntil(/Quand est-ce arrivé/);
  const before = await left();
  assert.ok(before > 1, "the header says what is left");
  await page.getByRole("button", { name: "Valider" }).click();
  await page.getByText("Choisissez un jour, ou écrivez-le.").waitFor();
  await page.getByRole("radio", { name: /^Hier/ }).check();
  await page.getByRole("radio", { name: "Soir" }).check();
  await accessible(page, "a date");
  await page.getByRole("button", { name: "Valider : hier, le soir" }).click();
  assert.doesNotMatch(await chat.question(), /Quand est-ce|quelle heure/, "the day and its part were understood");

  await chat.goOnUntil(/quelle adresse|Où est-ce/);
  const place = page.getByRole("combobox");
  await place.fill("12 rue des Lilas, Villeurb");
  await page.getByRole("option", { name: /Villeurbanne/ }).waitFor();
  await place.press("ArrowDown");
  await accessible(page, "a place");
  await place.press("Enter");
  assert.equal(await place.inputValue(), "12 rue des Lilas, 69100 Villeurbanne");
  await place.press("Enter");
  await chat.heard("69100 Villeurbanne");
  assert.doesNotMatch(await chat.question(), /code postal/, "the town was understood");
  assert.ok(await left() < before, "less is left");

  await chat.goOnUntil(/montant/);
  assert.equal(await page.locator(".answers .rows .row").count(), 4, "four bands");
  await accessible(page, "an amount");
  await page.getByRole("button", { name: "Plus de 5" }).click();
  assert.equal(await page.evaluate(() => document.activeElement?.id), "amount", "without an upper end it asks for an idea");
  await page.locator(".answers .rows .row").nth(1).click();
  assert.doesNotMatch(await chat.question(), /montant/);
  assertQuiet();
  await context.close();
});

test("what was understood is shown as lines, of which one is mended", { timeout: 60_000 }, async () => {
  const { page, chat, context, assertQuiet } = await phone();
  await chat.question();
  await chat.say("fuite sous l'évier hier soir, je suis propriétaire, environ 1900 euros de dégâts");
  await chat.question();
  const lines = page.locator(".got .row");
  assert.ok(await lines.count() >= 2);
  await accessible(page, "what was understood");
  await lines.filter({ hasText: /1.900/ }).click();
  await page.locator(".sheet h2").filter({ hasText: /montant/ }).waitFor();
  assertQuiet();
  await context.close();
});

test("an English phone opens in English, an Arabic one from right to left", { timeout: 60_000 }, async () => {
  for (const [locale, lang, dir, title] of [["en-GB", "en", "ltr", "Tell us what happened"], ["ar-MA", "ar", "rtl", "اكتب ما حدث"], ["de-DE", "fr", "ltr", "Racontez ce qui s’est passé"]]) {
    const { page, context, assertQuiet } = await phone({ locale });
    await page.getByRole("heading", { name: title }).waitFor();
    await page.waitForFunction(() => Object.keys(localStorage).some((key) => key.startsWith("guichet:")));
    assert.equal(await page.evaluate(() => document.documentElement.lang), lang);
    assert.equal(await page.evaluate(() => getComputedStyle(document.body).direction), dir);
    await accessible(page, locale);
    assertQuiet();
    await context.close();
  }
  // Who writes Arabic is answered in it, and the page follows.
  const { page, chat, context, assertQuiet } = await phone();
  await chat.question();
  await page.locator(".start textarea").fill("السلام عليكم، عندي تسرب ماء في البيت");
  await page.getByRole("button", { name: "Continuer" }).click();
  await page.waitForFunction(() => document.documentElement.dir === "rtl");
  await page.locator(".message.guichet p[lang=ar]").first().waitFor();
  await accessible(page, "an Arabic conversation");
  assertQuiet();
  await context.close();
});

test("in the dark everything can be read, the danger card too", { timeout: 120_000 }, async () => {
  const { page, chat, context, assertQuiet } = await phone({ colorScheme: "dark" });
  await chat.question();
  await accessible(page, "the first screen in the dark");
  await chat.begin();
  await chat.question();
  await accessible(page, "a question in the dark");
  await chat.press("Non, aucun danger");
  await chat.goOnUntil(/Quand est-ce arrivé/);
  await accessible(page, "a date in the dark");
  await chat.say("ça sent le gaz dans la cuisine");
  await page.locator(".call").waitFor();
  await accessible(page, "danger in the dark");
  assertQuiet();
  await context.close();
});

test("in Arabic, on its side, it is seen who answers and when", { timeout: 60_000 }, async () => {
  const { page, context, assertQuiet } = await phone({ locale: "ar-MA", viewport: { width: 844, height: 390 } });
  await page.locator(".start textarea").fill("السلام عليكم، عندي تسرب ماء في البيت");
  await accessible(page, "the first screen in Arabic on its side");
  await page.locator(".start .main").click();
  await page.locator(".message.guichet p[lang=ar]").first().waitFor();
  await page.locator(".ask p").filter({ visible: true }).waitFor();
  await accessible(page, "an Arabic conversation on its side");
  assertQuiet();
  await context.close();
});

test("a collision in two tabs is one conversation: each shows what the other said, once", { timeout: 120_000 }, async () => {
  const { page, chat, context, assertQuiet } = await phone();
  await chat.begin("Voiture, deux-roues");
  await chat.question();
  const other = await context.newPage();
  await other.goto(`${server.url}/chat?site=demo`);
  const second = new Chat(other);
  await second.question();
  await second.press("Non, aucun danger");
  const asked = await second.question();
  await chat.heard("Non, aucun danger");
  assert.equal(await chat.question(), asked, "the first tab asks the same");
  await chat.answer(chat.answerTo(asked));
  assert.equal(await second.question(), await chat.question());
  assert.deepEqual(await second.transcript(), await chat.transcript());
  assert.equal((await chat.transcript()).filter((text) => text === "> Non, aucun danger").length, 1);
  await accessible(page, "a collision in the first tab");
  await accessible(other, "and in the second");
  assertQuiet();
  await context.close();
});

test("a refused file goes with the next message", { timeout: 60_000 }, async () => {
  const { page, chat, context } = await phone();
  await chat.begin();
  await chat.question();
  await page.locator("input[type=file][multiple]").setInputFiles({ name: "virus.exe", mimeType: "application/octet-stream", buffer: Buffer.from("MZ nothing") });
  await page.locator(".tray .bad").waitFor();
  await chat.say("non");
  await page.locator(".tray .bad").waitFor({ state: "detached" });
  await context.close();
});

test("the cold page is light, shows words at once on a slow network, and does not jump", { timeout: 90_000 }, async () => {
  const device = await open(browser, PHONE);
  const page = await device.context.newPage();
  const network = await device.context.newCDPSession(page);
  await network.send("Network.enable");
  await network.send("Network.emulateNetworkConditions", { offline: false, latency: 400, downloadThroughput: 50_000, uploadThroughput: 50_000 });
  const sizes = new Map();
  const names = new Map();
  network.on("Network.responseReceived", ({ requestId, response }) => names.set(requestId, new URL(response.url).pathname));
  network.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => sizes.set(names.get(requestId), encodedDataLength));
  await page.addInitScript(() => {
    window.jumps = 0;
    new PerformanceObserver((list) => list.getEntries().forEach(({ value, hadRecentInput }) => { if (!hadRecentInput) window.jumps += value; })).observe({ type: "layout-shift", buffered: true });
  });
  await page.goto(`${server.url}/chat?site=demo`, { waitUntil: "load" });
  await page.waitForFunction(() => Object.keys(localStorage).some((key) => key.startsWith("guichet:") && JSON.parse(localStorage[key]).token));
  const words = await page.evaluate(() => performance.getEntriesByName("first-contentful-paint")[0]?.startTime);
  const page_ = [...sizes].filter(([path]) => path && !path.startsWith("/chat/api"));
  const total = page_.reduce((sum, [, size]) => sum + size, 0);
  for (const [path, size] of page_) console.log(`${String(size).padStart(6)} ${path.replace(/[\da-f]{12}/, "…")}`);
  console.log(`${String(total).padStart(6)} in all; first words after ${Math.round(words)} ms; jumps ${await page.evaluate(() => window.jumps.toFixed(3))}`);
  assert.ok(total < 30_000, `${total} bytes`);
  const chat = new Chat(page);
  await chat.begin();
  await chat.question();
  await chat.press("Non, aucun danger");
  await chat.question();
  assert.ok(await page.evaluate(() => window.jumps) <= 0.05, `layout shift ${await page.evaluate(() => window.jumps)}`);
  await device.context.close();
});
