"""The world of a game: everybody redeems and sends in one order, and then the wave closes.

The real thing is played, through the application: half of the people have the page seal for them,
half send the form without JavaScript, on the same wave. Who did is drawn anew for every game, like
the order in which they come.
"""

from __future__ import annotations

import io
import logging
import secrets
import shutil
import tempfile
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import html_page
import numpy as np
import postgresql
import pytest
from fixtures_wave import QUESTIONNAIRES, LiveWave, open_live_wave
from flask import Flask
from flask.testing import FlaskClient
from postgresql import Cluster
from werkzeug.test import TestResponse

from survey.app import create_app
from survey.close.closing import close_wave
from survey.collect import codes, document, envelope, issuer, submit, tokens
from survey.config import BOX, ISSUE, Settings
from survey.database import Stores
from survey.manage import issuing_keys
from survey.questionnaire import answers as folding

WAVE, PEOPLE = "autumn", 60
KINDS = ("SQLite", "PostgreSQL")
"""Where the issuer's database lies."""

CLOSED = date(2026, 9, 30)

Middleware = Callable[[Any], Any]
Plant = Callable[[LiveWave, pytest.MonkeyPatch], Middleware | None]
"""Builds a leak into a wave before anybody comes; may wrap the application too."""


@dataclass
class Person:
    """Somebody who came, and all that the attacker may know of it.

    Attributes:
        address: where their requests come from.
        seals: whether the page sealed for them.
        to_issuer: what passed between their browser and the issuer; in plain mode the headers
            alone, because there the body is the answer.
        to_box: what passed between their browser and the box; empty in plain mode.
        sizes: bytes of what the network saw of them, by what it was.
        half, blinded, proof, signature: what the issuer saw of them, and gave.
        answer, token: what came into the box. The attacker does not know whose it is.
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
    answer: bytes = b""
    token: bytes = b""


@dataclass(frozen=True)
class Ground:
    """An open wave that games are played on copies of, its issuer on one kind of database."""

    live: LiveWave
    cluster: Cluster | None = None

    @property
    def kind(self) -> str:
        """One of `KINDS`."""
        return KINDS[bool(self.cluster)]

    @contextmanager
    def copy(self) -> Iterator[tuple[LiveWave, dict[Path, tuple[int, int]]]]:
        """The wave in a folder of its own; and the facts of the server's files as they are now."""
        folder = Path(tempfile.mkdtemp(prefix="candour-game-"))
        shutil.copytree(self.live.settings.home, folder / "home")
        changes = {}
        if self.cluster:
            opened = postgresql.name_of(self.live.settings.issuer_url)
            changes = {"issuer_url": self.cluster.fresh(opened)}
        settings = Settings.at(folder / "home", surfaces=(ISSUE, BOX), **changes)
        live = replace(self.live, settings=settings, stores=Stores.open(settings))
        try:
            with postgresql.all_closed():
                yield live, facts(self.cluster.folder) if self.cluster else {}
        finally:
            if self.cluster:
                self.cluster.drop(live.settings.issuer_url)
            shutil.rmtree(folder)


def prepare(folder: Path, cluster: Cluster | None = None) -> Ground:
    """Open the wave once: making its keys and cards takes longer than a game."""
    small = QUESTIONNAIRES / "small.yaml"
    if cluster is None:
        return Ground(open_live_wave(folder / "home", small, WAVE))
    with postgresql.all_closed():
        return Ground(
            open_live_wave(folder / "home", small, WAVE, issuer_url=cluster.fresh()), cluster
        )


def facts(folder: Path) -> dict[Path, tuple[int, int]]:
    """Size and time of every file under a folder."""
    found = {}
    for path in folder.rglob("*"):
        if path.is_file():
            seen = path.stat()
            found[path] = (seen.st_size, seen.st_mtime_ns)
    return found


@dataclass(frozen=True)
class Played:
    """A wave at one moment of its game."""

    state: str
    live: LiveWave
    app: Flask
    people: tuple[Person, ...]
    said: str
    cluster: Cluster | None
    before: dict[Path, tuple[int, int]]


def play(ground: Ground, rng: np.random.Generator, plant: Plant | None = None) -> Iterator[Played]:
    """Play one game; gives the wave while it is open, and after it has closed."""
    with ground.copy() as (live, before), pytest.MonkeyPatch.context() as patch:
        patch.setattr(tempfile, "tempdir", str(live.settings.home.parent))
        with listening() as said:
            middleware = plant(live, patch) if plant else None
            app = create_app(live.settings)
            if middleware:
                app.wsgi_app = middleware(app.wsgi_app)  # type: ignore[method-assign]
            people = tuple(everybody(live, app, rng, patch))
        stage = Played("live", live, app, people, said(), ground.cluster, before)
        yield stage
        with listening() as said_at_close:
            close_wave(live.stores, WAVE, CLOSED)
        yield replace(stage, state="closed", said=said() + said_at_close())


