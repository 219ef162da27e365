"""Takes what Guichet sends, by aiosmtpd, and writes each message as Python's own e-mail library reads it.

smtp_sink.py PORT FOLDER DNS: one JSON file a message, named by its recipient and a number, with what dkimpy finds of its
signature and of the same message with a line more; the keys are in the folder DNS, a file a name. Recipients whose address begins with
nobody, full or closed are refused for good, refused for now, or lose the line after their first message was taken.
"""

import email.policy
import json
import os
import sys
import time
from pathlib import Path

import dkim
from aiosmtpd.controller import Controller

PORT, FOLDER, DNS = int(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3])


def record(name, timeout=0):
    return (DNS / name.decode().rstrip(".")).read_bytes()


def signature(raw):
    if b"\nDKIM-Signature:" not in b"\n" + raw:
        return None
    return [dkim.verify(raw, dnsfunc=record), dkim.verify(raw + b"One line more\r\n", dnsfunc=record)]


class Sink:
    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("nobody"):
            return "550 5.1.1 Nobody of that name"
        if address.startswith("full"):
            return "452 4.2.2 The mailbox is full"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Go on"

    async def handle_DATA(self, server, session, envelope):
        message = email.message_from_bytes(envelope.original_content, policy=email.policy.default)
        text, html = message.get_body(("plain",)), message.get_body(("html",))
        seen = {
            "mail_from": envelope.mail_from,
            "rcpt_tos": envelope.rcpt_tos,
            "headers": {name.lower(): str(value) for name, value in message.items()},
            "text": text and text.get_content(),
            "html": html and html.get_content(),
            "dkim": signature(envelope.original_content),
            "defects": [str(defect) for part in message.walk() for defect in part.defects],
        }
        recipient = envelope.rcpt_tos[0]
        number = len(list(FOLDER.glob(f"{recipient}.*.json")))
        file = FOLDER / f"{recipient}.{number:03}.json"
        draft = FOLDER / f"{recipient}.draft"
        draft.write_text(json.dumps(seen))
        os.replace(draft, file)
        if recipient.startswith("closed") and number == 0:
            server.transport.abort()
        return "250 2.0.0 Kept"


controller = Controller(Sink(), hostname="127.0.0.1", port=PORT, enable_SMTPUTF8=True)
controller.start()
(FOLDER / "ready").touch()
while True:
    time.sleep(3600)
