// The controls' parts that need no browser: what a question is made of, plates and dates as they are typed, danger in short lines.
import assert from "node:assert/strict";
import { test } from "node:test";

import { numbersIn, sentences } from "../../../src/web/chat/static/danger.js";
import { dayInWords, isLongAgo, today } from "../../../src/web/chat/static/dates.js";
import { birthDate, plate } from "../../../src/web/chat/static/fields.js";
import { divide, headline, kindOf } from "../../../src/web/chat/static/question.js";

test("a message is divided where its question begins, counted as browsers count", () => {
  assert.deepEqual(divide({ text: "🌧️ Noté.\nQuand est-ce arrivé ?", awaited: { question: 10, kind: "date" } }), { before: "🌧️ Noté.", question: "Quand est-ce arrivé ?" });
  // Of a message that names no control the last line is asked.
  assert.deepEqual(divide({ text: "Noté.\nOù ?", input: "address" }), { before: "Noté.", question: "Où ?" });
  assert.deepEqual(divide({ text: "C’est envoyé." }), { before: "C’est envoyé.", question: "" });
});

test("the question is read first, and what explains it after it", () => {
  assert.deepEqual(headline("Qui êtes-vous ? Dites-le simplement.", "aide"), { first: "Qui êtes-vous ?", rest: "Dites-le simplement." });
  assert.deepEqual(headline("Qui êtes-vous ?", "aide"), { first: "Qui êtes-vous ?", rest: "aide" });
  assert.deepEqual(headline("Répondez par oui ou par non.\nEst-ce réparé ?"), { first: "Est-ce réparé ?", rest: "Répondez par oui ou par non." });
  assert.equal(headline("Envoyez vos photos.\n- Photo large\n- Photo de près").first, "Envoyez vos photos.");
  assert.equal(headline("J’ai compris : 3 impasse des Tilleuls, 87000 Limoges. C’est bien ça ?", "aide").first, "J’ai compris : 3 impasse des Tilleuls, 87000 Limoges. C’est bien ça ?");
  assert.deepEqual(headline("Si je comprends bien, vous avez envoyé : Photo large de la pièce, Devis de remise en état. C’est bien cela ?", "aide"),
    { first: "C’est bien cela ?", rest: "Si je comprends bien, vous avez envoyé : Photo large de la pièce, Devis de remise en état." });
});

test("a control has a kind, also in the messages of yesterday", () => {
  assert.equal(kindOf({ awaited: { question: 0, kind: "several" } }), "several");
  assert.equal(kindOf({ input: "choices" }), "several");
  assert.equal(kindOf({ input: "date_time" }), "date");
  assert.equal(kindOf({}), "");
});

test("a plate is written as it stands on the car, while it is typed", () => {
  for (const [typed, written] of [["ab", "AB"], ["ab1", "AB-1"], ["ab123c", "AB-123-C"], ["AB-123-CD", "AB-123-CD"], ["ab 123 cd", "AB-123-CD"], ["1234ab69", "1234 AB 69"], ["je ne sais pas", "je ne sais pas"], ["", ""]]) {
    assert.equal(plate(typed), written);
  }
});

test("a date of birth gets its strokes, and words stay words", () => {
  for (const [typed, written] of [["1", "1"], ["1203", "12/03"], ["12031984", "12/03/1984"], ["12/03/1984", "12/03/1984"], ["12 mars", "12 mars"]]) {
    assert.equal(birthDate(typed), written);
  }
  assert.ok(isLongAgo({ to: "2001-01-01" }));
  assert.ok(!isLongAgo({ to: new Date().toISOString().slice(0, 10) }));
});

test("today is the insurer's day, not the device's", () => {
  const late = Date.parse("2026-11-29T23:30:00Z");
  assert.equal(dayInWords(today("Europe/Paris", late), "fr-FR", true), "lundi 30 novembre 2026");
  assert.equal(dayInWords(today("America/Martinique", late), "fr-FR"), "dimanche 29 novembre");
});

test("danger is told in sentences, with the number to call first", () => {
  const text = "Ne touchez à aucun interrupteur, sortez, puis appelez le 18 ou le 112. Un conseiller est prévenu. Êtes-vous en sécurité ?";
  assert.equal(sentences(text).length, 3);
  assert.deepEqual(numbersIn(text), ["18", "112"]);
  assert.deepEqual(numbersIn("le 0 800 47 33 33, à 1,5 m, 15 % et 112"), ["112"]);
});
