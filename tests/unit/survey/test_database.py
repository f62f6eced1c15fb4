"""The databases: migrated as the tables say, and leaving nothing behind on disk."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, inspect, text

from survey import database
from survey.config import Settings
from survey.database import Stores
from survey.errors import SettingsError
from survey.manage.tables import IssuerTable, ResultsTable

STORES = [("issuer", IssuerTable.metadata), ("results", ResultsTable.metadata)]


Url = Callable[[str], str]

ON_POSTGRESQL = """
SELECT relname, attname || ' ' || format_type(atttypid, atttypmod) || ' ' || attnotnull
FROM pg_attribute JOIN pg_class ON attrelid = pg_class.oid
WHERE relkind = 'r' AND attnum > 0 AND NOT attisdropped
UNION SELECT relname, conname || ' ' || pg_get_constraintdef(pg_constraint.oid)
FROM pg_constraint JOIN pg_class ON conrelid = pg_class.oid
UNION SELECT tablename, indexdef FROM pg_indexes
"""
"""Table, and a column, constraint or index of it; of PostgreSQL's own tables too."""


def url(folder: Path, name: str) -> str:
    return f"sqlite:///{folder / name}"


def schema(file_url: str) -> dict[str, set[str]]:
    """What every table is made of, whatever the order and layout."""
    if not file_url.startswith("sqlite"):
        return schema_on_postgresql(file_url)
    with closing(sqlite3.connect(file_url.removeprefix("sqlite:///"))) as opened:
        rows = opened.execute(
            "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND tbl_name != ?",
            ("alembic_version",),
        ).fetchall()
    return {name: {line.strip(" \t,") for line in sql.splitlines()} - {""} for name, sql in rows}


def schema_on_postgresql(address: str) -> dict[str, set[str]]:
    engine = database.engine(address)
    found: dict[str, set[str]] = {}
    with engine.connect() as connection:
        ours = set(inspect(connection).get_table_names()) - {"alembic_version"}
        for table, part in connection.execute(text(ON_POSTGRESQL)):
            if table in ours:
                found.setdefault(table, set()).add(part)
    engine.dispose()
    return found


def made_from_tables(file_url: str, metadata: MetaData) -> None:
    engine = database.engine(file_url)
    metadata.create_all(engine)
    engine.dispose()


@pytest.mark.both_databases
@pytest.mark.parametrize(("store", "metadata"), STORES)
def test_migrated_database_is_what_the_tables_say(
    database_url: Url, store: str, metadata: MetaData
) -> None:
    database.migrate_one(store, database_url("migrated"))
    made_from_tables(database_url("made"), metadata)
    assert schema(database_url("migrated")) == schema(database_url("made"))
    assert len(schema(database_url("made"))) >= len(metadata.tables)


@pytest.mark.both_databases
@pytest.mark.parametrize(("store", "metadata"), STORES)
def test_alembic_finds_nothing_to_change(database_url: Url, store: str, metadata: MetaData) -> None:
    database.migrate_one(store, database_url("migrated"))
    assert differences(database_url("migrated"), metadata) == []


def differences(file_url: str, metadata: MetaData) -> list[object]:
    engine = database.engine(file_url)
    with engine.connect() as connection:
        found = compare_metadata(MigrationContext.configure(connection), metadata)
    engine.dispose()
    return list(found)


@pytest.mark.both_databases
@pytest.mark.parametrize(
    "change",
    [
        "ALTER TABLE code ADD COLUMN created_at INTEGER",
        "CREATE UNIQUE INDEX of_marks ON code (mark)",
    ],
)
def test_a_change_without_a_migration_is_noticed(database_url: Url, change: str) -> None:
    database.migrate_one("issuer", database_url("migrated"))
    run(database_url("migrated"), change)
    made_from_tables(database_url("made"), IssuerTable.metadata)
    assert differences(database_url("migrated"), IssuerTable.metadata)
    assert schema(database_url("migrated")) != schema(database_url("made"))


def run(address: str, statement: str) -> None:
    engine = database.engine(address)
    with engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()


@pytest.mark.both_databases
@pytest.mark.parametrize("store", ["issuer", "results"])
def test_history_goes_down_and_up_again(database_url: Url, store: str) -> None:
    address = database_url("a")
    database.migrate_one(store, address)
    before = schema(address)
    engine = database.engine(address)
    config = database.migration_config(store)
    for step in (command.downgrade, command.upgrade):
        target = "base" if step is command.downgrade else "head"
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            step(config, target)
    engine.dispose()
    assert schema(address) == before


@pytest.mark.parametrize("store", ["issuer", "results"])
def test_each_store_has_one_history(store: str) -> None:
    script = ScriptDirectory.from_config(database.migration_config(store))
    assert len(script.get_heads()) == 1
    assert all(revision.revision.startswith(store) for revision in script.walk_revisions())


def test_migrating_again_changes_nothing(tmp_path: Path) -> None:
    settings = Settings.at(tmp_path)
    database.migrate(settings)
    before = (tmp_path / "issuer.db").read_bytes()
    database.migrate(settings)
    assert (tmp_path / "issuer.db").read_bytes() == before


