// Reads a JSON array of texts and writes what npm `email-reply-parser` leaves of each as the person's own words.
import { text } from "node:stream/consumers";
import EmailReplyParser from "email-reply-parser";

const own = (message) => new EmailReplyParser().read(message).getVisibleText({ aggressive: true });
process.stdout.write(JSON.stringify(JSON.parse(await text(process.stdin)).map(own)));
