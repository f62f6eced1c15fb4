"""The issuer's and the box's endpoints: what the page asks, and what nobody gets past."""

from __future__ import annotations

import dataclasses
import secrets
from base64 import urlsafe_b64decode
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from threading import Barrier

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from fixtures_tokens import (
    Ticket,
    any_blinded,
    half,
    key_of,
    received,
    redeem,
    seal,
    take_ticket,
    text,
    to_send,
    used,
)
from fixtures_wave import QUESTIONNAIRES, LiveWave, open_live_wave
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from survey.app import create_app
from survey.collect import box, codes, envelope, sealed_pages, submit, tokens
from survey.config import SURFACES
from survey.errors import CodeError, TokenError, UsedTicket
from survey.manage import issuing_keys
from survey.manage.tables import IssuerTable

pytestmark = pytest.mark.both_databases


def content_of(sent: str) -> bytes:
    return urlsafe_b64decode(sent + "=" * (-len(sent) % 4))


def to_redeem(live: LiveWave, number: int, blinded: bytes) -> dict[str, str]:
    proof = key_of(live, number).sign(tokens.to_redeem("autumn", blinded))
    return {"half": text(half(live, number)), "blinded": text(blinded), "proof": text(proof)}


def to_check(live: LiveWave, number: int = 0) -> dict[str, str]:
    proof = key_of(live, number).sign(tokens.to_check("autumn"))
    return {"half": text(half(live, number)), "proof": text(proof)}


def bytes_on_disk(live: LiveWave) -> dict[str, object]:
    """Every file of the home, and every row of a database that is elsewhere."""
    files = [path for path in live.settings.home.rglob("*") if path.is_file()]
    with live.stores.issuer() as session:
        tables = IssuerTable.metadata.sorted_tables
        rows = {table.name: sorted(map(repr, session.execute(select(table)))) for table in tables}
    return {path.name: path.read_bytes() for path in files} | rows


def test_code_becomes_a_token_and_the_token_an_answer(
    live_wave: LiveWave, client: FlaskClient
) -> None:
    assert client.post("/issue/autumn/check", json=to_check(live_wave)).json == {"usable": True}
    public = issuing_keys.public(live_wave.wave.token_key)
    asking = tokens.ask("autumn", public, secrets.token_bytes(32), bytes(32))
    reply = client.post("/issue/autumn", json=to_redeem(live_wave, 0, asking.blinded.content))
    assert reply.json
    token = tokens.finish(asking, public, content_of(reply.json["signature"]))
    sealed = seal(live_wave, envelope.P256, ethnicity="white")
    sent = client.post("/box/autumn", json=to_send(Ticket(token, asking.one_time), sealed))
    assert sent.json == {"receipt": envelope.receipt(sealed, "autumn")}
    assert client.post("/issue/autumn/check", json=to_check(live_wave)).json == {"usable": False}
    assert (used(live_wave), received(live_wave)) == (1, 1)


def test_lost_replies_can_be_asked_for_again(live_wave: LiveWave, client: FlaskClient) -> None:
    blinded = any_blinded()
    signed = [
        client.post("/issue/autumn", json=to_redeem(live_wave, 0, blinded)).data for _ in "12"
    ]
    assert signed[0] == signed[1]
    ticket, first, other = take_ticket(live_wave, 1), seal(live_wave), seal(live_wave)
    replies = [
        client.post("/box/autumn", json=to_send(ticket, row)) for row in (first, first, other)
    ]
    receipt, refused = {"receipt": envelope.receipt(first, "autumn")}, {"error": UsedTicket.PUBLIC}
    assert [reply.json for reply in replies] == [receipt, receipt, refused]
    assert [reply.status_code for reply in replies] == [200, 200, 409]
    assert (used(live_wave), received(live_wave)) == (2, 1)


def test_ticket_taken_before_a_restart_still_sends(live_wave: LiveWave) -> None:
    ticket, sealed = take_ticket(live_wave), seal(live_wave)
    restarted = create_app(live_wave.settings).test_client()
    assert restarted.post("/box/autumn", json=to_send(ticket, sealed)).status_code == 200


def at_once(app: Flask, requests: list[tuple[str, dict[str, str]]]) -> list[TestResponse]:
    """The replies to requests that all come at the same time."""
    start = Barrier(len(requests))

    def ask(request: tuple[str, dict[str, str]]) -> TestResponse:
        start.wait()
        return app.test_client().post(request[0], json=request[1])

    with ThreadPoolExecutor(len(requests)) as pool:
        return list(pool.map(ask, requests))


def test_concurrent_redeeming_gives_one_token(live_wave: LiveWave, app: Flask) -> None:
    asked = [("/issue/autumn", to_redeem(live_wave, 0, any_blinded())) for _ in range(12)]
    replies = at_once(app, asked)
    assert sorted(reply.status_code for reply in replies) == [200, *[403] * 11]
    assert used(live_wave) == 1


