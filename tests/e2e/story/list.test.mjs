// Handlers work the list: views, a dossier beside it, a reply, a colleague who is writing, many at once, by keyboard too.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { Chat } from "./chat.mjs";
import { DESKTOP, PHONE, accessible, demo, launch, logIn, open } from "./harness.mjs";

let server;
let browser;
before(async () => {
  [server, browser] = await Promise.all([demo(), launch()]);
  for (let n = 0; n < 5; n++) {
    const { context } = await open(browser, PHONE);
    const chat = new Chat(await context.newPage());
    await chat.page.goto(`${server.url}/chat?site=demo`);
    await chat.goOnUntil(/Quand est-ce arrivé/);
    await context.close();
  }
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

test("the list fits each width, light and dark, and reads well", { timeout: 120_000 }, async () => {
  for (const size of [DESKTOP, { ...DESKTOP, viewport: { width: 1024, height: 768 } }, PHONE]) {
    for (const colorScheme of ["light", "dark"]) {
      const { context, assertQuiet } = await open(browser, { ...size, colorScheme });
      const page = await context.newPage();
      await logIn(page, server, "claire");
      const where = `the list at ${size.viewport.width} px, ${colorScheme}`;
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      assert.ok(wide <= 1, `${where} scrolls ${wide} px sideways`);
      if (size !== PHONE) {
        await page.locator("#rows a.open").first().click();
        await page.locator("#preview[data-id]").waitFor();
      }
      await accessible(page, where);
      assertQuiet();
      await context.close();
    }
  }
});

test("the next one is opened and answered by two clicks, and a colleague's writing is seen and asked about", { timeout: 120_000 }, async () => {
  const claire = await open(browser, DESKTOP);
  const hugo = await open(browser, DESKTOP);
  const [hers, his] = [await claire.context.newPage(), await hugo.context.newPage()];
  await logIn(hers, server, "claire");
  await logIn(his, server, "hugo");
  await hers.locator("#rows a.open").first().click();
  await hers.getByRole("textbox", { name: /^Réponse à/ }).fill("Bonjour, je regarde votre dossier.");
  await his.getByText("Claire répond…").first().waitFor();

  // He answers all the same: it is asked first, and what he typed stays.
  await his.locator("#rows a.open").filter({ hasText: "répond…" }).first().click();
  await his.getByRole("textbox", { name: /^Réponse à/ }).fill("Bonjour de ma part.");
  await his.getByRole("button", { name: "Envoyer", exact: true }).click();
  await his.getByText("est en train de répondre", { exact: false }).waitFor();
  assert.equal(await his.getByRole("textbox", { name: /^Réponse à/ }).inputValue(), "Bonjour de ma part.");
  await accessible(his, "what is asked before a reply");

  // So is she, for he is writing too.
  await hers.getByRole("button", { name: "Envoyer", exact: true }).click();
  await hers.getByText("est en train de répondre", { exact: false }).waitFor();
  await hers.getByRole("button", { name: "Envoyer quand même" }).click();
  await hers.getByText("Réponse enregistrée", { exact: false }).waitFor();
  await hers.getByRole("link", { name: /^À moi/ }).click();
  await hers.locator("#rows li").waitFor();
  assert.equal(await hers.locator("#rows li").count(), 1, "she holds what she answered");
  // His draft is there when he comes back.
  await his.reload();
  await his.locator("#rows a.open").filter({ hasText: "Claire" }).first().click();
  assert.equal(await his.getByRole("textbox", { name: /^Réponse à/ }).inputValue(), "Bonjour de ma part.");
  await claire.context.close();
  await hugo.context.close();
});

test("keys go through the list, assign and list themselves, and can be turned off", { timeout: 120_000 }, async () => {
  const { context, assertQuiet } = await open(browser, DESKTOP);
  const page = await context.newPage();
  await logIn(page, server, "claire");
  // Keys are there once the script is, which shows the button that lists them.
  await page.locator(".keys").waitFor();
  await page.keyboard.press("j");
  await page.locator("#preview[data-id]").waitFor();
  const first = await page.locator("#preview").getAttribute("data-id");
  await page.keyboard.press("j");
  await page.waitForFunction((id) => document.getElementById("preview")?.dataset.id !== id, first);
  await page.keyboard.press("a");
  await page.getByRole("button", { name: "À moi" }).or(page.getByRole("button", { name: /Hugo/ })).first().waitFor();
  await page.keyboard.press("Escape");
  await page.keyboard.press("?");
  await page.getByRole("heading", { name: "Clavier et avis" }).waitFor();
  await accessible(page, "the keys");
  await page.getByLabel("Touches seules").uncheck();
  await page.getByRole("button", { name: "Fermer" }).click();
  const now = await page.locator("#preview").getAttribute("data-id");
  await page.keyboard.press("k");
  assert.equal(await page.locator("#preview").getAttribute("data-id"), now);
  assertQuiet();
  await context.close();
});

test("a view is kept, and five dossiers are closed by seven clicks", { timeout: 120_000 }, async () => {
  const { context } = await open(browser, DESKTOP);
  const page = await context.newPage();
  await logIn(page, server, "claire");
  await page.getByText("Enregistrer cette vue").click();
  await page.getByLabel("Nom de la vue").fill("Tout");
  await page.getByRole("button", { name: "Enregistrer", exact: true }).click();
  await page.getByRole("link", { name: /^Tout \d/ }).waitFor();
  const boxes = page.locator("#rows input[type=checkbox]");
  assert.equal(await boxes.count(), 5);
  for (let n = 0; n < 5; n++) await boxes.nth(n).click();
  await accessible(page, "what is done to many");
  await page.getByText("Clore…").click();
  await page.getByRole("button", { name: "Clore", exact: true }).click();
  await page.getByText("5 dossiers clos").waitFor();
  await page.getByRole("link", { name: /^Clos/ }).click();
  await page.locator("#rows li").first().waitFor();
  assert.equal(await page.locator("#rows li").count(), 5);
  await context.close();
});
