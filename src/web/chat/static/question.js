/** What a message asks: which part of it, and by which kind of control it is answered. */

/** @typedef {import("./api.js").Body} Body */

/** The kinds of control by the kind of answer, where the message names no control. @type {Record<string, string>} */
const KINDS = {
  choices: "several", photos: "photo", document: "photo", consent: "yes_no", date_time: "date", address: "place", location: "place",
};

/** The longest line that is read as one heading, in characters. */
const LONG = 90;

/** @param {Body} body */
export const kindOf = ({ awaited, input = "" }) => awaited?.kind ?? KINDS[input] ?? input;

/** A message in two: what answers the person, and what is asked. @param {Body} body */
export function divide({ text = "", awaited, input }) {
  const from = awaited?.question ?? (input ? text.lastIndexOf("\n") + 1 : text.length);
  return { before: text.slice(0, from).trim(), question: text.slice(from).trim() };
}

/** A question in two: what is read first, and what explains it. @param {string} question @param {string} [help] */
export function headline(question, help = "") {
  const lines = question.split("\n");
  const asking = Math.max(0, lines.findIndex((line) => line.includes("?")));
  const line = lines.splice(asking, 1)[0] ?? "";
  // What is asked may stand last: "Vous avez envoyé : un devis. C'est bien cela ?"
  const [, before = "", last = ""] = (line.length > LONG && /^(.*[.!])\s+([^.!?]+\?)$/s.exec(line)) || [];
  const asked = last ? [line, last, before] : line.length <= LONG && line.endsWith("?") ? null : /^(.{20,90}?[.:])\s+(.*)$/s.exec(line);
  const [, first = line, rest = ""] = /^(.*?\?)\s+(.*)$/s.exec(line) ?? asked ?? [];
  const explained = [rest, ...lines].filter(Boolean).join("\n");
  return { first, rest: explained || help };
}
