"""The box's endpoint with comments: what the page sends, and what is refused without a trace."""

from __future__ import annotations

import sqlite3
from base64 import urlsafe_b64encode
from collections.abc import Callable
from contextlib import closing

import pytest
from fixtures_tokens import Ticket, received, seal, seal_comments, take_ticket
from fixtures_wave import LiveWave
from flask.testing import FlaskClient

from survey.app import create_app
from survey.collect import box, envelope, sealed_pages, tokens
from survey.errors import TokenError, UsedTicket


@pytest.fixture
def browser(commented_wave: LiveWave) -> FlaskClient:
    """The commented survey's endpoints."""
    return create_app(commented_wave.settings).test_client()


def text(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()


def sending(ticket: Ticket, sealed: bytes, comments: bytes) -> dict[str, str]:
    """A sending as the page makes it: the proof covers answers and comments."""
    proof = ticket.proof(sealed + comments)
    named = {"token": ticket.token, "sealed": sealed, "comments": comments, "proof": proof}
    return {name: text(content) for name, content in named.items()}


def comments_in(live: LiveWave) -> int:
    with closing(sqlite3.connect(box.path_of(live.settings, "autumn"))) as database:
        (count,) = database.execute("SELECT sum(taken) FROM comment").fetchone()
        return int(count)


def files(live: LiveWave) -> dict[str, bytes]:
    found = [path for path in live.settings.home.rglob("*") if path.is_file()]
    return {path.name: path.read_bytes() for path in found}


def test_answers_and_comments_are_taken_together(
    commented_wave: LiveWave, browser: FlaskClient
) -> None:
    sealed = seal(commented_wave, fair="agree")
    sent = sending(take_ticket(commented_wave), sealed, seal_comments(commented_wave, why="So."))
    for _ in "twice":
        reply = browser.post("/box/autumn", json=sent)
        assert reply.json == {"receipt": envelope.receipt(sealed, "autumn")}
        assert (received(commented_wave), comments_in(commented_wave)) == (1, 2)


def test_the_same_answers_with_other_comments_are_no_repetition(
    commented_wave: LiveWave, browser: FlaskClient
) -> None:
    ticket, sealed = take_ticket(commented_wave), seal(commented_wave, fair="agree")
    first, other = (seal_comments(commented_wave, why=text) for text in ("So.", "Not so."))
    browser.post("/box/autumn", json=sending(ticket, sealed, first))
    before = files(commented_wave)
    reply = browser.post("/box/autumn", json=sending(ticket, sealed, other))
    assert (reply.status_code, reply.json) == (409, {"error": UsedTicket.PUBLIC})
    assert files(commented_wave) == before


def test_a_box_that_compares_no_comments_is_noticed(
    commented_wave: LiveWave, browser: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(box, "_holds", lambda *_: True)
    with pytest.raises(AssertionError):
        test_the_same_answers_with_other_comments_are_no_repetition(commented_wave, browser)


Forge = Callable[[LiveWave], dict[str, str]]


def swapped(live: LiveWave) -> dict[str, str]:
    """Somebody's sending with another comment in it."""
    sent = sending(take_ticket(live), seal(live), seal_comments(live, why="Mine."))
    return {**sent, "comments": text(seal_comments(live, why="Another's."))}


def in_another_order(live: LiveWave) -> dict[str, str]:
    """The comments of a sending, changed about on the way."""
    comments = seal_comments(live)
    half = len(comments) // 2
    sent = sending(take_ticket(live), seal(live), comments)
    return {**sent, "comments": text(comments[half:] + comments[:half])}


def unproven(live: LiveWave) -> dict[str, str]:
    """A proof of the answers alone."""
    ticket, sealed, comments = take_ticket(live), seal(live), seal_comments(live)
    return {**sending(ticket, sealed, comments), "proof": text(ticket.proof(sealed))}


def left_out(live: LiveWave) -> dict[str, str]:
    """No comments at all, as a page sends them that was asked for none."""
    return sending(take_ticket(live), seal(live), b"")


def one_alone(live: LiveWave) -> dict[str, str]:
    """One comment of two."""
    comments = seal_comments(live)
    return sending(take_ticket(live), seal(live), comments[: len(comments) // 2])


def three(live: LiveWave) -> dict[str, str]:
    """A comment too many."""
    comments = seal_comments(live)
    return sending(take_ticket(live), seal(live), comments + comments[: len(comments) // 2])


def short(live: LiveWave) -> dict[str, str]:
    """A byte too few."""
    return sending(take_ticket(live), seal(live), seal_comments(live)[:-1])


def long(live: LiveWave) -> dict[str, str]:
    """A byte too many."""
    return sending(take_ticket(live), seal(live), seal_comments(live) + b"0")


def moved(live: LiveWave) -> dict[str, str]:
    """A byte of the comments at the end of the answer: the proof is the same."""
    sealed, comments = seal(live), seal_comments(live)
    sent = sending(take_ticket(live), sealed, comments)
    return {**sent, "sealed": text(sealed + comments[:1]), "comments": text(comments[1:])}


def rare_suite(live: LiveWave) -> dict[str, str]:
    """A comment whose first byte tells it from others."""
    return sending(take_ticket(live), seal(live), b"\1" + seal_comments(live)[1:])


FORGERIES = [
    swapped,
    in_another_order,
    unproven,
    left_out,
    one_alone,
    three,
    short,
    long,
    moved,
    rare_suite,
]


@pytest.mark.parametrize("forge", FORGERIES)
def test_other_comments_than_are_asked_for_leave_no_trace(
    commented_wave: LiveWave, browser: FlaskClient, forge: Forge
) -> None:
    sent = forge(commented_wave)
    before = files(commented_wave)
    reply = browser.post("/box/autumn", json=sent)
    assert (reply.status_code, reply.json) == (403, {"error": TokenError.PUBLIC})
    assert files(commented_wave) == before


@pytest.mark.parametrize("forge", FORGERIES[:3])
def test_a_box_that_lets_comments_be_swapped_is_noticed(
    commented_wave: LiveWave,
    browser: FlaskClient,
    monkeypatch: pytest.MonkeyPatch,
    forge: Forge,
) -> None:
    monkeypatch.setattr(tokens, "verify", lambda *_: None)
    with pytest.raises(AssertionError):
        test_other_comments_than_are_asked_for_leave_no_trace(commented_wave, browser, forge)


def test_a_wave_that_asks_for_none_takes_none(live_wave: LiveWave, client: FlaskClient) -> None:
    ticket, sealed = take_ticket(live_wave), seal(live_wave)
    extra = sending(ticket, sealed, bytes([envelope.P256]) + bytes(2129))
    assert client.post("/box/autumn", json=extra).status_code == 403
    assert client.post("/box/autumn", json=sending(ticket, sealed, b"")).status_code == 200


def test_the_longest_sending_fits_and_a_longer_one_does_not(
    commented_wave: LiveWave, browser: FlaskClient
) -> None:
    sent = sending(take_ticket(commented_wave), seal(commented_wave), seal_comments(commented_wave))
    rows = envelope.sealed_size(commented_wave.wave.questionnaire)
    rows += 2 * envelope.SEALED_COMMENT_BYTES
    longest = rows * 4 // 3 + sealed_pages.SPARE_BYTES
    assert len(str(sent)) < longest
    assert browser.post("/box/autumn", data=b" " * (longest + 1)).status_code == 413
