// By text message no photo comes through: the person opens the link that they were sent, sends photos, and goes on by SMS.
import assert from "node:assert/strict";
import { after, test } from "node:test";

import { Carrier, plain } from "./carrier.mjs";
import { PHONE, accessible, onStage, open, photos, screenshot } from "./harness.mjs";

const FROM = "+33639980001";

/** A part of what Guichet says, and the answer. The first that fits is given. */
const ANSWERS = [
  ["Répondez OUI pour envoyer", "oui"],
  ["Voici ce que j’ai noté", "envoyer"],
  ["danger électrique", "non, aucun danger"],
  ["s’est-il passé", "une fuite d'eau dans la cuisine"],
  ["coule-t-elle encore", "non"],
  ["n de ces cas", "rien de tout ça"],
  ["touche-t-elle une prise", "non"],
  ["plafond gonfle", "non"],
  ["rester chez vous", "oui"],
  ["Qui êtes-vous", "1"],
  ["numéro de contrat", "7541289"],
  ["Quand est-ce arrivé", "hier soir"],
  ["quelle adresse", "12 rue des Lilas 69003 Lyon"],
  ["numéro de porte", "passer"],
  ["autres logements sont-ils touchés", "non"],
  ["D’où vient l’eau", "1"],
  ["qui a fui", "le lave-linge"],
  ["fuite est-elle réparée", "oui"],
  ["Qui l’a réparée", "1"],
  ["Le logement est", "2"],
  ["moins de 10 ans", "non"],
  ["Vous êtes\u00a0:", "1"],
  ["autres dégâts des eaux", "1"],
  ["Quelles pièces", "la cuisine"],
  ["est abîmé", "le parquet"],
  ["montant", "900 euros"],
  ["en vidéo", "oui"],
  ["J’ai l’essentiel", "c'est tout"],
  ["Autre chose à ajouter", "passer"],
  ["recontacte", "2"],
  ["À quel numéro", "06 39 98 00 01"],
  ["Quelles sont vos disponibilités", "en semaine après 17 h"],
];

const carrier = new Carrier(FROM);
let server;
let browser;
onStage((stage) => { ({ server, browser } = stage); }, () => carrier.start());
after(() => carrier.stop());

const say = (/** @type {string} */ text) => carrier.say(server.url, text);

test("a water damage by text message, its photos by the link, to its end", { timeout: 180_000 }, async () => {
  let at = 0;
  /** Answers what Guichet asks until it says `last`. */
  async function talk(/** @type {RegExp} */ last) {
    for (;;) {
      const text = await carrier.hear(at++);
      const found = last.exec(text);
      if (found) return found[0];
      const answer = ANSWERS.find(([part]) => plain(text).includes(plain(part)))?.[1];
      if (answer) await say(answer);
    }
  }
  await say("bonjour");
  const link = await talk(/https?:\/\/\S+\/u\/[\w-]+/);

  const phone = await open(browser, PHONE);
  const page = await phone.context.newPage();
  await page.goto(link);
  await page.getByRole("heading", { name: "Mutuelle des Rives" }).waitFor();
  await page.getByRole("heading", { name: "La pièce entière" }).waitFor();
  await accessible(page, "the upload page");
  const done = page.getByRole("button", { name: "C’est tout, envoyer" });
  assert.equal(await done.isVisible(), false, "there is nothing to send yet");

  const [good, blurred, close] = await photos(browser, [{ name: "cuisine.jpg" }, { name: "floue.jpg", blurred: true }, { name: "parquet.jpg" }]);
  /** Puts a file into a slot by its button. */
  async function put(/** @type {string} */ button, file) {
    const chosen = page.waitForEvent("filechooser");
    await page.getByRole("button", { name: button }).click();
    await (await chosen).setFiles(file);
  }
  const slot = (/** @type {string} */ name) => page.getByRole("listitem").filter({ has: page.getByRole("heading", { name }) });
  await put("Prendre la photo\u00a0: La pièce entière", good);
  await slot("La pièce entière").getByText("Prête").waitFor();

  // What is no photo is not sent, and the slot says why.
  await put("Prendre la photo\u00a0: La cause", { name: "devis.pdf", mimeType: "application/pdf", buffer: Buffer.from("%PDF-1.4") });
  await slot("La cause").getByText("Ce n’est pas une photo.").waitFor();

  // Without a network a blurred photo is told as well, and another one waits until the network is back.
  await phone.context.setOffline(true);
  await put("Prendre la photo\u00a0: De près, avec une pièce", blurred);
  await slot("De près").getByText("Un peu floue").waitFor();
  await accessible(page, "the upload page with photos");
  await screenshot(page, "upload");
  await put("Reprendre\u00a0: De près, avec une pièce", close);
  await slot("De près").getByText("Elle partira dès que le réseau revient").waitFor();
  await phone.context.setOffline(false);
  await slot("De près").getByText("Prête").waitFor();

  // The files wait in the page, also when it is closed and opened again; the conversation has heard nothing yet.
  await page.reload();
  await slot("La pièce entière").getByText("Prête").waitFor();
  await slot("De près").getByText("Prête").waitFor();
  const before = carrier.said.length;
  await done.click();
  await page.getByText("Retournez à vos SMS").waitFor();
  await accessible(page, "the upload page at its end");
  assert.match(await carrier.hear(before), /2 fichiers/);
  phone.assertQuiet();

  // By text message the claim goes on to its end.
  at = before;
  await talk(/dossier [A-Z0-9]{4}-[A-Z0-9]{4}/);

  // The other language, and a link that leads nowhere.
  await page.goto(`${server.url}/u/nowhere`);
  await page.getByText("Ce lien n’est plus valable").waitFor();
  await accessible(page, "a link that is over");
});
