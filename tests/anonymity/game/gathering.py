"""Gathers the evidence: reads the disk, the databases and the public pages of a game."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path

import numpy as np
import postgresql
import psycopg

from game.evidence import HIDDEN, SQLITE, Evidence, File, Table
from game.people import PEOPLE, THINGS, WAVE
from game.world import KINDS, Played, facts
from survey.manage import issuing_keys

Truth = dict[str, np.ndarray]
"""Kind -> whose each thing is, as a place in the order of arrival; never in the evidence."""


def gather(played: Played, salt: bytes) -> tuple[Evidence, Truth]:
    """The evidence of a game at one moment, and the truth to compare claims with.

    Args:
        played: the game.
        salt: as the attacker copied it while it was there.
    """
    people = played.people
    owners = {kind: _by_bytes([one.sent[kind] for one in people]) for kind in THINGS}
    key = issuing_keys.public(played.live.wave.token_key)
    evidence = Evidence(
        state=played.state,
        kind=KINDS[bool(played.cluster)],
        people=tuple(replace(one, sent={}, to_box=b"") for one in people),
        things={
            kind: tuple(people[number].sent[kind] for number in whose)
            for kind, whose in owners.items()
        },
        exchanges=tuple(people[number].to_box for number in owners["answer"]),
        files=dict(_files(played)),
        pages=dict(_pages(played)),
        tables=tuple(_tables(played)),
        salt=salt,
        modulus=key.public_numbers().n,
    )
    return evidence, owners


def _by_bytes(contents: list[bytes]) -> np.ndarray:
    return np.array(sorted(range(PEOPLE), key=contents.__getitem__))


def _files(played: Played) -> Iterator[tuple[str, File]]:
    home = played.live.settings.home
    # The folder around the home is where temporary files would lie.
    for path in sorted(home.parent.rglob("*")):
        if path.is_file():
            yield str(path.relative_to(home.parent)), _file(path)
    yield "what the server said", File(played.said.encode(), 0, 0)
    if played.cluster:
        yield from _server_files(played)


def _file(path: Path) -> File:
    seen = path.stat()
    return File(path.read_bytes(), seen.st_mtime_ns, seen.st_ino)


def _server_files(played: Played) -> Iterator[tuple[str, File]]:
    """Every file of PostgreSQL that was written since the game began; its log ahead as one."""
    assert played.cluster
    folder = played.cluster.folder
    yield "pg_wal", _log_ahead(played, folder / "data" / "pg_wal")
    played.cluster.run("CHECKPOINT")
    name = postgresql.name_of(played.live.settings.issuer_url)
    [(number,)] = played.cluster.run(f"SELECT oid FROM pg_database WHERE datname = '{name}'")
    mine = folder / "data" / "base" / str(number)
    for path, seen in sorted(facts(folder).items()):
        if played.before.get(path) == seen or path.parent.name == "pg_wal":
            continue
        called = f"base/wave/{path.name}" if path.parent == mine else path.relative_to(folder)
        with suppress(FileNotFoundError):
            yield f"PostgreSQL {called}", _file(path)


def _log_ahead(played: Played, folder: Path) -> File:
    written = [path for path, seen in facts(folder).items() if played.before.get(path) != seen]
    return File(b"".join(path.read_bytes() for path in sorted(written)), 0, 0)


def _pages(played: Played) -> Iterator[tuple[str, bytes]]:
    """What everybody may look at: every page that is about the wave alone, as it reads now."""
    client = played.app.test_client()
    for rule in played.app.url_map.iter_rules():
        if "GET" in (rule.methods or ()) and rule.arguments <= {"wave_id"}:
            address = rule.rule.replace("<wave_id>", WAVE)
            yield address, client.get(address).data


def _tables(played: Played) -> Iterator[Table]:
    home = played.live.settings.home
    for path in sorted(home.rglob("*")):
        if path.is_file() and path.read_bytes().startswith(SQLITE):
            yield from _sqlite_tables(path, str(path.relative_to(home)))
    if played.cluster:
        name = postgresql.name_of(played.live.settings.issuer_url)
        with played.cluster.connect(name) as database:
            yield from _server_tables(database)


def _sqlite_tables(path: Path, store: str) -> Iterator[Table]:
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        names = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        for (name,) in names:
            try:
                found = database.execute(f'SELECT rowid AS "rowid", * FROM "{name}"')
            except sqlite3.OperationalError:  # a table without
                found = database.execute(f'SELECT * FROM "{name}"')
            columns = tuple(column[0] for column in found.description)
            yield Table(store, name, columns, tuple(found.fetchall()))


def _server_tables(database: psycopg.Connection) -> Iterator[Table]:
    names = database.execute(
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"
    ).fetchall()
    for (name,) in names:
        found = database.execute(
            f'SELECT ctid::text, xmin::text, xmax::text, cmin::text, * FROM "{name}"'  # type: ignore[arg-type]
        )
        columns = tuple(column.name for column in found.description or ())
        rows = tuple(tuple(_number(value) for value in row[:4]) + row[4:] for row in found)
        assert columns[:4] == HIDDEN[1:]
        yield Table("issuer", name, columns, rows)


def _number(value: str) -> int:
    """A hidden column's value; of `(page, place)` both in one."""
    page, _, place = value.strip("()").rpartition(",")
    return int(page or 0) << 16 | int(place)
