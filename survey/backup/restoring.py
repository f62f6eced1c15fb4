"""A home made again from a backup: checked as a whole on the side first, then written.

What a backup cannot bring back is ended: a wave that was open is closed, since its answers, salt
and issuing key are gone, and what two people had proposed lapses. Everybody signs in anew. The log
goes on in its chain, with an entry that says from which moment it was restored.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import delete, insert, inspect, select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from survey import database
from survey.backup import kept, stages
from survey.backup.packing import Backup
from survey.config import Settings
from survey.database import Stores
from survey.errors import CandourError, DataError, SettingsError
from survey.manage import audit_log, waves
from survey.manage.alone import LOCK
from survey.manage.audit_log import Head
from survey.manage.erasing import erase
from survey.manage.tables import (
    AgreementRow,
    DestructionRow,
    PublishedRow,
    ReleaseRow,
    WaveRow,
)
from survey.manage.waves import Wave
from survey.results import commented, ledger, store

TRIAL = "restoring"
"""Where a backup is checked before anything else is written; erased afterwards."""

_HARMLESS = {"secret_key", TRIAL, LOCK}
"""What commands leave in a home that holds nothing, and what an interrupted restoring does."""


@dataclass(frozen=True)
class Restored:
    """What came of it.

    Attributes:
        waves: all of them, as they are now.
        unfinished: ids of those that were open when the backup was made, and are closed now.
    """

    waves: tuple[Wave, ...]
    unfinished: tuple[str, ...]


def restore(settings: Settings, backup: Backup, now: datetime) -> Restored:
    """Fill an empty home from a backup.

    Raises:
        SettingsError: when the home or a database holds anything already.
        DataError: when the backup is of another version, or what is in it does not hold together.
    """
    expect_empty(settings)
    _expect_version(backup)
    with _on_the_side(settings) as trial:
        _fill(trial, backup, now)
        _check(trial, backup)
    _fill(settings, backup, now)
    stores = Stores.open(settings)
    unfinished = tuple(
        row["id"] for row in stages.rows(backup.tables, "issuer", "wave") if row["state"] == "open"
    )
    return Restored(waves.all_waves(stores), unfinished)


def expect_empty(settings: Settings) -> None:
    """Refuse a home or a database that holds anything: a restored one replaces nothing.

    Raises:
        SettingsError: names what is there.
    """
    home = settings.home
    there = home.iterdir() if home.exists() else ()
    found = sorted(path.name for path in there if not _is_of_the_disk(path))
    if left := [name for name in found if name not in _HARMLESS]:
        raise SettingsError(
            f"{home} is not empty ({left[0]}); a backup is restored into an empty CANDOUR_HOME. If "
            "an earlier restoring was interrupted, empty it and run this again."
        )
    for part, url in (("ISSUER", settings.issuer_url), ("RESULTS", settings.results_url)):
        if _holds_anything(url):
            raise SettingsError(
                f"The database of CANDOUR_{part}_URL holds tables already; a backup is restored "
                "into an empty one. If an earlier restoring was interrupted, make it anew."
            )


def _is_of_the_disk(path: Path) -> bool:
    """Whether it is the empty folder of a file system that was just made; root's alone, mostly."""
    if path.name != "lost+found" or path.is_symlink() or not path.is_dir():
        return False
    try:
        return not any(path.iterdir())
    except PermissionError:
        return True


def _holds_anything(url: str) -> bool:
    made = database.engine(url)
    address = make_url(url)
    if address.get_backend_name() == "sqlite":
        return bool(address.database) and Path(str(address.database)).exists()
    try:
        return bool(inspect(made).get_table_names())
    finally:
        made.dispose()


def _expect_version(backup: Backup) -> None:
    here = {name: database.version_of(name) for name in kept.KEPT}
    if dict(backup.schema) != here:
        raise DataError(
            f"This backup was made by Candour {backup.version} with other tables "
            f"({', '.join(sorted(backup.schema.values()))}) than this program has "
            f"({', '.join(sorted(here.values()))}); restore it with that version, and upgrade then."
        )


@contextmanager
def _on_the_side(settings: Settings) -> Iterator[Settings]:
    """Settings of a home within the home, on the same disk; nothing of it stays."""
    folder = settings.home / TRIAL
    _clear(folder)
    folder.mkdir(mode=0o700, parents=True)
    urls = {f"{name}_url": f"sqlite:///{folder}/{name}.db" for name in kept.KEPT}
    try:
        yield replace(settings, home=folder, **urls)  # type: ignore[arg-type]
    finally:
        _clear(folder)


def _clear(folder: Path) -> None:
    if folder.exists():
        for path in folder.iterdir():
            erase(path)
        folder.rmdir()


