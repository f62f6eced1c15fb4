"""A ballot box that cannot be written: the sender is told, and the same sending counts once."""

from __future__ import annotations

import sqlite3
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path

import html_page
import pytest
from fixtures_tokens import received, seal, take_ticket, used
from fixtures_wave import LiveWave
from flask.testing import FlaskClient

from survey.collect import box, document, envelope
from survey.errors import BoxError


@contextmanager
def read_only() -> Iterator[None]:
    """Every ballot box can be read and not be written, as on a disk mounted so."""
    connect = box.connect

    def reading(path: Path, mode: str = "rw") -> AbstractContextManager[sqlite3.Connection]:
        return connect(path, "ro")

    with pytest.MonkeyPatch.context() as planted:
        planted.setattr(box, "connect", reading)
        yield


def rows(live: LiveWave) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(box.path_of(live.settings, "autumn"))) as database:
        return database.execute("SELECT * FROM slot ORDER BY number").fetchall()


def test_plain_send_says_that_nothing_was_kept_and_the_same_one_counts_once(
    live_wave: LiveWave, client: FlaskClient
) -> None:
    filled = {document.CODE: live_wave.codes[0], "ethnicity": "white"}
    page = html_page.parse(client.post("/survey/autumn/check", data=filled).data)
    form = page.fields("checked")
    before = rows(live_wave)
    with read_only():
        reply = client.post("/survey/autumn/send", data=form)
    assert reply.status_code == 503
    assert BoxError.PUBLIC in html_page.parse(reply.data).text
    assert (used(live_wave), received(live_wave)) == (1, 0)
    assert rows(live_wave) == before
    receipts = {client.post("/survey/autumn/send", data=form).data for _ in "12"}
    assert len(receipts) == 1
    assert (used(live_wave), received(live_wave)) == (1, 1)


def test_sealed_send_says_that_nothing_was_kept_and_the_same_one_counts_once(
    live_wave: LiveWave, client: FlaskClient
) -> None:
    ticket, sealed = take_ticket(live_wave), seal(live_wave)
    parts = {"token": ticket.token, "sealed": sealed, "proof": ticket.proof(sealed, "autumn")}
    sent = {name: urlsafe_b64encode(part).decode().rstrip("=") for name, part in parts.items()}
    with read_only():
        reply = client.post("/box/autumn", json=sent)
    assert (reply.status_code, reply.json) == (503, {"error": BoxError.PUBLIC})
    assert received(live_wave) == 0
    for _ in range(2):
        reply = client.post("/box/autumn", json=sent)
        assert reply.json == {"receipt": envelope.receipt(sealed, "autumn")}
    assert received(live_wave) == 1