@contextmanager
def listening() -> Iterator[Callable[[], str]]:
    """Catches whatever the program prints and logs."""
    caught = io.StringIO()
    handler = logging.StreamHandler(caught)
    logging.getLogger().addHandler(handler)
    try:
        with redirect_stdout(caught), redirect_stderr(caught):
            yield caught.getvalue
    finally:
        logging.getLogger().removeHandler(handler)


def everybody(
    live: LiveWave, app: Flask, rng: np.random.Generator, patch: pytest.MonkeyPatch
) -> Iterator[Person]:
    """Everybody comes, one after the other; what they do is noted on the way."""
    with patch.context() as noting:
        current: list[Person] = []
        note(noting, lambda: current[-1])
        for number in rng.permutation(PEOPLE):
            address = ".".join(str(part) for part in (10, *rng.integers(100, 256, 3)))
            current.append(Person(live.codes[number], address, bool(rng.integers(2))))
            client = app.test_client()
            client.environ_base["REMOTE_ADDR"] = address
            (seal_and_send if current[-1].seals else fill_in)(live, client, current[-1], rng)
            yield current[-1]


def note(patch: pytest.MonkeyPatch, person: Callable[[], Person]) -> None:
    """Write down what passes through issuer and box, for whoever came last."""
    redeem, accept = issuer.redeem, submit.accept

    def noted_redeem(stores: Stores, wave: str, half: bytes, *more: Any, **named: Any) -> bytes:
        signature = redeem(stores, wave, half, *more, **named)
        come = person()
        come.half, come.blinded, come.proof = half, *more[:2]
        come.signature = signature
        return signature

    def noted_accept(stores: Stores, wave: Any, token: bytes, *more: Any, **named: Any) -> str:
        person().token, person().answer = token, more[0]
        return accept(stores, wave, token, *more, **named)

    patch.setattr(issuer, "redeem", noted_redeem)
    patch.setattr(submit, "accept", noted_accept)


def answers_of(rng: np.random.Generator) -> dict[str, tuple[str, ...]]:
    """What somebody answers; some answer everything and some hardly anything."""
    offered = {
        "challenge_safe": ("strongly_disagree", "disagree", "neither", "agree", "strongly_agree"),
        "concern_heard": ("strongly_disagree", "disagree", "neither", "agree", "strongly_agree"),
        "fair_treatment": ("strongly_disagree", "disagree", "neither", "agree", "strongly_agree"),
        "told": ("manager", "association", "nobody"),
        "department": ("north-a", "north-b"),
        "ethnicity": ("indian", "bangladeshi", "white"),
        "in_probation": ("yes", "no"),
    }
    willing = rng.random()
    return {
        question: (str(rng.choice(choices)),)
        for question, choices in offered.items()
        if rng.random() < willing
    }


def fill_in(live: LiveWave, client: FlaskClient, person: Person, rng: np.random.Generator) -> None:
    """The form without JavaScript: check your answers, then send."""
    answered = {question: list(given) for question, given in answers_of(rng).items()}
    form = {**answered, document.CODE: person.code}
    checked = client.post(f"/survey/{WAVE}/check", data=form)
    fields = html_page.parse(checked.data).fields("checked")
    sent = client.post(f"/survey/{WAVE}/send", data=fields)
    assert sent.status_code == 200, sent.text
    for name, reply in (("form to check", checked), ("form", sent)):
        person.to_issuer += headers_of(reply)
        person.sizes |= sizes_of(name, reply)


def seal_and_send(
    live: LiveWave, client: FlaskClient, person: Person, rng: np.random.Generator
) -> None:
    """What the page does: ask, redeem, seal, send."""
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
    token = tokens.finish(asking, public, signature)
    stored = folding.fold(live.wave.questionnaire, answers_of(rng))
    sealed = envelope.seal(envelope.pack(live.wave.questionnaire, stored), live.wave)
    proof = asking.one_time.sign(tokens.to_send(WAVE, sealed))
    sent = ask(client, f"/box/{WAVE}", {"token": token, "sealed": sealed, "proof": proof})
    person.to_issuer = exchange(checked) + exchange(redeemed)
    person.to_box = exchange(sent)
    for name, reply in (("check", checked), ("redeeming", redeemed), ("answer", sent)):
        person.sizes |= sizes_of(name, reply)


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


def sizes_of(name: str, reply: TestResponse) -> dict[str, int]:
    """How many bytes went each way."""
    return {f"{name} sent": reply.request.content_length or 0, f"{name} reply": len(reply.data)}
