"""From every earlier version, with a row in every table, an upgrade keeps what was stored."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import MetaData, Table, insert, select

from survey import database

Url = Callable[[str], str]
Rows = dict[str, list[dict[str, Any]]]
"""Table -> its rows, each by column."""

BYTES = {"fallback_key": 65, "token_key": 422, "record": 528}
"""Lengths that constraints ask for; others are 32."""

VALUES: dict[str, Any] = {
    "wave.id": "old",
    "wave.state": "destroyed",
    "person.role": "hr",
    "person.command": None,
    "action.role": "hr",
    "action.command": "",
    "action.answer": "will_do",
    "action.state": "planned",
    "action.done_on": None,
    "agreement.act": "open",
    "agreement.verdict": "proposed",
    "agreement.second": None,
}
"""What constraints and foreign keys ask for, by table and column."""

GONE = {"issuer_0004": {"code"}}
"""Rows that an upgrade takes away on purpose: its migration says why."""

DROPPED = {"person.failures", "person.locked_until"}
"""Columns that are no more: wrong tries are counted elsewhere."""


def revisions(store: str) -> list[str]:
    """Every version of a store, the first one first."""
    script = ScriptDirectory.from_config(database.migration_config(store))
    return sorted(one.revision for one in script.walk_revisions())


def upgraded(store: str, url: str, revision: str) -> None:
    made = database.engine(url)
    config = database.migration_config(store)
    with made.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    made.dispose()


def tables(connection: sa.Connection) -> MetaData:
    found = MetaData()
    found.reflect(connection)
    found.remove(found.tables[database.VERSION_TABLE])
    return found


def row_of(table: Table) -> dict[str, Any]:
    """A row that the table's constraints allow."""
    return {column.name: _value(table.name, column) for column in table.columns}


def _value(table: str, column: sa.Column[Any]) -> Any:
    name, kind = f"{table}.{column.name}", column.type
    if name in VALUES or column.name == "wave":
        return VALUES.get(name, "old")
    if isinstance(kind, sa.LargeBinary | sa.dialects.postgresql.BYTEA):
        return name.encode().ljust(BYTES.get(column.name, 32), b".")
    simple = {sa.Boolean: True, sa.Date: date(2026, 9, 1), sa.Integer: 7}
    found = next((value for one, value in simple.items() if isinstance(kind, one)), None)
    if found is not None:
        return found
    length = 64 if column.name == "hash" else min(getattr(kind, "length", None) or 99, len(name))
    return name.ljust(length, ".")[:length]


def fill(url: str) -> None:
    """A row in every table that has none."""
    made = database.engine(url)
    with made.begin() as connection:
        for table in tables(connection).sorted_tables:
            if connection.scalar(select(sa.func.count()).select_from(table)) == 0:
                connection.execute(insert(table), row_of(table))
    made.dispose()


def stored(url: str) -> Rows:
    made = database.engine(url)
    with made.connect() as connection:
        found = {
            table.name: [dict(row) for row in connection.execute(select(table)).mappings()]
            for table in tables(connection).sorted_tables
        }
    made.dispose()
    return found


def lost(before: Rows, after: Rows) -> set[str]:
    """Tables and columns whose values are not there any more."""
    found = set()
    for table, rows in before.items():
        for row in rows:
            if not any(_holds(other, row) for other in after.get(table, [])):
                found.add(table)
            now = {column for other in after.get(table, []) for column in other}
            found |= {f"{table}.{column}" for column in row.keys() - now if now}
    return found


def _holds(other: dict[str, Any], row: dict[str, Any]) -> bool:
    return all(other[name] == value for name, value in row.items() if name in other)


@pytest.mark.both_databases
@pytest.mark.parametrize("store", ["issuer", "results"])
def test_every_upgrade_keeps_every_row(database_url: Url, store: str) -> None:
    """Step by step, so that rows of each version go through all that came after it."""
    url = database_url("old")
    first, *later = revisions(store)
    upgraded(store, url, first)
    for revision in later:
        fill(url)
        before = stored(url)
        assert all(before.values()), "there is a row in every table"
        upgraded(store, url, revision)
        assert lost(before, stored(url)) - DROPPED == GONE.get(revision, set()), revision
    database.expect_current(store, url)


def test_rows_that_are_lost_or_changed_are_noticed(database_url: Url) -> None:
    url = database_url("old")
    upgraded("results", url, "results_0001")
    fill(url)
    before = stored(url)
    database.migrate_one("results", url)
    made = database.engine(url)
    with made.begin() as connection:
        connection.execute(sa.text("UPDATE closing SET receipts = ''"))
        connection.execute(sa.text("DELETE FROM destruction"))
        connection.execute(sa.text("ALTER TABLE release DROP COLUMN content"))
    made.dispose()
    assert lost(before, stored(url)) - DROPPED == {"closing", "destruction", "release.content"}
