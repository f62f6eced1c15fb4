"""The databases and ballot boxes: reached, of this version, and keeping nothing else."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

from sqlalchemy import Connection, func, select, text
from sqlalchemy.exc import DatabaseError

from survey import database
from survey.collect import box
from survey.config import BOX, Settings
from survey.database import Stores
from survey.doctor.findings import Finding, faults, right, unknown, wrong
from survey.errors import CandourError, SettingsError
from survey.manage.tables import ReleaseRow, WaveRow

PRAGMAS: Mapping[str, int | str] = {
    "secure_delete": 1,
    "journal_mode": "delete",
    "synchronous": 3,
    "temp_store": 2,
}
"""What a connection to SQLite must say: it keeps neither leftovers nor a log of writes."""

QUIET: Mapping[str, str] = {
    "archive_mode": "off",
    "debug_print_parse": "off",
    "debug_print_plan": "off",
    "debug_print_rewritten": "off",
    "fsync": "on",
    "full_page_writes": "on",
    "log_autovacuum_min_duration": "-1",
    "log_checkpoints": "off",
    "log_connections": "off",
    "log_disconnections": "off",
    "log_duration": "off",
    "log_error_verbosity": "terse",
    "log_executor_stats": "off",
    "log_hostname": "off",
    "log_lock_waits": "off",
    "log_min_duration_sample": "-1",
    "log_min_duration_statement": "-1",
    "log_min_error_statement": "panic",
    "log_min_messages": "fatal",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_parser_stats": "off",
    "log_planner_stats": "off",
    "log_replication_commands": "off",
    "log_statement": "none",
    "log_statement_stats": "off",
    "log_temp_files": "-1",
    "log_transaction_sample_rate": "0",
    "synchronous_commit": "on",
    "track_commit_timestamp": "off",
    "wal_level": "minimal",
}
"""What PostgreSQL must say: no statement, value, address or time of a commit is kept, and a code
that was used stays used. Source: PostgreSQL's manual, "Error Reporting and Logging"."""

KEEPING = ("auto_explain", "pg_stat_statements", "pgaudit", "pg_stat_monitor")
"""Libraries of PostgreSQL that keep statements."""

LOADING = ("shared_preload_libraries", "session_preload_libraries", "local_preload_libraries")
"""Settings that load libraries into every connection."""


def check(settings: Settings) -> Iterator[Finding]:
    """Every store that the surfaces use, and the boxes."""
    for store, url in database.used(settings).items():
        yield from _store(f"{store} database", store, url)
    if BOX in settings.surfaces:
        yield from boxes(settings)


def _store(about: str, store: str, url: str) -> Iterator[Finding]:
    file = database.file_of(url)
    if file is not None and not file.is_file():
        yield wrong(about, f"there is no {file}; run `candour migrate`.")
        return
    if file is not None and (ahead := _ahead(file)):
        yield wrong(about, ahead)
        return
    try:
        database.expect_current(store, url)
        made = database.engine(url)
    except SettingsError as error:
        yield wrong(about, str(error))
        return
    yield right(about, "reached, and of this version.")
    try:
        with made.connect() as connection:
            yield from settings_of(about, connection)
    finally:
        made.dispose()


def settings_of(about: str, connection: Connection) -> Iterator[Finding]:
    """Whether what a connection is told keeps nothing; asks the connection itself."""
    if connection.dialect.name == "sqlite":
        asked = {name: connection.scalar(text(f"PRAGMA {name}")) for name in PRAGMAS}
        yield from faults(about, _pragmas(asked), "keeps no leftovers and no log of writes.")
        return
    rows = connection.execute(text("SELECT name, setting FROM pg_settings"))
    yield from postgresql(about, {str(name): str(setting) for name, setting in rows})


def _pragmas(asked: Mapping[str, object]) -> Iterator[str]:
    for name, wanted in PRAGMAS.items():
        if asked[name] != wanted:
            yield f"its connection has {name} = {asked[name]} and needs {wanted}."


