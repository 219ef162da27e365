// The chat as a person uses it: read the last question, answer it by its button or in words.
import assert from "node:assert/strict";

/** How Julie Moreau answers: a part of the question, and what she says or which button she presses. The first that fits. */
const ANSWERS = [
  [/blessé|danger électrique/, "Non, aucun danger"],
  [/Que s’est-il passé/, "Dégât des eaux, fuite"],
  [/coule-t-elle encore/, "Non"],
  [/n de ces cas/, ["Rien de tout ça"]],
  [/touche-t-elle une prise/, "Non"],
  [/plafond gonfle/, "Non"],
  [/rester chez vous/, "Oui"],
  [/Qui êtes-vous/, "Le contrat est à mon nom"],
  [/nom et prénom/, "Julie Moreau"],
  [/numéro de contrat/, "7541289"],
  [/nom de famille/, "Moreau"],
  [/date de naissance/, "12/03/1984"],
  [/Quand est-ce arrivé/, "hier soir"],
  [/quelle adresse/, "12 rue des Lilas 69003 Lyon"],
  [/étage, numéro de porte/, "3e étage, porte 12"],
  [/autres logements sont-ils touchés/, "Non"],
  [/D’où vient l’eau/, "De mon logement"],
  [/Qu’est-ce qui a fui/, "Un appareil ménager"],
  [/fuite est-elle réparée/, "Oui"],
  [/Qui l’a réparée/, "Un professionnel"],
  [/recherche de fuite/, "Non"],
  [/Le logement est/, "Un appartement en copropriété"],
  [/moins de 10 ans/, "Non"],
  [/^Vous êtes/, "Propriétaire, j’y habite"],
  [/dégâts des eaux ici depuis 2 ans/, "Non"],
  [/Quelles pièces/, ["Salle de bain", "Cuisine"]],
  [/Qu’est-ce qui est abîmé/, ["Plafond", "Murs"]],
  [/montant des dégâts/, "2 500 euros"],
  [/en vidéo, avec un smartphone/, "Oui"],
  [/syndic ou du gérant/, "Foncia, 3 rue de la République Lyon"],
  [/C’est bien cela/, "Oui, c’est cela"],
  [/Autre chose à ajouter/, "Passer"],
  [/vous recontacte/, "Ici même"],
  [/urgence \? Sinon/, "passer"],
  [/disponibilités/, "en semaine après 17 h"],
];

export class Chat {
  constructor(page) {
    this.page = page;
    this.log = page.getByRole("log", { name: "Conversation" });
    this.field = page.getByRole("textbox", { name: "Votre message" });
  }

  /** The texts of the messages, mine as `> …`, with the question that is pending. */
  transcript() {
    return this.page.locator("[role=log] .message:not(.repeated)").evaluateAll((messages) => messages.map((message) => {
      const words = [...message.querySelectorAll(".bubble > p, .bubble .picture span")].map((each) => each.textContent).join(" ");
      return message.classList.contains("me") ? `> ${words}` : words;
    }));
  }

  /** Waits until the last word is not mine; returns what was said since mine. On the first screen nothing was said. */
  async question() {
    // All that is sent was acknowledged, and answered.
    await this.page.waitForFunction(() => {
      const saved = Object.keys(localStorage).filter((key) => key.startsWith("guichet:")).map((key) => JSON.parse(localStorage[key]));
      if (document.querySelector(".start") && saved.some(({ token, spoke }) => token && !spoke)) return true;
      const said = [...document.querySelectorAll("[role=log] .message")];
      return said.length && !said.at(-1).classList.contains("me") && !document.querySelector(".message.unsent, .message.done");
    });
    const texts = await this.transcript();
    const mine = texts.findLastIndex((text) => text.startsWith("> "));
    return texts.slice(mine + 1).join("\n");
  }

  /** Presses a button of the question; answers that are several are ticked and confirmed, but for the one that excludes them. */
  async press(answer) {
    const labels = [answer].flat();
    const alone = Array.isArray(answer) && labels.length === 1 && await this.sheet.getByRole("button", { name: labels[0], exact: true }).count();
    for (const label of labels) {
      if (Array.isArray(answer) && !alone) await this.sheet.getByRole("checkbox", { name: label }).check();
      else await this.sheet.getByRole("button", { name: label, exact: true }).click();
    }
    if (Array.isArray(answer) && !alone) await this.sheet.getByRole("button", { name: "Valider mon choix" }).click();
    await this.heard(labels[0]);
  }

  /** Begins with the subject of the claim, on the first screen. */
  async begin(subject = "Dégât des eaux, fuite") {
    await this.question();
    await this.page.getByRole("button", { name: subject }).click();
    await this.heard(subject);
  }

  get sheet() {
    return this.page.locator(".sheet");
  }

  /** Says it: as one's story on the first screen. */
  async say(text) {
    const story = this.page.locator(".start textarea");
    if (await story.count()) {
      await story.fill(text);
      await this.page.getByRole("button", { name: /Continue/ }).click();
    } else {
      await this.field.fill(text);
      await this.page.locator(".write .send").click();
    }
    await this.heard(text);
  }

  /** The message is in the conversation, acknowledged. */
  async heard(text) {
    await this.log.locator(".message.me").filter({ hasText: text }).last().waitFor();
  }

  /** Presses something behind the options. */
  async option(name) {
    await this.page.getByRole("button", { name: "Options" }).click();
    await this.page.getByRole("dialog").getByRole("button", { name }).click();
  }

  /** What she answers to a question. */
  answerTo(question) {
    const fitting = ANSWERS.filter(([part]) => part.test(question)).map(([, answer]) => answer);
    return fitting.at(-1) ?? "je ne sais pas";
  }

  /** By its button where there is one, else in words. */
  async answer(answer) {
    const button = this.sheet.getByRole("button", { name: String(answer), exact: true });
    if (Array.isArray(answer) || await button.count()) await this.press(answer);
    else await this.say(answer);
  }

  /** Answers question after question until one fits `end`; returns it. */
  async goOnUntil(end) {
    for (let turn = 0; turn < 60; turn++) {
      const question = await this.question();
      if (await this.page.locator(".start").count()) {
        await this.begin();
        continue;
      }
      if (end.test(question)) return question;
      await this.answer(this.answerTo(question));
    }
    assert.fail(`60 turns, and no ${end}:\n${(await this.transcript()).join("\n")}`);
  }
}
