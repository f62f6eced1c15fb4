"""The people of a game: what each of them does, and what may be known of it.

Each draws anew whether the page seals for them or they send the form without JavaScript. A third of
them take a ticket first and send with it later.
"""

from __future__ import annotations

import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from io import BytesIO

import html_page
import numpy as np
from fixtures_tokens import Ticket
from fixtures_wave import LiveWave
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from survey.collect import codes, document, envelope, tickets, tokens
from survey.manage import issuing_keys
from survey.questionnaire import answers as folding

WAVE, PEOPLE = "autumn", 60
TICKETS = PEOPLE // 3
"""How many take a ticket first."""

COMMENTS = ("why", "change")
"""The comments that are asked for, by question."""

THINGS = ("answer", "token", *COMMENTS)
"""What comes into the box of everybody, by kind."""


@dataclass
class Person:
    """Somebody who came, and all that the attacker may know of it.

    Attributes:
        address: where their requests come from.
        seals: whether the page sealed for them.
        to_issuer: what passed between their browser and the issuer; in plain mode the headers
            alone, because there the body is the answer, or what a ticket is made from.
        to_box: what passed between their browser and the box; empty in plain mode.
        sizes: bytes of what the network saw of them, by what it was.
        half, blinded, proof, signature: what the issuer saw of them, and gave.
        sent: kind of thing -> what came into the box. The attacker does not know whose it is.
    """

    code: str
    address: str
    seals: bool
    to_issuer: bytes = b""
    to_box: bytes = b""
    sizes: dict[str, int] = field(default_factory=dict)
    half: bytes = b""
    blinded: bytes = b""
    proof: bytes = b""
    signature: bytes = b""
    sent: dict[str, bytes] = field(default_factory=dict)

    def note(self, name: str, reply: TestResponse) -> None:
        """How many bytes went each way."""
        sent = reply.request.content_length or 0
        self.sizes |= {f"{name} sent": sent, f"{name} reply": len(reply.data)}


def answers_of(rng: np.random.Generator) -> dict[str, tuple[str, ...]]:
    """What somebody answers and writes; some everything and much, and some hardly anything."""
    offered = {"fair": ("disagree", "agree"), "sex": ("female", "male")}
    willing = rng.random()
    given = {
        question: (str(rng.choice(choices)),)
        for question, choices in offered.items()
        if rng.random() < willing
    }
    for question in COMMENTS:
        letters = int(600 * willing * rng.uniform(0.8, 1))
        given[question] = (secrets.token_urlsafe(letters)[:letters],)
    return given


Held = bytes | Ticket | None
"""A ticket: the file of somebody without JavaScript, or what the page holds; None without one."""


def take_ticket(live: LiveWave, client: FlaskClient, person: Person) -> Held:
    """Redeem the code for a ticket."""
    if person.seals:
        return _redeem(live, client, person)
    asked = client.post(f"/ticket/{WAVE}", data={document.CODE: person.code})
    form = html_page.one_form(asked.data, "take").fields("take")
    saved = client.post(f"/ticket/{WAVE}/file", data=form)
    assert saved.status_code == 200, saved.text
    for name, reply in (("code", asked), ("ticket", saved)):
        person.to_issuer += headers_of(reply)
        person.note(name, reply)
    content: bytes = saved.data
    return content


def answer(
    live: LiveWave, client: FlaskClient, person: Person, rng: np.random.Generator, held: Held = None
) -> None:
    """Answer with a ticket, or redeem the code and send in one go."""
    if isinstance(held, bytes) or not person.seals:
        _fill_in(client, person, rng, held if isinstance(held, bytes) else b"")
    else:
        _seal_and_send(live, client, person, rng, held or _redeem(live, client, person))


def _fill_in(client: FlaskClient, person: Person, rng: np.random.Generator, ticket: bytes) -> None:
    """The form without JavaScript: check your answers, then send."""
    form: dict[str, object] = {name: list(given) for name, given in answers_of(rng).items()}
    if ticket:
        form[document.TICKET] = (BytesIO(ticket), tickets.file_name(WAVE))
    else:
        form[document.CODE] = person.code
    checked = client.post(f"/survey/{WAVE}/check", data=form)
    fields = html_page.one_form(checked.data, "checked").fields("checked")
    sent = client.post(f"/survey/{WAVE}/send", data=fields)
    assert sent.status_code == 200, sent.text
    way = "form with a ticket" if ticket else "form"
    for name, reply in ((f"{way} to check", checked), (way, sent)):
        person.to_issuer += headers_of(reply)
        person.note(name, reply)


def _redeem(live: LiveWave, client: FlaskClient, person: Person) -> Ticket:
    """What the page does at the issuer: ask, then redeem."""
    key = codes.private_key(codes.parse(person.code), WAVE)
    half = key.public_key().public_bytes_raw()
    asked = {"half": half, "proof": key.sign(tokens.to_check(WAVE))}
    checked = ask(client, f"/issue/{WAVE}/check", asked)
    public = issuing_keys.public(live.wave.token_key)
    asking = tokens.ask(WAVE, public, secrets.token_bytes(32), half)
    blinded = asking.blinded.content
    proof = key.sign(tokens.to_redeem(WAVE, blinded))
    asked = {"half": half, "blinded": blinded, "proof": proof}
    redeemed = ask(client, f"/issue/{WAVE}", asked)
    assert redeemed.json
    signature = urlsafe_b64decode(redeemed.json["signature"] + "==")
    person.to_issuer = exchange(checked) + exchange(redeemed)
    person.note("check", checked)
    person.note("redeeming", redeemed)
    return Ticket(tokens.finish(asking, public, signature), asking.one_time)


def _seal_and_send(
    live: LiveWave,
    client: FlaskClient,
    person: Person,
    rng: np.random.Generator,
    ticket: Ticket,
) -> None:
    """What the page does at the box: seal, then send."""
    asked, given = live.wave.questionnaire, answers_of(rng)
    sealed = envelope.seal(envelope.pack(asked, folding.fold(asked, given)), live.wave)
    written = envelope.seal_comments(folding.comments(asked, given), live.wave)
    comments = b"".join(written.values())
    proof = ticket.proof(sealed + comments)
    content = {"token": ticket.token, "sealed": sealed, "proof": proof, "comments": comments}
    sent = ask(client, f"/box/{WAVE}", content)
    person.to_box = exchange(sent)
    person.note("answer", sent)


def ask(client: FlaskClient, path: str, content: dict[str, bytes]) -> TestResponse:
    """Post bytes as the page does."""
    encoded = {
        name: urlsafe_b64encode(part).rstrip(b"=").decode() for name, part in content.items()
    }
    reply = client.post(path, json=encoded)
    assert reply.status_code == 200, reply.text
    return reply


def headers_of(reply: TestResponse) -> bytes:
    """The headers of a request and of its reply."""
    return f"{reply.request.headers}{reply.headers}".encode()


def exchange(reply: TestResponse) -> bytes:
    """A request and its reply, all of it."""
    sent = reply.request.environ["wsgi.input"]
    sent.seek(0)
    return headers_of(reply) + bytes(sent.read()) + reply.data
