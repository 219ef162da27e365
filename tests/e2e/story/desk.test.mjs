// A handler at a dossier: a note that names a colleague, a template, a date that is corrected with what follows from it, another
// kind of claim, all files at once. At the widths that handlers have, by keyboard too.
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

const SECRET = "Le syndic confirme, @hugo, n’en rien dire";

/** Declares a water damage in the chat, up to its photos; what the person sees stays open. */
async function declare() {
  const phone = await open(browser, PHONE);
  const chat = new Chat(await phone.context.newPage());
  await chat.page.goto(`${server.url}/chat?site=demo`);
  await chat.goOnUntil(/Envoyez vos photos/);
  return { phone, chat };
}

test("a handler writes, corrects and takes the files of a dossier", { timeout: 240_000 }, async () => {
  const { phone, chat } = await declare();
  const desk = await open(browser, DESKTOP);
  const page = await desk.context.newPage();
  await logIn(page, server, "claire");
  const address = await page.locator("a[href*='/console/dossiers/']").first().getAttribute("href");
  await page.goto(server.url + address.split("#")[0]);
  await page.locator("#dossier").waitFor();

  await page.keyboard.press("n");
  await page.locator("#note:focus").waitFor();
  await page.keyboard.type("Le syndic confirme, @hug");
  await page.getByRole("listbox", { name: "Collègues" }).getByRole("option", { name: /hugo/ }).waitFor();
  await page.keyboard.press("Enter");
  assert.match(await page.locator("#note").inputValue(), /@hugo $/);
  await page.locator("#note").fill(SECRET);
  await page.keyboard.press("Control+Enter");
  await page.locator(".bubble.from-note", { hasText: "Le syndic confirme" }).waitFor();
  assert.equal(await page.locator(".bubble.from-note .mention").innerText(), "@hugo");
  assert.ok(!(await chat.page.content()).includes("syndic confirme"), "the person does not see it");

  await page.keyboard.press("Escape");
  await page.locator("#reply").blur().catch(() => {});
  await page.locator("#talk-title").evaluate(() => document.activeElement?.blur());
  await page.keyboard.press("r");
  await page.locator("#reply:focus").waitFor();
  await page.keyboard.type("/accu");
  await page.getByRole("listbox", { name: "Modèles" }).getByRole("option", { name: /accuse-reception/ }).waitFor();
  await page.keyboard.press("Enter");
  assert.match(await page.locator("#reply").inputValue(), /je m’appelle Claire Martin|Je m’appelle Claire Martin/);
  await page.keyboard.press("Control+Enter");
  await chat.log.locator(".message.handler", { hasText: "Claire Martin" }).first().waitFor();

  // A date in two clicks: the pen beside it, and "Enregistrer" below what follows.
  await page.locator("#head a[data-correct=loss_date]").click();
  const editor = page.locator("#editor");
  await editor.locator("input[type=date]").fill("2026-11-02");
  await editor.getByLabel(/^Motif/).fill("Dit au téléphone");
  await editor.locator("[data-effects]").getByText(/prévenu|reçoit|change/).first().waitFor();
  await accessible(page, "a correction with what follows");
  await editor.getByRole("button", { name: /Enregistrer/ }).click();
  await editor.waitFor({ state: "hidden" });
  await page.locator("#fact-loss_date", { hasText: "02/11/2026" }).waitFor();
  assert.match(await page.locator("#fact-loss_date").innerText(), /Claire Martin/);
  assert.match(await page.locator("#fact-loss_date").innerText(), /corrigé/);

  await page.locator("#tabs").getByRole("link", { name: "À faire" }).click();
  await page.locator("#reclassify summary").click();
  await page.locator("#reclassify select").selectOption({ label: "Tempête, grêle, neige" });
  await page.locator("#reclassify").getByLabel(/^Motif/).fill("C’est le toit");
  await page.locator("#reclassify [data-effects]").getByText("Sinistre", { exact: true }).waitFor();
  await page.locator("#reclassify").getByRole("button", { name: "Requalifier" }).click();
  await page.locator("#head", { hasText: "Tempête" }).waitFor();

  const pdf = await page.request.get(`${server.url}${address.split("#")[0]}/dossier.pdf`);
  assert.equal((await pdf.body()).subarray(0, 5).toString(), "%PDF-");

  for (const [width, height] of [[1440, 900], [1024, 768], [390, 844]]) {
    for (const colorScheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height });
      for (const tab of ["todo", "files", "cover", "expertise", "facts", "journal"]) {
        await page.locator(`#tabs a[data-tab=${tab}]`).click();
        const beside = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        assert.ok(beside <= 0, `${tab} at ${width} px: ${beside} px beside`);
        if (process.env.LOOK_AT) await page.screenshot({ path: `${process.env.LOOK_AT}/${tab}-${width}-${colorScheme}.png` });
      }
      await accessible(page, `a dossier at ${width} px, ${colorScheme}`);
    }
  }
  await desk.context.close();
  await phone.context.close();
  desk.assertQuiet();
  phone.assertQuiet();
});
