"""Says whether an OAuth 2 token is good, as RFC 7662 has it, and whose it is: for Dovecot's oauth2 passdb.

oauth_tokens.py PORT READY: writes the file READY once it answers. The token `good-NAME` is good, and is NAME's; every other
is not.
"""

import json
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from urllib.parse import parse_qs


class Introspection(BaseHTTPRequestHandler):
    def do_POST(self):
        length = int(self.headers.get("Content-Length", 0))
        token = parse_qs(self.rfile.read(length).decode()).get("token", [""])[0]
        good, _, name = token.partition("-")
        answer = {"active": True, "username": name} if good == "good" and name else {"active": False}
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


server = HTTPServer(("127.0.0.1", int(sys.argv[1])), Introspection)
Path(sys.argv[2]).touch()
server.serve_forever()
