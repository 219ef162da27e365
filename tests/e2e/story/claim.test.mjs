// The whole story in a browser: Julie declares a water damage on her phone, Claire reads and answers it at the desk.
import assert from "node:assert/strict";
import { test } from "node:test";

import { Chat } from "./chat.mjs";
import { DESKTOP, PHONE, accessible, logInOf, onStage, open, photos, screenshot } from "./harness.mjs";

let server;
let browser;
onStage((stage) => { ({ server, browser } = stage); });

const CHAT = "/chat?site=demo";

test("a water damage, from the phone to the desk and back", { timeout: 240_000 }, async (t) => {
  const phone = await open(browser, PHONE);
  const page = await phone.context.newPage();
  const chat = new Chat(page);
  let reference;
  let broken = false;
  /** A step of the story. After one that failed the others would only fail for its sake. */
  const step = (name, act) => t.test(name, { skip: broken }, async () => {
    broken = true;
    await act();
    broken = false;
  });

  await t.test("the first screen says what it is, and safety is asked first", async () => {
    await page.goto(server.url + CHAT);
    await chat.question();
    assert.match(await page.locator(".start").innerText(), /assistant automatique, pas une personne/);
    assert.ok(await page.locator(".sos a[href='tel:112']").isVisible(), "the emergency line is in sight");
    await accessible(page, "the first screen");
    await chat.begin();
    assert.match(await chat.question(), /blessé/);
    await accessible(page, "the first question");
  });

  await step("questions are answered by buttons and in words", async () => {
    await chat.goOnUntil(/quelle adresse/);
    assert.match(await page.locator("header").innerText(), /encore \d+ questions?/);
  });

  await step("offline, the answer waits and says so; back online, it is sent once", async () => {
    await phone.context.setOffline(true);
    await page.getByText("Vous êtes hors ligne").waitFor();
    await chat.field.fill("12 rue des Lilas 69003 Lyon");
    await page.getByRole("button", { name: "Envoyer le message" }).click();
    await page.getByText("Partira au retour du réseau").waitFor();
    await phone.context.setOffline(false);
    const question = await chat.question();
    assert.doesNotMatch(question, /quelle adresse/);
    const sent = (await chat.transcript()).filter((text) => text.includes("12 rue des Lilas"));
    assert.equal(sent.filter((text) => text.startsWith("> ")).length, 1, sent.join("\n"));
  });

  await step("a reload shows the same conversation, nothing lost, nothing twice", async () => {
    const before = await chat.transcript();
    await page.reload();
    await chat.question();
    assert.deepEqual(await chat.transcript(), before);
  });

  await step("what is typed and not sent outlives a reload", async () => {
    await chat.field.fill("brouillon");
    await page.reload();
    await chat.question();
    assert.equal(await chat.field.inputValue(), "brouillon");
    await chat.field.fill("");
  });

  await step("photos are sent together; a blurred one is told at once and can be kept", async () => {
    await chat.goOnUntil(/Envoyez vos photos/);
    const pictures = await photos(browser, [{ name: "salon.jpg" }, { name: "plafond.jpg" }, { name: "couloir.jpg", blurred: true }]);
    await page.locator("input[type=file][multiple]").setInputFiles(pictures);
    const cards = page.locator(".tray li");
    await cards.getByText("Bien reçu").nth(1).waitFor();
    await cards.filter({ hasText: "floue" }).getByRole("button", { name: "Garder quand même" }).click();
    await cards.getByText("Bien reçu").nth(2).waitFor();
    await accessible(page, "photos beside the message");
    await page.getByRole("button", { name: "Envoyer le message" }).click();
    await chat.log.locator(".message.me .picture").nth(2).waitFor();
    // What came beside the places for photos is supposed until somebody says so.
    assert.match(await chat.question(), /C.est bien cela/);
    await screenshot(page, "chat");
    await chat.answer("Oui");
    const question = await chat.question();
    if (/Si vous l.avez/.test(question)) await chat.answer("C’est tout");
  });

  await step("the summary shows every answer, and one is corrected", async () => {
    await chat.goOnUntil(/Voici ce que j.ai noté/);
    const summary = chat.log.locator(".groups").last();
    assert.match(await summary.textContent(), /Un appartement en copropriété/);
    assert.match(await summary.textContent(), /2.500/);
    await accessible(page, "the summary");
    await screenshot(page, "chat-summary");
    await summary.getByText("Les dégâts").click();
    const line = summary.locator("dl > div").filter({ hasText: /2.500/ });
    await line.getByRole("button", { name: /^Modifier/ }).click();
    await page.locator(".sheet h2").filter({ hasText: /montant/ }).waitFor();
    await chat.say("1 900 euros");
    await chat.goOnUntil(/Voici ce que j.ai noté/);
    const changed = chat.log.locator(".groups").last().locator(".new");
    assert.match(await changed.innerText(), /2.500[\s\S]*1.900/, "what was corrected is open, with what it was");
  });

  await step("it is sent, and has a reference to quote", async () => {
    await chat.press("Envoyer");
    const last = await chat.goOnUntil(/C’est envoyé/);
    [, reference] = /dossier ([0-9A-Z]{4}-[0-9A-Z]{4})/.exec(last) ?? [];
    assert.ok(reference, last);
  });

  await step("the link goes on in another browser", async () => {
    const before = await chat.transcript();
    await chat.option("Continuer plus tard ou sur un autre appareil");
    const dialog = page.getByRole("dialog");
    const link = dialog.getByRole("textbox");
    await dialog.getByRole("button", { name: "Copier le lien" }).waitFor();
    const url = await link.inputValue();
    await dialog.getByRole("button", { name: "Fermer" }).click();

    const other = await open(browser, DESKTOP);
    const elsewhere = new Chat(await other.context.newPage());
    await elsewhere.page.goto(url);
    await elsewhere.question();
    assert.deepEqual(await elsewhere.transcript(), before);
    assert.doesNotMatch(elsewhere.page.url(), /resume/, "the secret does not stay in the address bar");
    await elsewhere.page.close();
    other.assertQuiet();
    await other.context.close();
  });

  const desk = await open(browser, DESKTOP);
  const console_ = await desk.context.newPage();

  await step("the handler logs in and finds the dossier", async () => {
    const { login, password } = logInOf(server, "claire");
    await console_.goto(`${server.url}/console`);
    await accessible(console_, "the log-in");
    await console_.getByLabel("Identifiant").fill(login);
    await console_.getByLabel("Mot de passe").fill("not the password");
    await console_.getByRole("button", { name: "Se connecter" }).click();
    await console_.getByRole("alert").waitFor();
    await console_.getByLabel("Mot de passe").fill(password);
    await console_.getByRole("button", { name: "Se connecter" }).click();
    const line = console_.locator("#rows li").filter({ hasText: reference });
    assert.match(await line.innerText(), /Moreau/);
    await accessible(console_, "the inbox");
    await line.getByRole("link").click();
    await console_.locator("#preview").getByRole("link", { name: "Ouvrir" }).click();
  });

  await step("the dossier says who, what, when, where, and why it is oriented so", async () => {
    await console_.getByRole("heading", { level: 1 }).waitFor();
    const head = await console_.locator("#head").innerText();
    for (const part of [/Moreau/, /Lilas/]) assert.match(head, part);
    assert.match(await console_.locator("#strip").innerText(), /1.900/);
    await console_.locator("#tabs a[data-tab=cover]").click();
    assert.match(await console_.locator("#cover").innerText(), /7541289[\s\S]*En vigueur/);
    await console_.locator("#tabs a[data-tab=expertise]").click();
    const orientation = console_.locator("#orientation");
    assert.match(await orientation.innerText(), /Terrain|Télé-expertise|Visio-expertise|Gestionnaire/);
    await orientation.getByText("Pourquoi, et pourquoi pas autrement").click();
    assert.match(await orientation.innerText(), /Règle retenue/);
    assert.match(await orientation.innerText(), /Règles écartées avant elle/);
    await accessible(console_, "the dossier");
    await orientation.getByText("Pourquoi, et pourquoi pas autrement").click();
  });

  await step("the photos open large, turn and close again", async () => {
    await console_.locator("#tabs a[data-tab=files]").click();
    const gallery = console_.locator("#gallery");
    assert.equal(await gallery.locator("button.thumb").count(), 3);
    assert.ok(await gallery.locator("img").first().evaluate((image) => image.decode().then(() => image.naturalWidth > 100)));
    await gallery.locator("button.thumb").first().click();
    const large = console_.locator(".viewer-canvas img");
    await large.waitFor();
    await console_.locator(".viewer-rotate-right").click();
    await console_.waitForFunction(() => /rotate\(90deg\)/.test(document.querySelector(".viewer-canvas img")?.style.transform ?? ""));
    await console_.keyboard.press("Escape");
    await console_.locator(".viewer-container").waitFor({ state: "detached" });
  });

  await step("the reply appears in the chat, under the handler's name", async () => {
    await console_.getByLabel("Répondre à l’assuré").fill("Bonjour, je m'occupe de votre dossier dès maintenant.");
    await chat.page.locator(".typing", { hasText: "écrit…" }).waitFor();
    await console_.locator("#composer").getByRole("button", { name: "Envoyer" }).click();
    const reply = chat.log.locator(".message.handler").filter({ hasText: "je m'occupe de votre dossier" });
    await reply.waitFor();
    assert.match(await reply.innerText(), /Claire Martin/);
    await page.getByText("Claire Martin vous répond").waitFor();
  });

  await step("what the person writes appears at the desk by itself; the flow keeps silent", async () => {
    await chat.say("Merci beaucoup !");
    await console_.locator("#transcript").getByText("Merci beaucoup !").waitFor();
    assert.match((await chat.transcript()).at(-1), /^> Merci/);
  });

  await step("given back, the flow listens again", async () => {
    await console_.getByRole("button", { name: "Rendre au parcours" }).click();
    await console_.getByRole("button", { name: "Prendre en main" }).waitFor();
    await chat.say("résumé");
    await chat.log.locator(".message").last().getByText(/noté|enregistrée/).waitFor();
    await console_.locator("#tabs a[data-tab=journal]").click();
    const timeline = await console_.locator("section[aria-labelledby=timeline-title]").innerText();
    assert.match(timeline, /Claire Martin/);
  });

  await console_.close();
  await page.close();
  phone.assertQuiet();
  desk.assertQuiet();
});