def _fill(settings: Settings, backup: Backup, now: datetime) -> None:
    database.migrate(settings)
    stores = Stores.open(settings)
    try:
        with stores.issuer() as session:
            _insert(session, "issuer", backup)
            _close_unfinished(session, now)
        with stores.results() as session:
            _insert(session, "results", backup)
            _lapse(session)
            audit_log.record(session, None, "backup", _said(backup), at=now)
    except (SQLAlchemyError, OverflowError, ValueError) as error:
        raise DataError(
            f"This backup holds rows that the databases do not take ({type(error).__name__}); take "
            "another copy of it."
        ) from error


def _said(backup: Backup) -> str:
    return (
        f"restored everything from the backup of {backup.made}, whose log ended with entry "
        f"{backup.log_number} ({backup.log_hash}); what was logged later is lost"
    )


def _insert(session: Session, store_name: str, backup: Backup) -> None:
    for name in kept.in_order(store_name):
        table, columns = kept.table(store_name, name), kept.KEPT[store_name][name]
        session.execute(delete(table))  # what a new database has by itself: the log's beginning
        rows = [
            dict(zip(columns, row, strict=True)) | _anew(store_name, name)
            for row in backup.tables[store_name, name]
        ]
        if rows:
            session.execute(insert(table), rows)


def _anew(store_name: str, table: str) -> dict[str, Any]:
    """What a person has of their own that no backup holds."""
    if (store_name, table) != ("results", "person"):
        return {}
    return {"epoch": secrets.token_hex(16), "device": secrets.token_hex(16), "device_failures": 0}


def _close_unfinished(session: Session, now: datetime) -> None:
    for row in session.scalars(select(WaveRow).where(WaveRow.state == "open")):
        row.state, row.closed = "closed", now.date()


def _lapse(session: Session) -> None:
    for row in session.scalars(select(AgreementRow).where(AgreementRow.live.is_not(None))):
        row.verdict, row.live = "lapsed", None


def _check(trial: Settings, backup: Backup) -> None:
    """Read everything as the program would; what does not hold together is never restored.

    Raises:
        DataError: says what it is.
    """
    stores = Stores.open(trial)
    try:
        _check_log(stores, backup)
        found = waves.all_waves(stores)
        for wave in found:
            commented.of_wave(stores, wave.id)
        _check_signers(stores, {wave.id: wave.verifier for wave in found})
        releases = store.every(stores).values()
        stages.expect_whole(backup.tables, [release.manifest for release in releases])
        _check_ledgers(stores, {wave.id for wave in found})
    except (CandourError, json.JSONDecodeError, TypeError, ValueError, KeyError) as error:
        said = str(error) if isinstance(error, CandourError) else type(error).__name__
        raise DataError(
            f"This backup does not hold together, and nothing was restored: {said}"
        ) from error


def _check_log(stores: Stores, backup: Backup) -> None:
    log = [*audit_log.entries(stores)]
    end = audit_log.head(stores)
    checked = audit_log.check(log[:-1], Head(backup.log_number, backup.log_hash))
    if checked.problem:
        raise DataError(f"The log is broken. {checked.problem}")
    if audit_log.check(log, end).problem:
        raise DataError("The log is broken: its end is not where the backup says.")


def _check_ledgers(stores: Stores, here: set[str]) -> None:
    """Every Release is whole, signed, and was audited with those that are there."""
    lines: dict[str, set[str]] = {}
    for release in store.every(stores).values():
        lines.setdefault(release.manifest.questionnaire, set()).add(release.manifest.wave)
    for line, of_waves in sorted(lines.items()):
        if of_waves <= here:
            ledger.of_line(stores, line)


def _check_signers(stores: Stores, verifiers: Mapping[str, bytes]) -> None:
    """Every Release and every note is its wave's officers', by the key the wave always had."""
    with stores.results() as session:
        signers = session.execute(select(ReleaseRow.wave, ReleaseRow.verifier)).all()
        names = set(session.scalars(select(ReleaseRow.hash)))
        out = set(session.scalars(select(PublishedRow.hash)))
        notes = session.scalars(select(DestructionRow)).all()
    if names != out:
        raise DataError("Its Releases are not those that it calls published.")
    for wave, verifier in signers:
        if wave in verifiers and verifiers[wave] != verifier:
            raise DataError(f"The Release of wave {wave} is signed by others than its officers.")
    for note in notes:
        if json.loads(note.note)["wave"] != note.wave:
            raise DataError(f"The note that wave {note.wave} was destroyed is another wave's.")
        if note.signature is None:
            continue
        try:
            verifier = verifiers[note.wave]
            key = Ed25519PublicKey.from_public_bytes(verifier)
            key.verify(note.signature, note.note.encode())
        except (InvalidSignature, KeyError):
            raise DataError(
                f"The note that wave {note.wave} was destroyed is not signed by its officers."
            ) from None
