"""Making a backup while the service runs: both databases as they were at one moment.

The issuer's is read first, and held as it was until the results' is read as well. Every step that
touches both writes the results first, so a backup holds at worst what an interruption would leave;
of a closing or a destruction in between none is made.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

from sqlalchemy import Connection, Select, select

from survey import database
from survey.backup import kept, packing, stages
from survey.backup.packing import Backup, Row
from survey.config import SURFACES, Settings
from survey.database import Stores
from survey.manage import audit_log

MINUTE = "%Y-%m-%dT%H:%MZ"


def make(settings: Settings, now: datetime) -> Backup:
    """Everything that may be kept; that a backup was made is the last entry of its log.

    Raises:
        SettingsError: when a database is not set up or cannot be read.
        WaveStateError: while a wave is being closed or destroyed.
    """
    # Every host has both databases, whatever it serves.
    database.expect_ready(replace(settings, surfaces=SURFACES, issue_address="", box_address=""))
    with Stores.open(settings).results() as session:
        audit_log.record(session, None, "backup", "made a backup", at=now)
    with _at_one_moment(settings.issuer_url) as issuer:
        tables = {("issuer", name): _rows(issuer, "issuer", name) for name in kept.KEPT["issuer"]}
        with _at_one_moment(settings.results_url) as results:
            tables |= {
                ("results", name): _rows(results, "results", name) for name in kept.KEPT["results"]
            }
    stages.expect_none_between(tables)
    ((_, number, digest),) = tables["results", "log_head"]
    schema = {store: database.version_of(store) for store in kept.KEPT}
    made = now.astimezone(UTC).strftime(MINUTE)
    return Backup(made, version("candour"), schema, number, digest, tables)


def packed(settings: Settings, now: datetime) -> bytes:
    """The same as a file, which was read back once.

    Raises:
        DataError: when it would be too large.
    """
    content = packing.pack(make(settings, now))
    packing.unpack(content, "The backup")
    return content


@contextmanager
def _at_one_moment(url: str) -> Iterator[Connection]:
    """A transaction that sees what was there at its beginning, and writes nothing."""
    made = database.engine(url)
    try:
        with made.connect() as connection:
            if connection.dialect.name == "sqlite":
                connection.exec_driver_sql("BEGIN")  # Python's driver begins none for a SELECT
            else:
                connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            yield connection
            connection.rollback()
    finally:
        made.dispose()


def _rows(connection: Connection, store: str, name: str) -> tuple[Row, ...]:
    return tuple(tuple(row) for row in connection.execute(_asked(store, name)))


def _asked(store: str, name: str) -> Select[Any]:
    """The rows of a table that may be kept, in the order of their keys."""
    found = kept.table(store, name)
    query = select(*(found.c[column] for column in kept.KEPT[store][name]))
    query = query.order_by(*found.primary_key.columns)
    if (store, name) == ("results", "release"):
        # One that waits may yet be discarded, and then nobody may have it.
        published = select(kept.table(store, "published_release").c.hash)
        return query.where(found.c.hash.in_(published))
    if name in {"wave_key", "code_list"}:
        # A draft's are no use without its salt and issuing key; without them it cannot be opened.
        wave = kept.table(store, "wave")
        return query.where(found.c.wave.not_in(select(wave.c.id).where(wave.c.state == "draft")))
    return query
