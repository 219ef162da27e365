// Finding: by a phone in a closed case with one click, a name with a mistake, a beginning, words of a message; and nobody finds
// what is another insurer's.
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

/** Julie Moreau tells of her leak, says her number beside, and her case is closed. */
async function closedCase() {
  const { context, assertQuiet } = await open(browser, PHONE);
  const chat = new Chat(await context.newPage());
  await chat.page.goto(`${server.url}/chat?site=demo`);
  await chat.goOnUntil(/D’où vient l’eau/);
  await chat.say("je ne sais pas, appelez mon frère au 06 39 98 12 34, il parle de la chaudière du grenier");
  await chat.question();
  assertQuiet();
  await context.close();
}

/** What the list shows under the field, when it is there. */
const options = (page) => page.locator("#find-panel").getByRole("option");

test("a handler finds a person by what is known", { timeout: 240_000 }, async (t) => {
  await closedCase();
  const { context, assertQuiet } = await open(browser, DESKTOP);
  const page = await context.newPage();
  await logIn(page, server, "claire");
  const dossier = await page.locator('a[href^="/console/dossiers/"]').first().getAttribute("href");
  await page.goto(server.url + dossier);
  const csrf = await page.locator("input[name=csrf]").first().inputValue();
  // What follows is seen before it is done.
  const closing = { csrf, reason: "réglé" };
  const foreseen = await page.request.post(`${server.url}${dossier}/close`, { form: { ...closing, foresee: "1" } });
  const seen = (await foreseen.text()).match(/name="seen" value="([^"]+)"/)?.[1];
  const closed = await page.request.post(`${server.url}${dossier}/close`, { form: { ...closing, seen } });
  assert.ok(closed.ok(), `closing: ${closed.status()}`);
  // Words follow some seconds behind.
  await assert.doesNotReject(async () => {
    for (let turn = 0; turn < 100; turn++) {
      const found = await page.request.get(`${server.url}/console/search?part=list&q=${encodeURIComponent("grenier")}`);
      if ((await found.text()).includes(dossier)) return;
      await page.waitForTimeout(200);
    }
    throw new Error("the words of the message are not found");
  });

  await t.test("by a phone, in a closed case, with one click", async () => {
    await page.goto(`${server.url}/console/appointments`);
    await page.keyboard.press("/");
    await page.keyboard.type("06.39.98 12");
    await options(page).first().waitFor();
    assert.match(await options(page).first().innerText(), /Clos/);
    await accessible(page, "the list under the field");
    await options(page).first().click();
    await page.waitForURL(server.url + dossier);
  });

  await t.test("by the beginning of a name, with the arrows and Enter; Escape leaves", async () => {
    await page.goto(`${server.url}/console`);
    await page.keyboard.press("/");
    await page.keyboard.type("mor jul");
    await options(page).first().waitFor();
    await page.keyboard.press("Escape");
    assert.equal(await page.locator("#find-panel").isVisible(), false);
    await page.keyboard.type("i");
    await options(page).first().waitFor();
    await page.keyboard.press("ArrowDown");
    assert.equal(await options(page).first().getAttribute("aria-selected"), "true");
    await page.keyboard.press("Enter");
    await page.waitForURL(server.url + dossier);
  });

  await t.test("a mistake in a name is forgiven, and said", async () => {
    await page.goto(`${server.url}/console/search?q=julie+morreau`);
    await page.getByRole("heading", { name: "Orthographe proche" }).waitFor();
    assert.equal(await page.locator(".found-line").count(), 1);
    await accessible(page, "what was spelt nearly so");
  });

  await t.test("words of a message are quoted and marked; at each width, light and dark", async () => {
    for (const scheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme: scheme });
      for (const [width, height] of [[1440, 900], [1024, 768], [390, 844]]) {
        await page.setViewportSize({ width, height });
        for (const q of ["chaudière", "personne ici", "jul"]) {
          await page.goto(`${server.url}/console/search?q=${encodeURIComponent(q)}`);
          const beside = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
          assert.ok(beside <= 0, `${q} at ${width} px: ${beside} px beside`);
          await accessible(page, `${q}, ${scheme}, ${width} px`);
          if (process.env.LOOK) await page.screenshot({ path: `${process.env.LOOK}/${q}-${width}-${scheme}.png` });
        }
        await page.goto(`${server.url}/console/access`.replace("/access", ""));
        await page.keyboard.press("/");
        await page.keyboard.type("mor");
        await options(page).first().waitFor();
        if (process.env.LOOK) await page.screenshot({ path: `${process.env.LOOK}/field-${width}-${scheme}.png` });
      }
    }
    await page.setViewportSize(DESKTOP.viewport);
    await page.goto(`${server.url}/console/search?q=chaudi%C3%A8re`);
    assert.equal(await page.locator(".found-why mark").innerText(), "chaudière");
  });

  await t.test("nobody there is said with what was searched", async () => {
    await page.goto(`${server.url}/console/search?q=zzyzx`);
    await page.getByText("Aucun dossier pour « zzyzx »").waitFor();
    await page.getByText(/dossiers ouverts et clos/).waitFor();
  });

  assertQuiet();
  await context.close();
});

test("without script, Enter searches", { timeout: 60_000 }, async () => {
  const { context } = await open(browser, { ...DESKTOP, javaScriptEnabled: false });
  const page = await context.newPage();
  await logIn(page, server, "claire");
  await page.getByRole("combobox", { name: "Chercher un dossier" }).fill("moreau");
  await page.keyboard.press("Enter");
  await page.locator(".found-line").first().waitFor();
  await context.close();
});
