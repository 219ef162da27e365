// A document is what its slot says: in the chat it fills, ticks and is taken again; what comes without one is asked about, and
// what nobody answers stands in the console as supposed until a handler says so.
import assert from "node:assert/strict";
import { test } from "node:test";

import { Chat } from "./chat.mjs";
import { DESKTOP, PHONE, accessible, logIn, onStage, open, photos } from "./harness.mjs";

let server;
let browser;
onStage((stage) => { ({ server, browser } = stage); });

test("photos in slots, one without, and the handler's word", { timeout: 240_000 }, async () => {
  const phone = await open(browser, PHONE);
  const page = await phone.context.newPage();
  await page.goto(`${server.url}/chat?insurer=demo`);
  const chat = new Chat(page);
  await chat.begin();
  await chat.goOnUntil(/Envoyez vos photos/);
  /** Chooses a file by a slot's button. */
  async function put(button, file) {
    const chosen = page.waitForEvent("filechooser");
    await page.getByRole("button", { name: button }).click();
    await (await chosen).setFiles(file);
  }
  let sent = 0;
  /** Sends what was chosen, and waits until it stands in the conversation. */
  async function send(count) {
    await page.getByRole("button", { name: "Envoyer le message" }).click();
    sent += count;
    await chat.log.locator(".message.me .picture").nth(sent - 1).waitFor();
  }
  const slot = (name) => page.getByRole("listitem").filter({ has: page.getByRole("heading", { name }) });
  const [room, blurred, close, paper, another] = await photos(browser, [
    { name: "salon.jpg" }, { name: "floue.jpg", blurred: true }, { name: "parquet.jpg" }, { name: "papier.jpg" }, { name: "autre.jpg" },
  ]);

  await put("Prendre la photo\u00a0: La pièce entière", room);
  await slot("La pièce entière").getByText("Prête").waitFor();
  // Without a network the phone itself tells of a blurred photo.
  await phone.context.setOffline(true);
  await put("Prendre la photo\u00a0: De près, avec une pièce", blurred);
  await slot("De près").getByText("Un peu floue").waitFor();
  await accessible(page, "slots in the chat");
  await put("Reprendre\u00a0: De près, avec une pièce", close);
  await phone.context.setOffline(false);
  await slot("De près").getByText("Prête").waitFor();
  await send(2);
  const next = await chat.question();
  assert.match(next, /2 fichiers bien reçus/);
  assert.doesNotMatch(next, /C’est bien cela|qu’est-ce que c’est/);
  await slot("La pièce entière").getByText("Reçue").waitFor();

  // Without a slot it is asked what it is.
  await put("Choisir le fichier\u00a0: Autre document", paper);
  await send(1);
  assert.match(await chat.question(), /qu’est-ce que c’est/);
  await chat.answer("Devis de remise en état");
  await chat.question();
  await put("Choisir le fichier\u00a0: Autre document", another);
  await send(1);
  assert.match(await chat.question(), /qu’est-ce que c’est/);
  phone.assertQuiet();

  const desk = await open(browser, DESKTOP);
  const console_ = await desk.context.newPage();
  await logIn(console_, server, "claire");
  await console_.locator("a[href^='/console/dossiers/']").first().click();
  await console_.locator("#preview").getByRole("link", { name: "Ouvrir" }).click();
  await console_.locator("#tabs a[data-tab=files]").click();
  const files = console_.locator("#gallery > li");
  await files.nth(3).waitFor();
  const kinds = (await files.locator(".file-kind").allTextContents()).map((text) => text.trim().replace(/\s+/g, " "));
  assert.deepEqual(kinds.slice(0, 3).sort(), ["Devis de remise en état", "Photo de près des dégâts", "Photo large de la pièce"]);
  assert.match(kinds[3], /supposé$/);
  await accessible(console_, "a supposed document in the console");
  await files.nth(3).getByRole("button", { name: /C’est bien cela/ }).click();
  await console_.waitForFunction(() => !document.querySelector("#gallery .supposed"));
  desk.assertQuiet();
});

test("a photo that did not leave is there when the page is loaded again, and arrives once", { timeout: 240_000 }, async () => {
  const phone = await open(browser, PHONE);
  const page = await phone.context.newPage();
  await page.goto(`${server.url}/chat?insurer=demo`);
  const chat = new Chat(page);
  await chat.begin();
  await chat.goOnUntil(/Envoyez vos photos/);
  const slot = (name, on = page) => on.getByRole("listitem").filter({ has: on.getByRole("heading", { name }) });
  async function put(button, file) {
    const chosen = page.waitForEvent("filechooser");
    await page.getByRole("button", { name: button }).click();
    await (await chosen).setFiles(file);
  }
  const [room, blurred] = await photos(browser, [{ name: "salon.jpg" }, { name: "floue.jpg", blurred: true }]);
  const uploads = "**/chat/api/uploads/**";
  await page.route(uploads, (route) => route.abort());
  await put("Prendre la photo\u00a0: La pièce entière", room);
  await slot("La pièce entière").getByText("Gardée ici").waitFor();
  await put("Prendre la photo\u00a0: De près, avec une pièce", blurred);
  await slot("De près").getByText("Un peu floue").waitFor();

  await page.reload();
  await slot("La pièce entière").getByText("Gardée ici").waitFor();
  await slot("De près").getByText("Un peu floue").waitFor();
  // A second tab of the same conversation leaves it to the first.
  const other = await phone.context.newPage();
  const sent = [];
  for (const each of [page, other]) each.on("request", (request) => { if (request.method() === "PUT") sent.push(request.url()); });
  await other.goto(`${server.url}/chat?insurer=demo`);
  await slot("La pièce entière", other).getByRole("button", { name: "Prendre la photo" }).waitFor();
  await page.unroute(uploads);
  await page.evaluate(() => dispatchEvent(new Event("online")));
  await slot("La pièce entière").getByText("Prête").waitFor();
  await page.getByRole("button", { name: "Envoyer le message" }).click();
  await chat.log.locator(".message.me .picture").nth(1).waitFor();
  assert.match(await chat.question(), /2 fichiers bien reçus/, "the one that was only advised against goes with it");
  await page.reload();
  await slot("La pièce entière").getByText("Reçue").waitFor();
  assert.equal(await chat.log.locator(".message.me .picture").count(), 2);
  const names = new Set(sent.map((url) => new URL(url).pathname));
  assert.equal(names.size, 2, sent.join("\n"));

  // Whoever leaves the conversation on this device leaves no file there.
  await other.close();
  await page.route(uploads, (route) => route.abort());
  await put("Prendre la photo\u00a0: La cause", blurred);
  await slot("La cause").getByText("Un peu floue").waitFor();
  const kept = () => page.evaluate(() => new Promise((told) => {
    indexedDB.open("guichet").onsuccess = ({ target }) => {
      target.result.transaction("files").objectStore("files").count().onsuccess = (event) => told(event.target.result);
    };
  }));
  assert.equal(await kept(), 1);
  await chat.option("Continuer plus tard ou sur un autre appareil");
  await page.getByRole("button", { name: "Quitter cette conversation sur cet appareil" }).click();
  await page.getByRole("button", { name: "Quitter", exact: true }).click();
  await page.getByText("Vous avez quitté la conversation sur cet appareil").waitFor();
  assert.equal(await kept(), 0);
  phone.assertQuiet();
  await phone.context.close();
});