@pytest.mark.both_databases
def test_a_database_of_somebody_else_is_left_alone(database_url: Url, tmp_path: Path) -> None:
    run(database_url("issuer"), "CREATE TABLE customers (name TEXT)")
    with pytest.raises(SettingsError, match="CANDOUR_ISSUER_URL"):
        database.migrate(Settings.at(tmp_path, issuer_url=database_url("issuer")))


@pytest.mark.both_databases
def test_one_database_for_both_stores_is_refused(database_url: Url, tmp_path: Path) -> None:
    both = {"issuer_url": database_url("a"), "results_url": database_url("a")}
    with pytest.raises(SettingsError, match="name the same database"):
        database.migrate(Settings.at(tmp_path, **both))


@pytest.mark.both_databases
def test_a_database_of_the_other_store_or_a_later_version_is_refused(database_url: Url) -> None:
    database.migrate_one("results", database_url("a"))
    with pytest.raises(SettingsError, match="another store's or of a later version"):
        database.migrate_one("issuer", database_url("a"))


def test_a_file_that_is_no_database_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "results.db").write_text("minutes of a meeting, " * 100)
    with pytest.raises(SettingsError, match="CANDOUR_RESULTS_URL"):
        database.migrate(Settings.at(tmp_path))


EXPECTED = {
    "secure_delete": 1,
    "journal_mode": "delete",
    "synchronous": 2,
    "temp_store": 2,
    "foreign_keys": 1,
}


def pragmas(connection: Connection) -> dict[str, object]:
    return {name: connection.execute(text(f"PRAGMA {name}")).scalar_one() for name in EXPECTED}


def test_sqlite_is_told_to_leave_nothing_behind(tmp_path: Path) -> None:
    engine = database.engine(url(tmp_path, "a.db"))
    with engine.connect() as connection:
        assert pragmas(connection) == EXPECTED
    engine.dispose()


def leaves_behind(tmp_path: Path, connect: Callable[[], sqlite3.Connection]) -> bool:
    """Whether the bytes of a deleted row are still in the file."""
    marker = b"MARKER" * 20
    with closing(connect()) as opened:
        opened.execute("CREATE TABLE t (content BLOB)")
        opened.executemany("INSERT INTO t VALUES (?)", [(marker,), (b"other",)])
        opened.commit()
        opened.execute("DELETE FROM t WHERE content = ?", (marker,))
        opened.commit()
    return marker in (tmp_path / "a.db").read_bytes()


def test_deleted_bytes_are_overwritten(tmp_path: Path) -> None:
    engine = database.engine(url(tmp_path, "a.db"))

    def connect() -> sqlite3.Connection:
        opened = engine.raw_connection().driver_connection
        assert isinstance(opened, sqlite3.Connection)
        return opened

    assert not leaves_behind(tmp_path, connect)


def test_deleted_bytes_that_stay_are_noticed(tmp_path: Path) -> None:
    def connect() -> sqlite3.Connection:
        opened = sqlite3.connect(tmp_path / "a.db")
        opened.execute("PRAGMA secure_delete = OFF")
        return opened

    assert leaves_behind(tmp_path, connect)


@pytest.mark.both_databases
def test_a_failed_transaction_keeps_nothing(database_url: Url, tmp_path: Path) -> None:
    urls = {f"{store}_url": database_url(store) for store in ("issuer", "results")}
    settings = Settings.at(tmp_path, **urls)
    database.migrate(settings)
    stores = Stores.open(settings)

    def failing() -> None:
        with stores.issuer() as session:
            session.execute(text("INSERT INTO marker VALUES ('demo')"))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        failing()
    with stores.issuer() as session:
        assert session.execute(text("SELECT count(*) FROM marker")).scalar_one() == 0


def test_opening_stores_touches_no_file(tmp_path: Path) -> None:
    settings = Settings.at(tmp_path / "home")
    before = {path.name for path in (tmp_path / "home").iterdir()}
    Stores.open(settings)
    assert {path.name for path in (tmp_path / "home").iterdir()} == before


@pytest.mark.both_databases
def test_interrupted_migration_leaves_nothing_and_can_be_run_again(
    database_url: Url, monkeypatch: pytest.MonkeyPatch
) -> None:
    upgrade = command.upgrade

    def cut(config: Config, target: str) -> None:
        upgrade(config, target)
        raise KeyboardInterrupt

    with monkeypatch.context() as planted:
        planted.setattr(command, "upgrade", cut)
        with pytest.raises(KeyboardInterrupt):
            database.migrate_one("issuer", database_url("a"))
    assert schema(database_url("a")) == {}
    database.migrate_one("issuer", database_url("a"))
    assert "wave" in schema(database_url("a"))


def test_databases_are_for_their_owner_alone(tmp_path: Path) -> None:
    database.migrate(Settings.at(tmp_path / "home"))
    found = {path.name: path.stat().st_mode & 0o777 for path in (tmp_path / "home").iterdir()}
    assert found == {"issuer.db": 0o600, "results.db": 0o600, "secret_key": 0o600}
    assert (tmp_path / "home").stat().st_mode & 0o777 == 0o700
