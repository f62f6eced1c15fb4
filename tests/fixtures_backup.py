"""A home at every stage of its waves, what must be in no backup of it, and looking for that."""

from __future__ import annotations

import base64
import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from fixtures_comments import write_all
from fixtures_wave import LiveWave
from sqlalchemy import select

from analysis import zipped
from survey.backup import making, packing, restoring
from survey.close.closing import close_wave
from survey.close.destroying import destroy
from survey.close.unsealing import unseal
from survey.collect import codes, issuer
from survey.config import Settings
from survey.manage import waves
from survey.manage.tables import CodeRow

NOW = datetime(2026, 11, 23, 2, 19, tzinfo=UTC)
LATER = NOW + timedelta(days=3)
CLOSED, GONE = date(2026, 9, 30), date(2026, 10, 20)
STAGES = ("draft", "open", "closed", "released", "destroyed")


def backup_of(live: LiveWave) -> bytes:
    """A backup of a home, at a moment of the tests."""
    return making.packed(live.settings, NOW)


@dataclass(frozen=True)
class Stage:
    """A backup of one moment, and everything secret that there had been up to it."""

    content: bytes
    secrets: frozenset[bytes]


def stages_of(live: LiveWave) -> dict[str, Stage]:
    """Takes the wave `autumn` from its opening to its end, with a draft `winter` beside it."""
    known: set[bytes] = set()
    made: dict[str, Stage] = {}

    def stage(name: str, once: frozenset[bytes] = frozenset()) -> None:
        known.update(secret_pieces(live))
        made[name] = Stage(backup_of(live), frozenset(known | once))

    add_draft(live)
    stage("draft")
    write_all(live)
    stage("open", taken_tokens(live))  # which are public as soon as the wave has closed
    close_wave(live.stores, "autumn", CLOSED)
    stage("closed")
    unseal(live.stores, "autumn", live.keys, live.settings.home.parent / "out")
    stage("released")
    destroy(live.stores, "autumn", None, GONE)
    stage("destroyed")
    return made


def add_draft(live: LiveWave, wave_id: str = "winter") -> None:
    """A draft with cards, beside the wave that is open."""
    waves.create(live.stores, wave_id, "Winter", live.wave.questionnaire, live.keys.public)
    halves = [codes.public_half(codes.parse(code), wave_id) for code in codes.make(60)]
    issuer.import_codes(live.stores, wave_id, halves)


def secret_pieces(live: LiveWave) -> set[bytes]:
    """What is secret now: files of salts and keys, rows of codes, sealed answers and comments."""
    home = live.settings.home
    found = {path.read_bytes() for path in (home / "salts").glob("*")}
    found.add((home / "secret_key").read_bytes().strip())
    with live.stores.issuer() as session:
        for row in session.execute(select(CodeRow.hash, CodeRow.mark, CodeRow.record)):
            found |= set(row)
    for path in (home / "boxes").glob("*"):
        queries = {".box": "SELECT sealed FROM slot", ".closed": "SELECT sealed FROM answer"}
        with closing(sqlite3.connect(path)) as box:
            for query in (queries[path.suffix], "SELECT sealed FROM comment"):
                found |= {bytes(row[0]) for row in box.execute(query)}
    return found


def taken_tokens(live: LiveWave) -> frozenset[bytes]:
    with closing(sqlite3.connect(live.settings.home / "boxes" / "autumn.box")) as box:
        return frozenset(bytes(t) for (t,) in box.execute("SELECT token FROM token WHERE taken"))


def members(content: bytes) -> dict[str, bytes]:
    """The files in a backup."""
    return zipped.unpack(content, lambda _names: None)


def found_in(content: bytes, secrets: frozenset[bytes]) -> set[bytes]:
    """Which secrets stand in a backup: as they are, in digits or letters, in whatever is packed."""
    files = members(content)
    values = [value for file in files.values() for value in _bytes_in(file)]
    everything = b"\n".join((content, *files.values(), *values))
    return {one for one in secrets if any(form in everything for form in _forms(one))}


def _forms(secret: bytes) -> set[bytes]:
    assert len(secret) >= 32
    coded = {base64.b64encode(secret), base64.urlsafe_b64encode(secret)}
    written = {secret.hex().encode(), secret.hex().upper().encode()}
    return {secret, json.dumps(secret.decode("latin-1")).encode(), *written, *coded}


def _bytes_in(file: bytes) -> list[bytes]:
    found = []
    for line in file.splitlines():
        rows = json.loads(line) if line.startswith(b"[") else []
        found += [
            base64.b64decode(value["base64"])
            for value in rows
            if isinstance(value, dict) and "base64" in value
        ]
    return found


def restored(content: bytes, home: Path, **changes: str) -> Settings:
    settings = Settings.at(home, **changes)
    restoring.restore(settings, packing.unpack(content, "it"), LATER)
    return settings