def test_concurrent_sending_with_one_token_keeps_one_answer(
    live_wave: LiveWave, app: Flask
) -> None:
    ticket = take_ticket(live_wave)
    asked = [("/box/autumn", to_send(ticket, seal(live_wave))) for _ in range(12)]
    replies = at_once(app, asked)
    assert sorted(reply.status_code for reply in replies) == [200, *[409] * 11]
    assert received(live_wave) == 1


def malformed(live: LiveWave) -> list[dict[str, object]]:
    """Requests to redeem that are none, all with the half of an unused code."""
    whole: dict[str, object] = {**to_redeem(live, 5, any_blinded())}
    changes: list[dict[str, object]] = [{"proof": text(bytes(64))}, {"proof": ""}, {"proof": 7}]
    changes += [{"half": text(bytes(32))}, {"half": text(bytes(31))}, {"half": "ü"}, {"half": None}]
    changes += [{"blinded": text(any_blinded())}, {"blinded": text(b"\xff" * 384)}]
    changes += [{"blinded": text(bytes(383))}, {"blinded": "!" * 512}, {"blinded": ["AAAA"]}]
    return [{**whole, **change} for change in changes] + [{}]


def test_unknown_used_and_malformed_codes_get_the_same_reply(
    live_wave: LiveWave, client: FlaskClient
) -> None:
    redeem(live_wave)
    stranger = dataclasses.replace(live_wave, codes=tuple(codes.make(1)))
    before = bytes_on_disk(live_wave)
    asked: list[object] = [to_redeem(live, 0, any_blinded()) for live in (live_wave, stranger)]
    replies = [client.post("/issue/autumn", json=sent) for sent in [*asked, *malformed(live_wave)]]
    replies += [client.post("/issue/autumn", json=sent) for sent in ([], "text", None, 7)]
    replies += [
        client.post("/issue/autumn", data=sent) for sent in (b"", b"{", b"\xff\xfe", b"[" * 4000)
    ]
    assert {(reply.status_code, reply.data) for reply in replies} == {
        (403, replies[0].data),
    }
    assert replies[0].json == {"error": CodeError.PUBLIC}
    assert {tuple(reply.headers) for reply in replies} == {tuple(replies[0].headers)}
    assert bytes_on_disk(live_wave) == before


def test_check_of_an_unknown_used_or_malformed_code_is_the_same_no(
    live_wave: LiveWave, client: FlaskClient
) -> None:
    redeem(live_wave)
    stranger = dataclasses.replace(live_wave, codes=tuple(codes.make(1)))
    somebody = to_check(live_wave, 1)
    asked = [to_check(live_wave), to_check(stranger), {}, {**somebody, "proof": text(bytes(64))}]
    replies = [client.post("/issue/autumn/check", json=sent) for sent in asked]
    assert {reply.data for reply in replies} == {b'{"usable":false}\n'}
    assert client.post("/issue/autumn/check", json=somebody).json == {"usable": True}


Forge = Callable[[LiveWave, Path], dict[str, str]]


def forged(live: LiveWave, _: Path) -> dict[str, str]:
    """A token that nobody signed."""
    one_time = Ed25519PrivateKey.generate()
    public = one_time.public_key().public_bytes_raw()
    return to_send(Ticket(public + secrets.token_bytes(384), one_time), seal(live))


def signed_by_another(live: LiveWave, _: Path) -> dict[str, str]:
    """A token that somebody else's key signed."""
    one_time = Ed25519PrivateKey.generate()
    token = tokens.sign_openly("autumn", generate_private_key(65537, 3072), one_time)
    return to_send(Ticket(token, one_time), seal(live))


def of_another_wave(live: LiveWave, folder: Path) -> dict[str, str]:
    """A token of another wave, in which it is good."""
    other = open_live_wave(folder / "other", QUESTIONNAIRES / "small.yaml", "winter")
    ticket, sealed = take_ticket(other), seal(live)
    tokens.verify(
        ticket.token,
        "winter",
        issuing_keys.public(other.wave.token_key),
        sealed,
        ticket.proof(sealed, "winter"),
    )
    return to_send(ticket, sealed)


def named_for_another_wave(live: LiveWave, _: Path) -> dict[str, str]:
    """A token of this wave's key with another wave's name in it."""
    key = issuing_keys.read(live.settings, "autumn")
    assert key
    one_time = Ed25519PrivateKey.generate()
    return to_send(Ticket(tokens.sign_openly("winter", key, one_time), one_time), seal(live))


def swapped_key(live: LiveWave, _: Path) -> dict[str, str]:
    """A thief's one-time key in front of somebody's signature."""
    thief = Ed25519PrivateKey.generate()
    token = thief.public_key().public_bytes_raw() + take_ticket(live).token[32:]
    return to_send(Ticket(token, thief), seal(live))


def swapped_answer(live: LiveWave, _: Path) -> dict[str, str]:
    """Somebody's token and proof with another answer."""
    return {**to_send(take_ticket(live), seal(live)), "sealed": text(seal(live))}


