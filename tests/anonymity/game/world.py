"""The world of a game: everybody redeems and sends in one order, and then the wave closes.

The real thing is played, through the application, by `people` of all kinds on the same wave. Who
does what is drawn anew for every game, like the order in which they come.
"""

from __future__ import annotations

import io
import logging
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import postgresql
import pytest
from fixtures_wave import QUESTIONNAIRES, LiveWave, open_live_wave
from flask import Flask
from flask.testing import FlaskClient
from postgresql import Cluster

from game import people
from game.people import PEOPLE, TICKETS, WAVE, Person
from survey.app import create_app
from survey.close.closing import close_wave
from survey.collect import envelope, issuer, submit
from survey.config import BOX, ISSUE, Settings
from survey.database import Stores
from survey.manage.waves import Wave

KINDS = ("SQLite", "PostgreSQL")
"""Where the issuer's database lies."""

CLOSED = date(2026, 9, 30)

Middleware = Callable[[Any], Any]
Plant = Callable[[LiveWave, pytest.MonkeyPatch], Middleware | None]
"""Builds a leak into a wave before anybody comes; may wrap the application too."""


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
    asked = QUESTIONNAIRES / "commented.yaml"
    if cluster is None:
        return Ground(open_live_wave(folder / "home", asked, WAVE))
    with postgresql.all_closed():
        return Ground(
            open_live_wave(folder / "home", asked, WAVE, issuer_url=cluster.fresh()), cluster
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
            come = tuple(everybody(live, app, rng, patch))
        stage = Played("live", live, app, come, said(), ground.cluster, before)
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
    """Everybody comes, one after the other; what they do is noted on the way.

    The first of them take a ticket each, and send with it before the others come: so codes are
    redeemed and answers sent in one order.
    """
    come = [_somebody(live, number, rng) for number in rng.permutation(PEOPLE)]
    with patch.context() as noting:
        current: list[Person] = []
        note(noting, lambda: current[-1])
        held: dict[str, people.Held] = {}
        for person in come[:TICKETS]:
            current.append(person)
            held[person.code] = people.take_ticket(live, _browser(app, person), person)
        for person in come:
            current.append(person)
            ticket = held.get(person.code)
            people.answer(live, _browser(app, person), person, rng, ticket)
            yield person


def _somebody(live: LiveWave, number: int, rng: np.random.Generator) -> Person:
    address = ".".join(str(part) for part in (10, *rng.integers(100, 256, 3)))
    return Person(live.codes[number], address, bool(rng.integers(2)))


def _browser(app: Flask, person: Person) -> FlaskClient:
    client = app.test_client()
    client.environ_base["REMOTE_ADDR"] = person.address
    return client


def note(patch: pytest.MonkeyPatch, person: Callable[[], Person]) -> None:
    """Write down what passes through issuer and box, for whoever is there."""
    redeem, accept = issuer.redeem, submit.accept

    def noted_redeem(stores: Stores, wave: str, half: bytes, *more: Any, **named: Any) -> bytes:
        signature = redeem(stores, wave, half, *more, **named)
        come = person()
        come.half, come.blinded, come.proof = half, *more[:2]
        come.signature = signature
        return signature

    def noted_accept(
        stores: Stores,
        wave: Wave,
        token: bytes,
        sealed: bytes,
        proof: bytes,
        comments: bytes,
        **more: bool,
    ) -> str:
        rows = envelope.split_comments(comments, wave.questionnaire)
        assert rows
        person().sent = {"token": token, "answer": sealed, **rows}
        return accept(stores, wave, token, sealed, proof, comments, **more)

    patch.setattr(issuer, "redeem", noted_redeem)
    patch.setattr(submit, "accept", noted_accept)
