// Who sees what: an administrator invites somebody, who chooses a password, sees nothing of another insurer, and is shut out
// again; who read what stands in the access log.
import assert from "node:assert/strict";
import { test } from "node:test";

import { DESKTOP, PHONE, accessible, demo, launch, logIn, logInOf, open } from "./harness.mjs";

const WIDTHS = [DESKTOP, { ...DESKTOP, viewport: { width: 1024, height: 768 } }, PHONE];

/** The page is whole at each width: nothing scrolls sideways but a table in its frame. */
async function fits(page, where) {
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(wide <= 1, `${where} scrolls ${wide} px sideways`);
}

test("users and the access log", async (t) => {
  const server = await demo();
  const browser = await launch();
  t.after(async () => {
    await browser.close();
    await server.stop();
  });
  const admin = await open(browser, DESKTOP);
  const desk = await admin.context.newPage();
  let link = "";

  await t.test("an administrator invites a handler of one insurer", async () => {
    await logIn(desk, server, "admin");
    await desk.getByRole("link", { name: "Utilisateurs" }).click();
    await desk.getByRole("heading", { name: "Utilisateurs", level: 1 }).waitFor();
    await accessible(desk, "the users");
    await desk.getByLabel("Nom affiché aux assurés").fill("Zoé Lambert");
    await desk.getByLabel("Identifiant").fill("zoe");
    await desk.getByLabel("Toutes, et celles qui viendront").uncheck();
    await desk.getByLabel("Assurances du Phare").check();
    await desk.getByRole("button", { name: "Inviter" }).click();
    link = await desk.getByLabel("Lien d’invitation").inputValue();
    assert.match(link, /\/console\/invitation\/[0-9a-f]{64}$/);
    await accessible(desk, "the new user");
  });

  await t.test("she chooses a password that nobody guesses, and sees an empty list", async () => {
    const own = await open(browser, PHONE);
    const page = await own.context.newPage();
    await page.goto(link);
    await page.getByRole("heading", { name: "Choisir votre mot de passe" }).waitFor();
    await accessible(page, "the invitation");
    await fits(page, "the invitation");
    const choose = async (password) => {
      await page.getByLabel("Mot de passe", { exact: true }).fill(password);
      await page.getByLabel("Mot de passe, encore").fill(password);
      await page.getByRole("button", { name: "Enregistrer" }).click();
    };
    await choose("motdepasse2026");
    assert.match(await page.getByRole("alert").innerText(), /trop facile à deviner/);
    await choose("quatre chats noirs");
    await page.getByRole("heading", { name: "Guichet" }).waitFor();
    await page.getByLabel("Identifiant").fill("zoe");
    await page.getByLabel("Mot de passe").fill("quatre chats noirs");
    await page.getByRole("button", { name: "Se connecter" }).click();
    await page.getByRole("heading", { name: "Dossiers", level: 1 }).waitFor();
    assert.equal(await page.getByRole("link", { name: "Utilisateurs" }).count(), 0);
    await page.goto(`${server.url}/console/password`);
    await page.getByText("celle-ci").waitFor();
    await accessible(page, "the account");
    await fits(page, "the account");
    assert.equal((await page.goto(link)).status(), 404, "the link was good once");
    assert.equal((await page.goto(`${server.url}/console/users`)).status(), 404);
    own.assertQuiet();
    await own.context.close();
  });

  await t.test("the pages fit every width", async () => {
    for (const width of WIDTHS) {
      const at = await open(browser, width);
      const page = await at.context.newPage();
      await page.goto(`${server.url}/console/log-in`);
      const { login, password } = logInOf(server, "admin");
      await page.getByLabel("Identifiant").fill(login);
      await page.getByLabel("Mot de passe").fill(password);
      await page.getByRole("button", { name: "Se connecter" }).click();
      for (const [name, address] of [["users", "users"], ["user", "users/zoe"], ["access", "access"]]) {
        await page.goto(`${server.url}/console/${address}`);
        await fits(page, `${address} at ${width.viewport.width}`);
        await accessible(page, `${address} at ${width.viewport.width}`);
        if (process.env.GUICHET_TEST_LOOK) await page.screenshot({ path: `${process.env.GUICHET_TEST_LOOK}/${name}-${width.viewport.width}.png`, fullPage: true });
      }
      at.assertQuiet();
      await at.context.close();
    }
  });

  await t.test("the access log tells who came in, and whoever is disabled comes in no more", async () => {
    await desk.goto(`${server.url}/console/access?who=zoe`);
    assert.match(await desk.getByRole("table").innerText(), /Zoé Lambert[\s\S]*connexion/);
    await desk.goto(`${server.url}/console/users/zoe`);
    await desk.getByRole("button", { name: "Désactiver" }).click();
    assert.match(await desk.getByRole("row").filter({ hasText: "Zoé Lambert" }).innerText(), /Désactivé/);
    const own = await open(browser, DESKTOP);
    const page = await own.context.newPage();
    await page.goto(`${server.url}/console`);
    await page.getByLabel("Identifiant").fill("zoe");
    await page.getByLabel("Mot de passe").fill("quatre chats noirs");
    await page.getByRole("button", { name: "Se connecter" }).click();
    await page.getByRole("alert").waitFor();
    await own.context.close();
  });

  await t.test("an expert sees their appointments and no list", async () => {
    const own = await open(browser, DESKTOP);
    const page = await own.context.newPage();
    const { login, password } = logInOf(server, "plefevre");
    await page.goto(`${server.url}/console`);
    await page.getByLabel("Identifiant").fill(login);
    await page.getByLabel("Mot de passe").fill(password);
    await page.getByRole("button", { name: "Se connecter" }).click();
    await page.getByRole("heading", { name: "Rendez-vous d’expertise" }).waitFor();
    assert.equal(await page.getByRole("link", { name: "Dossiers", exact: true }).count(), 0);
    own.assertQuiet();
    await own.context.close();
  });
  admin.assertQuiet();
});
