"""A wave on two hosts: one with the issuer, one with the ballot box, each with its own home."""

from __future__ import annotations

import re
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

from fixtures_wave import CARDS, OPENED, QUESTIONNAIRES, LiveWave, copied
from served import serve_app
from sqlalchemy import Engine, event

from survey import database
from survey.app import create_app
from survey.close import keys
from survey.collect import codes, copies, issuer
from survey.config import BOX, ISSUE, Settings
from survey.database import Stores
from survey.manage import waves
from survey.questionnaire import loader

ISSUES = "https://issue.example.org"
ASKS = "https://survey.example.org"


@dataclass(frozen=True)
class Hosts:
    """The same wave as each host has it; only the tests know codes and keys of both."""

    issuer: LiveWave
    box: LiveWave

    def copied(self, folder: Path, issue_address: str, box_address: str) -> Hosts:
        """The same in homes of a test's own."""
        return Hosts(
            copied(self.issuer, folder / "issuer", box_address=box_address),
            copied(self.box, folder / "box", issue_address=issue_address),
        )


def stores_at(home: Path, **changes: Any) -> Stores:
    """A host that is set up and has no wave yet."""
    settings = Settings.at(home, **changes)
    database.migrate(settings)
    return Stores.open(settings)


def draft_on_issuer(stores: Stores, wave_id: str = "autumn") -> LiveWave:
    """A draft with cards, as the issuer's host makes it."""
    officers = keys.new()
    questionnaire = loader.load(QUESTIONNAIRES / "small.yaml")
    waves.create(stores, wave_id, "Autumn survey", questionnaire, officers.public)
    cards = tuple(codes.make(CARDS))
    halves = [codes.public_half(codes.parse(code), wave_id) for code in cards]
    issuer.import_codes(stores, wave_id, halves)
    return LiveWave(stores.settings, stores, waves.get(stores, wave_id), cards, officers)


def open_hosts(folder: Path) -> Hosts:
    """Make a wave on the issuer's host, bring it to the box's, and open it on both."""
    here = draft_on_issuer(stores_at(folder / "issuer", surfaces=(ISSUE,)))
    there = stores_at(folder / "box", surfaces=(BOX,))
    copies.take(there, copies.export(here.stores, "autumn"))
    opened = [waves.open_wave(stores, "autumn", OPENED) for stores in (here.stores, there)]
    return Hosts(
        replace(here, wave=opened[0]),
        replace(here, settings=there.settings, stores=there, wave=opened[1]),
    )


@contextmanager
def issuer_served(hosts: Hosts) -> Iterator[LiveWave]:
    """The box's host, while the issuer's answers at the address that its settings name."""
    serving = serve_app(create_app(hosts.issuer.settings))
    settings = replace(hosts.box.settings, issue_address=next(serving))
    yield replace(hosts.box, settings=settings, stores=Stores.open(settings))
    serving.close()  # type: ignore[attr-defined]


@dataclass
class Touched:
    """What a thread opened and asked while it was watched.

    Attributes:
        files: names of files.
        tables: names of tables.
    """

    files: set[str] = field(default_factory=set)
    tables: set[str] = field(default_factory=set)
    thread: int = field(default_factory=threading.get_ident)


def _watched_here() -> list[Touched]:
    return [touched for touched in _watched if touched.thread == threading.get_ident()]


_watched: list[Touched] = []
_TABLE = re.compile(r"\b(?:FROM|UPDATE|INTO|JOIN) (\w+)")


def _note_file(kind: str, arguments: tuple[object, ...]) -> None:
    if kind in {"open", "sqlite3.connect"}:
        for touched in _watched_here():
            touched.files.add(Path(str(arguments[0]).partition("?")[0]).name)


def _note_tables(_c: object, _k: object, statement: str, *_more: object) -> None:
    for touched in _watched_here():
        touched.tables |= set(_TABLE.findall(statement))


@cache
def _listen_to_files() -> None:
    """Once, and only where somebody watches: nothing takes a hook off again, and all pay for it."""
    sys.addaudithook(_note_file)


@contextmanager
def watching() -> Iterator[Touched]:
    """Notes the files and tables that this thread uses meanwhile, as a client of tests does."""
    _listen_to_files()
    touched = Touched()
    _watched.append(touched)
    event.listen(Engine, "before_cursor_execute", _note_tables)
    try:
        yield touched
    finally:
        event.remove(Engine, "before_cursor_execute", _note_tables)
        _watched.remove(touched)
