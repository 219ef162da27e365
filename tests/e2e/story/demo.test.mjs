// `guichet demo` at first sight: a claims service at work, for each who logs in.
import assert from "node:assert/strict";
import { test } from "node:test";

import { DESKTOP, accessible, demo, launch, logIn, logInOf, open, screenshot } from "./harness.mjs";

/** The dossiers to which the page leads. */
function dossiers(page) {
  return page.locator('a[href*="/console/dossiers/"]').evaluateAll((links) => [...new Set(links.map((link) => link.pathname))]);
}

test("the invented cases", async (t) => {
  const server = await demo("", { cases: true });
  const browser = await launch();
  t.after(async () => {
    await browser.close();
    await server.stop();
  });

  await t.test("a handler finds a day's work, and a dossier with its conversation and photos", async () => {
    const { context, assertQuiet } = await open(browser, DESKTOP);
    const page = await context.newPage();
    await logIn(page, server, "claire");
    assert.ok((await dossiers(page)).length >= 15, "the first page of the list is full");
    await accessible(page, "the list of the demonstration");
    await screenshot(page, "console-inbox");
    // The one whose kitchen floor is under water.
    await page.goto(`${server.url}/console?q=Morvan`);
    const [found] = await dossiers(page);
    assert.ok(found, "Nadège Morvan is found");
    await page.goto(server.url + found);
    await page.getByText("tt le parquet de la cuisine est gondolé").first().waitFor();
    await screenshot(page, "console");
    assertQuiet();
    await context.close();
  });

  await t.test("the reader of the other insurer sees that insurer alone", async () => {
    const { context } = await open(browser, DESKTOP);
    const page = await context.newPage();
    await logIn(page, server, "audit");
    assert.ok((await dossiers(page)).length >= 5);
    await page.goto(`${server.url}/console?q=Morvan`);
    assert.deepEqual(await dossiers(page), []);
    await context.close();
  });

  await t.test("the expert finds his appointments", async () => {
    const { context } = await open(browser, DESKTOP);
    const page = await context.newPage();
    const { login, password } = logInOf(server, "plefevre");
    await page.goto(`${server.url}/console`);
    await page.getByLabel("Identifiant").fill(login);
    await page.getByLabel("Mot de passe").fill(password);
    await page.getByRole("button", { name: "Se connecter" }).click();
    await page.getByText("Rousselot").first().waitFor();
    await context.close();
  });
});
