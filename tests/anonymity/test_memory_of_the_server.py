"""What a real worker keeps in its memory, and says, of what passed through it.

In sealed mode an answer and a comment are in no byte of it: the worker never saw them. In plain
mode it did. It keeps nothing of them, but memory that was given back is overwritten when somebody
needs it and no sooner: of two dozen requests about ten can be found. The document says so.
"""

from __future__ import annotations

import os
import re
import secrets
import urllib.error
import urllib.parse
import urllib.request
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import fixtures_wave
import html_page
import pytest
from fixtures_tokens import Ticket, seal_comments, take_ticket
from fixtures_wave import LiveServer, LiveWave, serve

from survey.collect import document, envelope
from survey.serve import arguments

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="reads /proc/PID/mem"),
]

PEOPLE = 24
NOT_YET_OVERWRITTEN = PEOPLE * 3 // 4
"""Of so many requests something may be left. Of requests that are kept, of all."""

KEEPING = """
import io
from survey.wsgi import application as inner
KEPT = []
def application(environ, start):
    body = environ["wsgi.input"].read()
    KEPT.append(body)
    return inner({**environ, "wsgi.input": io.BytesIO(body)}, start)
"""


def children(process: int) -> list[int]:
    """The processes that a process has started."""
    tasks = Path(f"/proc/{process}/task").iterdir()
    return [int(child) for task in tasks for child in (task / "children").read_text().split()]


def memory_of(process: int) -> Iterator[bytes]:
    """Every byte that a process can read, one mapping at a time."""
    with Path(f"/proc/{process}/mem").open("rb", buffering=0) as memory:
        for line in Path(f"/proc/{process}/maps").read_text().splitlines():
            found = re.match(r"([0-9a-f]+)-([0-9a-f]+) r", line)
            if found is None or "[v" in line:  # the kernel's own, which cannot be read
                continue
            start, end = (int(part, 16) for part in found.groups())
            memory.seek(start)
            yield memory.read(end - start)


def found_in_memory(markers: Sequence[bytes]) -> set[bytes]:
    """Those of the markers that stand in a worker of the server that this process started."""
    workers = [worker for master in children(os.getpid()) for worker in children(master)]
    assert workers
    wanted, found = set(markers), set[bytes]()
    for worker in workers:
        for part in memory_of(worker):
            found |= wanted.intersection(MARKER.findall(part))  # all of them in one pass
            found |= {one for one in wanted if not MARKER.fullmatch(one) and one in part}
    return found


@pytest.fixture
def server(commented_wave: LiveWave, monkeypatch: pytest.MonkeyPatch) -> Iterator[LiveServer]:
    """The wave behind a server with the options of `candour serve`."""
    monkeypatch.setattr(fixtures_wave, "OPTIONS", arguments("", workers=1, threads=4)[7:])
    yield from serve(commented_wave)


@pytest.fixture
def keeping_server(
    commented_wave: LiveWave, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[LiveServer]:
    """The same with a fault: it keeps every request in a global."""
    (tmp_path / "keeping.py").write_text(KEEPING)
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}:{Path(__file__).parents[2]}")
    monkeypatch.setattr(fixtures_wave, "APP", "keeping:application")
    yield from serve(commented_wave)


def post(server: LiveServer, path: str, form: object) -> bytes:
    """Post a form; returns the page."""
    body = urllib.parse.urlencode(form, doseq=True).encode()
    with urllib.request.urlopen(server.url + path, body) as reply:
        content: bytes = reply.read()
        return content


Markers = tuple[bytes, bytes]
"""What one person's answer is known by, and what their comment."""


MARKER = re.compile(b"MARKER-[0-9a-f]{24}")


def new_marker() -> str:
    return "MARKER-" + secrets.token_hex(12)


def send_plain(server: LiveServer, number: int) -> Markers:
    """Answer without JavaScript; an answer's marker is the random number that travels beside it."""
    comment = new_marker()
    form = {document.CODE: server.live.codes[number], "fair": "agree", "why": comment}
    fields = html_page.parse(post(server, "/survey/autumn/check", form)).fields("checked")
    post(server, "/survey/autumn/send", fields)
    return fields[document.ATTEMPT][0].encode(), comment.encode()


def send_sealed(server: LiveServer, number: int) -> Markers:
    """Seal markers as the page seals an answer and a comment, and send them."""
    answer, comment = new_marker(), new_marker()
    size = envelope.packed_size(server.live.wave.questionnaire)
    sealed = envelope.seal(answer.encode().ljust(size), server.live.wave)
    comments = seal_comments(server.live, why=comment)
    post_json(server, take_ticket(server.live, number), sealed, comments)
    return answer.encode(), comment.encode()


def post_json(server: LiveServer, ticket: Ticket, sealed: bytes, comments: bytes) -> None:
    """Send as the page does."""
    proof = ticket.proof(sealed + comments)
    parts = {"token": ticket.token, "sealed": sealed, "proof": proof, "comments": comments}
    fields = [f'"{name}": "{urlsafe_b64encode(part).decode()}"' for name, part in parts.items()]
    body = f"{{{', '.join(fields)}}}".replace("=", "").encode()
    with urllib.request.urlopen(f"{server.url}/box/autumn", body) as reply:
        assert reply.status == 200


def everybody(
    server: LiveServer, send: Callable[[LiveServer, int], Markers]
) -> tuple[set[bytes], set[bytes]]:
    """Everybody sends; the markers of their answers, and those of their comments."""
    answers, comments = zip(*[send(server, number) for number in range(PEOPLE)], strict=True)
    return set(answers), set(comments)


def test_sealed_answers_and_comments_are_in_no_byte_of_the_workers_memory(
    server: LiveServer,
) -> None:
    answers, comments = everybody(server, send_sealed)
    assert found_in_memory([*answers, *comments]) == set()


def test_plain_requests_are_not_kept(server: LiveServer) -> None:
    answers, comments = everybody(server, send_plain)
    found = found_in_memory([*answers, *comments])
    assert len(found & answers) <= NOT_YET_OVERWRITTEN
    assert len(found & comments) <= NOT_YET_OVERWRITTEN


def test_requests_kept_in_a_global_are_noticed(keeping_server: LiveServer) -> None:
    answers, comments = everybody(keeping_server, send_plain)
    assert found_in_memory([*answers, *comments]) == answers | comments


def test_the_server_says_nothing_of_what_it_is_asked(
    server: LiveServer, capfd: pytest.CaptureFixture[str]
) -> None:
    send_plain(server, 0)
    send_sealed(server, 1)
    for refused in ("/survey/autumn/send", "/box/autumn", "/nowhere"):
        with pytest.raises(urllib.error.HTTPError):
            post(server, refused, {"candour.code": server.live.codes[2]})
    assert capfd.readouterr() == ("", "")