test("by the keyboard alone, and in English", { timeout: 120_000 }, async () => {
  const { context, assertQuiet } = await open(browser, { ...DESKTOP, reducedMotion: "reduce" });
  const page = await context.newPage();
  const chat = new Chat(page);
  await page.goto(server.url + CHAT);
  await chat.question();
  /** Tab, until what has the focus has this name. */
  const reach = async (name) => {
    for (let step = 0; step < 40; step++) {
      await page.keyboard.press("Tab");
      const focused = await page.evaluate(() => {
        const { activeElement: at } = document;
        return (at?.labels?.[0]?.textContent ?? at?.getAttribute("aria-label") ?? at?.textContent ?? "").trim();
      });
      if (focused === name) return;
    }
    assert.fail(`the keyboard does not reach ${name}`);
  };
  await reach("Ce qui s’est passé");
  await reach("Dégât des eaux, fuite");
  await page.keyboard.press("Enter");
  await chat.heard("Dégât des eaux, fuite");
  assert.match(await chat.question(), /danger/);
  await page.locator("h2:focus").filter({ hasText: /danger/ }).waitFor();
  await reach("Non, aucun danger");
  await page.keyboard.press("Enter");
  await chat.heard("Non, aucun danger");
  assert.match(await chat.question(), /coule-t-elle encore|rester chez vous|touche/);
  await page.locator("h2:focus").waitFor();
  // Whoever types is heard, wherever the focus is.
  await page.keyboard.type("oui");
  await page.keyboard.press("Enter");
  await chat.heard("oui");
  await chat.question();
  await reach("Options");
  await page.keyboard.press("Enter");
  await reach("English");
  await page.keyboard.press("Enter");
  await page.getByRole("textbox", { name: "Your message" }).waitFor();
  await page.getByRole("log", { name: "Conversation" }).getByText(/We go on in English/).last().waitFor();
  assert.equal(await page.evaluate(() => document.documentElement.lang), "en");
  await accessible(page, "the conversation in English");
  await page.close();
  assertQuiet();
  await context.close();
});

