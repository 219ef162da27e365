// One conversation on several devices: a link opens it once, never in the place of another one, and who has it can be seen, logged out, and left.
import assert from "node:assert/strict";
import { test } from "node:test";

import { Chat } from "./chat.mjs";
import { PHONE, accessible, onStage, open } from "./harness.mjs";

let server;
let browser;
onStage((stage) => { ({ server, browser } = stage); });

/** A phone on which the chat was opened, perhaps by a link. */
async function phone(/** @type {string} */ url = `${server.url}/chat?insurer=demo`) {
  const device = await open(browser, PHONE);
  const chat = new Chat(await device.context.newPage());
  await chat.page.goto(url);
  return { ...device, chat, page: chat.page };
}

/** Opens the dialog, and gives the link that stands there. */
async function link(page) {
  await new Chat(page).option("Continuer plus tard ou sur un autre appareil");
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Quitter cette conversation" }).waitFor();
  return dialog.getByRole("textbox").inputValue();
}

const MINE = "mon chauffe-eau a fui";

test("a conversation on several devices", { timeout: 120_000 }, async () => {
  const home = await phone();
  await home.chat.question();
  await home.chat.say(MINE);
  const url = await link(home.page);
  await home.page.getByRole("button", { name: "Fermer" }).last().click();

  const library = await phone(url);
  await library.page.getByText(MINE).first().waitFor();

  // The link was used: it opens nothing more.
  const thief = await phone(url);
  await thief.page.getByText("Ce lien a expiré ou a déjà servi").waitFor();
  assert.equal(await thief.page.getByText(MINE).count(), 0);

  // A device keeps its own conversation until the person chose, and can go to the other.
  const other = await phone();
  await other.chat.question();
  await other.chat.say("une vitre cassée");
  const second = await link(home.page);
  assert.equal(await home.page.getByText("Un autre appareil, depuis").count(), 1);
  await accessible(home.page, "the devices");
  await home.page.getByRole("button", { name: "Fermer" }).last().click();
  await other.page.goto("about:blank");
  await other.page.goto(second);
  await other.page.getByRole("dialog").getByText("Ce lien en ouvre une autre").waitFor();
  await accessible(other.page, "the choice between two conversations");
  await other.page.getByRole("button", { name: "Garder la mienne" }).click();
  await other.page.getByText("une vitre cassée").first().waitFor();
  await other.page.goto("about:blank");
  await other.page.goto(second);
  await other.page.getByRole("button", { name: "Ouvrir celle du lien" }).click();
  await other.page.getByText(MINE).first().waitFor();
  assert.equal(await other.page.getByText("une vitre cassée").count(), 0);

  // The others are logged out: what they show is no longer theirs to write in.
  await link(home.page);
  await home.page.getByRole("button", { name: "Déconnecter les autres appareils" }).click();
  for (const { page } of [library, other]) await page.getByText("n’est plus ouverte sur cet appareil").waitFor();
  await home.page.getByRole("dialog").getByText("Un autre appareil, depuis").waitFor({ state: "detached" });

  // Whoever comes next to a shared device finds nothing.
  await home.page.getByRole("button", { name: "Quitter cette conversation sur cet appareil" }).click();
  await home.page.getByRole("button", { name: "Quitter", exact: true }).click();
  await home.page.getByText("Vous avez quitté la conversation sur cet appareil").waitFor();
  assert.equal(await home.page.getByText(MINE).count(), 0);
  assert.doesNotMatch(await home.page.evaluate(() => JSON.stringify(localStorage)), /"token":"\w/);
  await home.page.reload();
  await home.chat.question();
  assert.equal(await home.page.getByText(MINE).count(), 0);
  for (const device of [home, library, thief, other]) device.assertQuiet();
});
