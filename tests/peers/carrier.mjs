// A carrier that speaks SMPP, by node-smpp. Usage: node carrier.mjs PORT [KEY CERTIFICATE]; with the two files, by TLS, and
// with the numbers of messages in hexadecimal. Tells what happens as JSON lines; does what it is told as JSON lines:
// {deliver: {...}}, {throttle: N}.
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import smpp from "smpp";

const [port, key, certificate] = process.argv.slice(2);
const tell = (event) => process.stdout.write(`${JSON.stringify(event)}\n`);
const code = (pdu) => (Buffer.isBuffer(pdu) ? pdu.toString("hex") : pdu);
const options = key ? { key: readFileSync(key), cert: readFileSync(certificate) } : {};
let line;
let throttle = 0;
let submitted = Date.now();

const server = smpp.createServer(options, (session) => {
  session.on("error", () => {});
  session.on("close", () => tell({ closed: true }));
  session.on("bind_transceiver", (pdu) => {
    const known = pdu.system_id === "guichet" && pdu.password === "p4ss";
    session.send(pdu.response({ command_status: known ? 0 : smpp.ESME_RINVPASWD, system_id: "carrier" }));
    if (known) line = session;
    tell({ bound: known, version: pdu.interface_version });
  });
  session.on("enquire_link", (pdu) => {
    session.send(pdu.response());
    tell({ enquired: true });
  });
  session.on("unbind", (pdu) => {
    session.send(pdu.response());
    session.close();
  });
  session.on("submit_sm", (pdu) => {
    if (throttle > 0) {
      throttle -= 1;
      session.send(pdu.response({ command_status: smpp.ESME_RTHROTTLED }));
      tell({ throttled: true });
      return;
    }
    submitted += 1;
    const id = submitted.toString(key ? 16 : 10);
    session.send(pdu.response({ message_id: id }));
    const { udh, message } = pdu.short_message;
    tell({
      submitted: {
        id,
        from: pdu.source_addr,
        to: pdu.destination_addr,
        udh: udh ? udh.map(code) : [],
        message,
        report: pdu.registered_delivery,
      },
    });
  });
});
server.on("tlsClientError", () => tell({ insecure: true }));

createInterface({ input: process.stdin }).on("line", (text) => {
  const told = JSON.parse(text);
  if (told.throttle) throttle = told.throttle;
  if (told.deliver) {
    const { udh, message, ...fields } = told.deliver;
    const short_message = udh ? { udh: Buffer.from(udh, "hex"), message } : { message };
    line.deliver_sm(
      { source_addr_ton: 1, source_addr_npi: 1, destination_addr: "38123", ...fields, short_message },
      (answer) => tell({ acknowledged: message, status: answer.command_status }),
    );
  }
});

server.listen(Number(port), "127.0.0.1", () => tell({ listening: server.address().port }));