test("danger comes before everything, at any step", { timeout: 60_000 }, async () => {
  const { context, assertQuiet } = await open(browser, PHONE);
  const page = await context.newPage();
  const chat = new Chat(page);
  await page.goto(server.url + CHAT);
  await chat.begin();
  await chat.goOnUntil(/coule-t-elle encore/);
  await chat.say("ça sent le gaz !!");
  await page.locator(".stop").waitFor();
  assert.equal(await page.locator(".stop").count(), 1, "one card");
  const call = page.locator(".stop .call");
  assert.match(await call.getAttribute("href"), /^tel:(18|112)$/);
  const { height, y } = await call.boundingBox();
  assert.ok(height >= 56 && y + height < PHONE.viewport.height, "the call is in sight, and large");
  assert.ok(await page.locator(".stop li").count() <= 3, "three short lines");
  assert.doesNotMatch(await page.locator(".stop").innerText(), /lundi|9 h/, "no opening hours");
  assert.match(await page.locator("header").innerText(), /en pause/);
  await accessible(page, "danger");
  await page.getByRole("button", { name: "Je suis en sécurité" }).click();
  await chat.heard("Je suis en sécurité");
  await page.locator(".stop").waitFor({ state: "detached" });
  assert.match(await chat.question(), /./);
  await page.close();
  assertQuiet();
  await context.close();
});