def stolen_token(live: LiveWave, _: Path) -> dict[str, str]:
    """Somebody's token, sent by a thief who lacks its key."""
    ticket = Ticket(take_ticket(live).token, Ed25519PrivateKey.generate())
    return to_send(ticket, seal(live))


def proof_of_another_wave(live: LiveWave, _: Path) -> dict[str, str]:
    """A proof that was made for another wave."""
    return to_send(take_ticket(live), seal(live), "winter")


def long_token(live: LiveWave, _: Path) -> dict[str, str]:
    """A token with a byte too many."""
    ticket = take_ticket(live)
    return to_send(Ticket(ticket.token + b"\0", ticket.one_time), seal(live))


def short_token(live: LiveWave, _: Path) -> dict[str, str]:
    """A token with a byte too few."""
    ticket = take_ticket(live)
    return to_send(Ticket(ticket.token[:-1], ticket.one_time), seal(live))


def long_answer(live: LiveWave, _: Path) -> dict[str, str]:
    """An answer with a byte too many."""
    return to_send(take_ticket(live), seal(live) + b"\0")


def short_answer(live: LiveWave, _: Path) -> dict[str, str]:
    """An answer with a byte too few."""
    return to_send(take_ticket(live), seal(live)[:-1])


def unknown_suite(live: LiveWave, _: Path) -> dict[str, str]:
    """An answer in a suite that nobody opens."""
    return to_send(take_ticket(live), b"\7" + seal(live)[1:])


def nothing(_: LiveWave, __: Path) -> dict[str, str]:
    """Nothing at all."""
    return {}


FORGERIES = [
    forged,
    signed_by_another,
    of_another_wave,
    named_for_another_wave,
    swapped_key,
    swapped_answer,
    stolen_token,
    proof_of_another_wave,
    long_token,
    short_token,
    long_answer,
    short_answer,
    unknown_suite,
    nothing,
]


@pytest.mark.parametrize("forge", FORGERIES)
def test_what_the_box_does_not_take_leaves_no_trace(
    live_wave: LiveWave, client: FlaskClient, tmp_path: Path, forge: Forge
) -> None:
    sent = forge(live_wave, tmp_path)
    before = bytes_on_disk(live_wave)
    reply = client.post("/box/autumn", json=sent)
    assert (reply.status_code, reply.json) == (403, {"error": TokenError.PUBLIC})
    assert bytes_on_disk(live_wave) == before


@pytest.mark.parametrize("forge", FORGERIES[:-4])
def test_a_box_that_checks_no_tokens_is_noticed(
    live_wave: LiveWave,
    client: FlaskClient,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    forge: Forge,
) -> None:
    monkeypatch.setattr(tokens, "verify", lambda *_: None)
    with pytest.raises(AssertionError):
        test_what_the_box_does_not_take_leaves_no_trace(live_wave, client, tmp_path, forge)


def test_spent_token_counts_once_and_keeps_the_first_answer(
    live_wave: LiveWave, client: FlaskClient
) -> None:
    ticket, first = take_ticket(live_wave), seal(live_wave)
    client.post("/box/autumn", json=to_send(ticket, first))
    before = bytes_on_disk(live_wave)
    reply = client.post("/box/autumn", json=to_send(ticket, seal(live_wave)))
    assert (reply.status_code, reply.json) == (409, {"error": UsedTicket.PUBLIC})
    assert bytes_on_disk(live_wave) == before


def test_a_box_that_gives_everybody_the_stored_receipt_is_noticed(
    live_wave: LiveWave, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(submit, "accept", partial(submit.accept, same_sender=True))
    with pytest.raises(AssertionError):
        test_spent_token_counts_once_and_keeps_the_first_answer(live_wave, client)


@pytest.mark.parametrize("path", ["/issue/autumn", "/issue/autumn/check", "/box/autumn"])
def test_body_that_is_too_long_is_refused(
    live_wave: LiveWave, client: FlaskClient, path: str
) -> None:
    row = envelope.sealed_size(live_wave.wave.questionnaire)
    longest = sealed_pages.SPARE_BYTES + (row * 4 // 3 if path == "/box/autumn" else 0)
    assert client.post(path, data=b" " * longest).status_code != 413
    reply = client.post(path, data=b" " * (longest + 1))
    assert reply.status_code == 413
    assert reply.json
    assert reply.json["error"].endswith(".")


def test_the_longest_answer_of_all_is_not_too_long(live_wave: LiveWave) -> None:
    ticket, sealed = take_ticket(live_wave), secrets.token_bytes(box.LARGEST_ROW)
    sent = to_send(ticket, sealed)
    assert len(str(sent)) < len(sealed) * 4 // 3 + sealed_pages.SPARE_BYTES


def test_page_that_signs_in_needs_no_token_of_a_form_here(live_wave: LiveWave) -> None:
    settings = dataclasses.replace(live_wave.settings, surfaces=SURFACES)
    everything = create_app(settings).test_client()
    assert everything.post("/issue/autumn/check", json=to_check(live_wave)).json == {"usable": True}
