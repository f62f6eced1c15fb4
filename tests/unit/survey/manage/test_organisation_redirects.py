"""What is asked of the organisation is asked at the address in the settings, and nowhere else."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.request import Request, urlopen

import pytest

from survey.manage import organisation


class _Leading(BaseHTTPRequestHandler):
    """Leads from every address to `/inside`, where something is told that nobody should read."""

    asked: list[str] = []  # noqa: RUF012  # read by the test

    def do_GET(self) -> None:
        self.asked.append(self.path)
        inside = self.path == "/inside"
        body = b'{"keys": []}' if inside else b""
        self.send_response(200 if inside else 302)
        if not inside:
            self.send_header("Location", "/inside")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing of it is printed."""


@pytest.fixture
def address() -> Iterator[str]:
    _Leading.asked.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Leading)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/keys"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_redirect_of_the_organisation_is_not_followed(address: str) -> None:
    reply = organisation._Wire().fetch(Request(address))
    assert (reply.status_code, reply.content) == (302, b"")
    assert _Leading.asked == ["/keys"]


def test_a_client_that_follows_is_noticed(address: str) -> None:
    with urlopen(address) as reply:
        assert reply.status == 200
    assert _Leading.asked == ["/keys", "/inside"]