def postgresql(about: str, found: Mapping[str, str]) -> Iterator[Finding]:
    """Whether a server of PostgreSQL keeps what people do out of its log.

    Args:
        about: which database.
        found: settings by name, those that this user may see.
    """
    yield from faults(about, _loud(found), "PostgreSQL logs no statement, value or address.")
    if hidden := [name for name in LOADING if name not in found]:
        names = " and ".join(hidden)
        yield unknown(about, f"its user may not see which libraries PostgreSQL loads ({names}).")


def _loud(found: Mapping[str, str]) -> Iterator[str]:
    for name, wanted in QUIET.items():
        if name in found and found[name] != wanted:  # an older server may not have it
            yield f"PostgreSQL has {name} = {found[name]}; write {name} = {wanted}."
    prefix = found.get("log_line_prefix", "")
    for mark in ("%h", "%r"):
        if mark in prefix:
            yield f"PostgreSQL's log_line_prefix holds {mark}, an address; leave it out."
    loaded = " ".join(found.get(name, "") for name in LOADING)
    for name in KEEPING:
        settings = [one for one in found if one.startswith(f"{name}.")]  # only what is loaded has
        if name in loaded or settings:
            by = f" (it has {', '.join(settings)})" if settings else ""
            yield f"PostgreSQL loads {name}{by}, which keeps statements; leave it out."


def boxes(settings: Settings) -> Iterator[Finding]:
    """Whether every ballot box is laid out so that it keeps no order."""
    paths = sorted(settings.box_folder.glob("*.box"))
    told = (fault for path in paths for fault in _box(path))
    yield from faults("ballot boxes", told, f"{len(paths)} open; they keep no order and no time.")


def _box(path: Path) -> Iterator[str]:
    if ahead := _ahead(path):
        yield ahead
        return
    try:
        with box.connect(path, "ro") as connection:
            size = connection.execute("PRAGMA page_size").fetchone()[0]
            schemas = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'")
            tables = schemas.fetchall()
            asked = {name: connection.execute(f"PRAGMA {name}").fetchone()[0] for name in PRAGMAS}
    except (CandourError, sqlite3.DatabaseError):
        yield f"{path} cannot be read; see who may read it, or put back the file."
        return
    if size != box.PAGE_BYTES:
        yield f"{path} has pages of {size} bytes and not {box.PAGE_BYTES}; it is none of Candour's."
    for name, made in tables:
        if "WITHOUT ROWID" not in made.upper():
            yield f"{path} numbers the rows of {name} in their order; it is none of Candour's."
    yield from (f"{path}: {fault}" for fault in _pragmas(asked))


def _ahead(file: Path) -> str:
    """What is said of a file that is written ahead into another one; read from its first bytes.

    Opening it would already change it. Source: sqlite.org/fileformat2.html, bytes 18 and 19.
    """
    with file.open("rb") as opened:
        start = opened.read(20)
    if start[18:20] == b"\2\2":
        return (
            f"{file} is in WAL mode, which keeps an order of writes; stop the service and run "
            f"sqlite3 {file} 'PRAGMA journal_mode = DELETE'."
        )
    return ""


def newest_day(settings: Settings) -> date | None:
    """The last day on which a wave that is stored here closed; None when nothing says so."""
    stores, days = Stores.open(settings), list[date]()
    used = database.used(settings)
    for store, column, session_of in (
        ("issuer", WaveRow.closed, stores.issuer),
        ("results", ReleaseRow.closed, stores.results),
    ):
        file = database.file_of(used.get(store, ""))
        if store not in used or (file is not None and not file.is_file()):
            continue
        try:
            with session_of() as session:
                found = session.scalar(select(func.max(column)))
        except (CandourError, DatabaseError):
            continue  # which `check` tells
        if found is not None:
            days.append(found)
    return max(days, default=None)
