"""Somebody answers a survey without JavaScript, and says the receipt: `python answered_by_form.py`.

Standard library alone, and whatever Python is there: it runs where Candour is not installed. Takes
the survey's address, the code and answers as `question=code`; connects to 127.0.0.1 whatever the
host's name, and trusts the certificate in CA_FILE.
"""

from __future__ import annotations

import http.client
import os
import re
import socket
import ssl
import sys
from collections.abc import Mapping
from urllib.parse import urlencode, urlsplit


def ask(address: str, fields: Mapping[str, str] | None = None) -> tuple[int, bytes]:
    """One request; the reply's status and content."""
    site = urlsplit(address)
    headers = {"Sec-Fetch-Site": "same-origin", "X-Forwarded-Proto": "https"}
    made: http.client.HTTPConnection
    if site.scheme == "https":
        context = ssl.create_default_context(cafile=os.environ["CA_FILE"])
        made = http.client.HTTPSConnection(site.hostname or "", site.port, context=context)
    else:
        made = http.client.HTTPConnection(site.hostname or "", site.port)
    made._create_connection = lambda *_: socket.create_connection(  # type: ignore[attr-defined]
        ("127.0.0.1", made.port), timeout=60
    )
    path = site.path + (f"?{site.query}" if site.query else "")
    if fields is None:
        made.request("GET", path, headers=headers)
    else:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
        made.request("POST", path, urlencode(fields), headers)
    reply = made.getresponse()
    return reply.status, reply.read()


def answer(address: str, fields: dict[str, str]) -> str:
    """Fill in the form, check it, send it; the receipt."""
    for step, wanted in (
        ("", rb""),
        ("/check", rb'name="candour\.attempt" value="([0-9a-f]{64})"'),
    ):
        status, page = ask(address + step, fields if step else None)
        found = re.search(wanted, page)
        if status != 200 or found is None:
            sys.exit(f"{step or 'survey'}: {status} {page.decode()}")
    status, page = ask(f"{address}/send", {**fields, "candour.attempt": found[1].decode()})
    receipt = re.search(rb"\b(?:[0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}\b", page)
    if status != 200 or receipt is None:
        sys.exit(f"send: {status} {page.decode()}")
    return receipt[0].decode()


if __name__ == "__main__":
    if len(sys.argv) == 2:
        code, content = ask(sys.argv[1])
        print(code, content[:5])
    else:
        pairs = dict(one.split("=", 1) for one in sys.argv[3:])
        print(answer(sys.argv[1], {"candour.code": sys.argv[2], **pairs}))
