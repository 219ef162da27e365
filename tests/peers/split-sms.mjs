// Reads a JSON array of texts and writes how npm `split-sms` cuts each: {alphabet, units, parts}.
import { text } from "node:stream/consumers";
import splitter from "split-sms";

const cut = (message) => {
  const { characterSet, parts, bytes } = splitter.split(message);
  const gsm7 = characterSet === splitter.GSM;
  return { gsm7, units: gsm7 ? bytes : bytes / 2, parts: parts.map((part) => part.content) };
};
process.stdout.write(JSON.stringify(JSON.parse(await text(process.stdin)).map(cut)));
