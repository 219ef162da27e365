// Reads a JSON array of {token, url, fields: [[name, value]...]} and writes the signatures that Twilio's own library expects.
import { text } from "node:stream/consumers";
import twilio from "twilio";

const sign = ({ token, url, fields }) => {
  const params = {};
  for (const [name, value] of fields) {
    params[name] = name in params ? [].concat(params[name], value) : value;
  }
  return twilio.getExpectedTwilioSignature(token, url, params);
};
process.stdout.write(JSON.stringify(JSON.parse(await text(process.stdin)).map(sign)));
