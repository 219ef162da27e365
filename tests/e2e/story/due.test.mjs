// A handler's time: a task, a pause, a reply for tomorrow, a deadline of the house, and the list of deadlines.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { Chat } from "./chat.mjs";
import { DESKTOP, PHONE, accessible, demo, launch, logIn, open } from "./harness.mjs";

let server;
let browser;
before(async () => {
  [server, browser] = await Promise.all([demo(), launch()]);
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

test("a call back, a pause and a deadline are noted on the dossier and stand in the list of deadlines", { timeout: 180_000 }, async () => {
  const person = await open(browser, PHONE);
  const chat = new Chat(await person.context.newPage());
  await chat.page.goto(`${server.url}/chat?site=demo`);
  await chat.goOnUntil(/Envoyez vos photos/);
  await person.context.close();

  const { context, assertQuiet } = await open(browser, DESKTOP);
  const page = await context.newPage();
  await logIn(page, server, "claire");
  const address = await page.locator('a[href^="/console/dossiers/"]').first().getAttribute("href");
  await page.goto(server.url + address);
  const due = page.locator("#due");
  await due.getByText("Ajouter une tâche ou un rappel").click();
  await due.getByLabel("Quoi").selectOption("call_back");
  await due.getByLabel("À faire", { exact: true }).fill("Dire la date de l’expert");
  await due.getByRole("button", { name: "Ajouter", exact: true }).click();
  await due.getByText("Dire la date de l’expert").first().waitFor();
  await due.getByText("Mettre en pause").first().click();
  await due.getByRole("button", { name: "Jusqu’à demain 9 h" }).click();
  await due.locator(".chip-waiting").waitFor();
  await due.getByRole("button", { name: "Reprendre maintenant" }).click();
  await due.locator(".chip-waiting").waitFor({ state: "detached" });
  await accessible(page);

  await page.goto(`${server.url}/console/clocks`);
  await page.getByText(/Rappeler.: Dire la date de l’expert/).waitFor();
  for (const [width, height] of [[1440, 900], [1024, 768], [390, 844]]) {
    await page.setViewportSize({ width, height });
    const beside = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    assert.ok(beside <= 0, `${beside} px beside at ${width} px`);
    await accessible(page);
    if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/clocks-${width}.png` });
  }
  if (process.env.SHOTS) {
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.goto(server.url + address);
    await page.locator("#due").screenshot({ path: `${process.env.SHOTS}/due.png` });
  }
  assertQuiet();
  await context.close();
});
