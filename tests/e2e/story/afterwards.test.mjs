// After a claim was sent by text message: the link says how it stands, a code or the date of birth opens the rest, and the form
// completes the file without a word on the telephone.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { after, test } from "node:test";

import { Carrier, plain } from "./carrier.mjs";
import { PHONE, accessible, onStage, open, screenshot } from "./harness.mjs";

const FROM = "+33639980007";
const SMALL = { ...PHONE, viewport: { width: 320, height: 568 } };

/** A part of what Guichet says, and the answer. The first that fits is given; else nobody knows. */
const ANSWERS = [
  ["Repondez OUI pour envoyer", "oui"],
  ["danger electrique", "non, aucun danger"],
  ["est-il passe", "une fuite d'eau dans la cuisine"],
  ["coule-t-elle encore", "non"],
  ["de ces cas", "rien de tout ça"],
  ["rester chez vous", "oui"],
  ["Qui etes-vous", "1"],
  ["numero de contrat", "je ne l'ai pas"],
  ["nom de famille", "Moreau"],
  ["nom et prenom", "Julie Moreau"],
  ["naissance", "12/03/1984"],
  ["Quand est-ce arrive", "hier soir"],
  ["quelle adresse", "12 rue des Lilas 69003 Lyon"],
  ["montant", "900 euros"],
  ["recontacte", "2"],
  ["quel numero", "06 39 98 00 07"],
  ["c'est tout", "plus tard"],
  ["Autre chose a ajouter", "passer"],
];

const carrier = new Carrier(FROM);
let server;
let browser;
onStage((stage) => { ({ server, browser } = stage); }, () => carrier.start());
after(() => carrier.stop());

const say = (/** @type {string} */ text) => carrier.say(server.url, text);

/** Nothing is wider than the page, and nothing to touch is too small. */
async function fits(page, where) {
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(wide <= 0, `${where} is ${wide} px wider than the screen`);
}

test("how it stands, what opens the rest, and the form", { timeout: 180_000 }, async () => {
  let at = 0;
  await say("bonjour, fuite d'eau dans ma cuisine hier soir, personne n'est blessé");
  let link;
  for (let turn = 0; turn < 60 && !link; turn++) {
    const text = await carrier.hear(at++);
    link = /https?:\/\/\S+\/s\/[\w-]+/.exec(text)?.[0];
    if (!link) await say(ANSWERS.find(([part]) => plain(text).includes(plain(part)))?.[1] ?? "je ne sais pas");
  }
  assert.ok(link, `no link came:\n${carrier.said.join("\n")}`);

  for (const [name, device] of Object.entries({ phone: PHONE, small: SMALL, dark: { ...PHONE, colorScheme: "dark" } })) {
    const { context, assertQuiet } = await open(browser, device);
    const page = await context.newPage();
    await page.goto(link);
    await page.getByRole("heading", { name: "Où en est votre dossier", level: 1 }).waitFor();
    await accessible(page, `how it stands, ${name}`);
    await fits(page, `how it stands, ${name}`);
    assert.ok(!(await page.content()).includes("Moreau"), "a name before the proof");
    if (name === "phone") await screenshot(page, "status");
    assertQuiet();
    await context.close();
  }

  // The wrong date, then the code that comes by text message.
  const phone = await open(browser, PHONE);
  const page = await phone.context.newPage();
  await page.goto(link);
  await page.getByLabel("Votre date de naissance").fill("01/01/1980");
  await page.getByRole("button", { name: "Ouvrir mon dossier" }).click();
  await page.getByRole("alert").getByText("Ce n’est pas cela").waitFor();
  await accessible(page, "a wrong proof");
  const before = carrier.said.length;
  await page.getByRole("button", { name: "Recevoir un code par SMS" }).click();
  await page.getByText("Le code est parti").waitFor();
  const code = /\d{6}/.exec(await carrier.hear(before))?.[0];
  await page.getByLabel("Le code reçu").fill(code);
  await page.getByRole("button", { name: "Ouvrir mon dossier" }).click();
  await page.getByRole("heading", { name: "C’est envoyé" }).waitFor();
  await accessible(page, "the receipt");
  await fits(page, "the receipt");
  await screenshot(page, "receipt");
  await page.getByText("Ce que vous avez déclaré").waitFor();

  const [pdf] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "Le récapitulatif (PDF)" }).click()]);
  assert.match(pdf.suggestedFilename(), /^[0-9A-Z]{4}-[0-9A-Z]{4}\.pdf$/);
  const file = await pdf.path();
  if (process.env.KEEP_PDF) await pdf.saveAs(process.env.KEEP_PDF);
  assert.match(execFileSync("pdfinfo", [file], { encoding: "utf8" }), /Title: +Récapitulatif de la déclaration[^]*Tagged: +yes/);
  const words = execFileSync("pdftotext", [file, "-"], { encoding: "utf8" });
  for (const part of ["Récapitulatif de votre déclaration", "Moreau", "12 rue des Lilas", "À envoyer"]) assert.ok(words.includes(part), `${part} is not in ${words}`);

  await page.getByRole("link", { name: /Compléter mon dossier/ }).click();
  await page.getByRole("heading", { name: "Compléter mon dossier" }).waitFor();
  await accessible(page, "the form");
  await fits(page, "the form");
  await screenshot(page, "complete");
  const said = carrier.said.length;
  const folded = page.locator("details:not([open]) > summary");
  while (await folded.count()) await folded.first().click();
  await accessible(page, "the form, unfolded");
  const option = page.locator(".options:not(:has(:checked)) label").first();
  const chosen = await option.textContent();
  await option.click();
  await page.locator("#saved").getByText(/Enregistré à/).waitFor();
  // Offline it waits on this device, and goes when the network is back.
  const line = page.locator(".line input[type=text]").first();
  const fact = await line.getAttribute("name");
  await phone.context.setOffline(true);
  await line.fill("Foncia, 3 rue de la République");
  await page.locator("#saved").getByText("Gardé sur cet appareil").waitFor();
  await phone.context.setOffline(false);
  await page.locator("#saved").getByText(/Enregistré à|attendue|Répondez|Écrivez/).waitFor();
  await page.reload();
  assert.equal(await page.locator(`label:has(:checked)`, { hasText: chosen.trim() }).count() > 0, true, "the choice stays");
  assert.ok(fact);
  assert.equal(carrier.said.length, said, `something was said by text message: ${carrier.said.slice(said)}`);
  phone.assertQuiet();

  // By keyboard, on a small screen: the skip link comes first.
  const small = await open(browser, { ...SMALL, isMobile: false, hasTouch: false });
  const narrow = await small.context.newPage();
  await narrow.goto(page.url());
  await fits(narrow, "the form, small");
  await narrow.keyboard.press("Tab");
  assert.equal(await narrow.evaluate(() => document.activeElement?.getAttribute("href")), "#top");
  small.assertQuiet();

  // A link that leads nowhere.
  await page.goto(`${server.url}/s/nowhere`);
  await page.getByText("Ce lien n’est plus valable").waitFor();
  await accessible(page, "a link that is over");
});
