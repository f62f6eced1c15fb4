"""The issuer's and the results' databases: engines, sessions, migrations.

SQLite keeps no order and no leftovers here: deleted bytes are overwritten, nothing is written ahead
into a second file, and temporary tables stay in memory. PostgreSQL keeps the order of writes
whatever it is told (docs/THREAT_MODEL.md says what that gives away), so the ballot boxes are files
of their own (`survey.collect.box`) and never go through this module.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect
from sqlalchemy.engine import make_url
from sqlalchemy.exc import (
    ArgumentError,
    DatabaseError,
    DisconnectionError,
    OperationalError,
    ProgrammingError,
)
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.pool import ConnectionPoolEntry

from survey.config import BOX, ISSUE, Settings
from survey.errors import SettingsError

BUSY_SECONDS = 30
VERSION_TABLE = "alembic_version"
PRAGMAS = (
    f"busy_timeout = {BUSY_SECONDS * 1000}",
    "secure_delete = ON",
    "journal_mode = DELETE",
    "synchronous = EXTRA",
    "temp_store = MEMORY",
    "foreign_keys = ON",
)
"""Codes leave nothing behind: no WAL (it keeps every row in order), no deleted bytes.

A journal that came back with the power would undo what was committed, so each commit waits for the
folder that it was removed from, too (`EXTRA`).
"""

ON_A_SERVER = {
    "pool_pre_ping": True,  # a connection that was lost is made again before it is used
    "isolation_level": "READ COMMITTED",
    "connect_args": {"connect_timeout": 10, "client_encoding": "UTF8"},
}
"""What a database server is asked for, whatever it does by itself: `survey.collect.issuer` is
written for this isolation level."""

NOT_SET_UP = (
    "The databases are not set up; run `candour migrate`, or put a file that was moved away back "
    "where it was."
)
NO_ADDRESS = (
    "CANDOUR_ISSUER_URL or CANDOUR_RESULTS_URL is not the address of a database; write it like "
    "sqlite:////srv/candour/issuer.db or postgresql+psycopg://user:password@host/database."
)


@dataclass(frozen=True)
class Stores:
    """The databases of one process; opened on first use, so an unused one is never touched."""

    settings: Settings

    @classmethod
    def open(cls, settings: Settings) -> Stores:
        """The stores that `settings` name; connects to nothing yet."""
        return cls(settings)

    @contextmanager
    def issuer(self) -> Iterator[Session]:
        """One transaction on waves, codes and headcounts: commits at the end, or nothing of it."""
        with _transaction(self._issuer_sessions) as session:
            yield session

    @contextmanager
    def results(self) -> Iterator[Session]:
        """One transaction on Releases and the people who sign in."""
        with _transaction(self._results_sessions) as session:
            yield session

    @cached_property
    def _issuer_sessions(self) -> sessionmaker[Session]:
        return _sessions(self.settings.issuer_url)

    @cached_property
    def _results_sessions(self) -> sessionmaker[Session]:
        return _sessions(self.settings.results_url)


@contextmanager
def _transaction(sessions: sessionmaker[Session]) -> Iterator[Session]:
    try:
        with sessions.begin() as session:
            yield session
    except (OperationalError, ProgrammingError) as error:
        if _is_set_up(sessions.kw["bind"]):
            raise
        raise SettingsError(NOT_SET_UP) from error


def _is_set_up(bind: Engine) -> bool:
    """Whether the database has Candour's tables; one that cannot be asked may have them."""
    try:
        return inspect(bind).has_table(VERSION_TABLE)
    except DatabaseError:
        return True


def _sessions(url: str) -> sessionmaker[Session]:
    return sessionmaker(engine(url, creates=False), expire_on_commit=False)


def engine(url: str, *, creates: bool = True) -> Engine:
    """An engine that keeps parameters out of logs and errors, and SQLite files without order.

    Args:
        url: of the database.
        creates: whether a file that is not there is made. A server must not: one that was moved
            away for a moment would come back beside an empty one of its name.

    Raises:
        SettingsError: when `url` is not the address of a database, or its driver is missing.
    """
    try:
        address = make_url(url)
        sqlite = address.get_backend_name() == "sqlite"
        made = create_engine(address, hide_parameters=True, **({} if sqlite else ON_A_SERVER))
    except (ArgumentError, ValueError):  # which would show the address, and so a password
        raise SettingsError(NO_ADDRESS) from None
    except ImportError as error:
        raise SettingsError(
            f"This database needs another Python package ({error}); PostgreSQL needs that of "
            "`pip install candour[postgresql]`."
        ) from None
    if not sqlite:
        return made
    if address.database and address.database != ":memory:":
        _keep_to(made, Path(address.database), creates)

    @event.listens_for(made, "connect")
    def tell_sqlite(connection: object, _record: object) -> None:
        cursor = connection.cursor()  # type: ignore[attr-defined]
        for pragma in PRAGMAS:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    return made


def _keep_to(made: Engine, file: Path, creates: bool) -> None:
    """Have an engine use the file of that name, whichever it is now.

    A connection that was kept would go on reading a file that was moved away or replaced.
    """
    if creates:
        file.parent.mkdir(parents=True, exist_ok=True)

    @event.listens_for(made, "do_connect")
    def expect_there(*_given: object) -> None:
        if not creates and not file.exists():
            raise SettingsError(NOT_SET_UP)

    @event.listens_for(made, "connect")
    def remember(_connection: object, record: ConnectionPoolEntry) -> None:
        record.info[_FILE] = _which(file)

    @event.listens_for(made, "checkout")
    def expect_same(_connection: object, record: ConnectionPoolEntry, _proxy: object) -> None:
        if record.info[_FILE] != _which(file):
            raise DisconnectionError


_FILE = "candour.file"


def _which(file: Path) -> tuple[int, int] | None:
    try:
        found = file.stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino


def migrate(settings: Settings) -> None:
    """Bring both databases to this version; harmless when they are.

    Raises:
        SettingsError: when a database cannot be opened or is not one of Candour's, or both are one.
    """
    if settings.issuer_url == settings.results_url:
        raise SettingsError(
            "CANDOUR_ISSUER_URL and CANDOUR_RESULTS_URL name the same database; give each its own."
        )
    for store, url in (("issuer", settings.issuer_url), ("results", settings.results_url)):
        migrate_one(store, url)


def file_of(url: str | URL) -> Path | None:
    """The file of a SQLite database; None of another, and of an address that is none."""
    try:
        address = make_url(url)
    except (ArgumentError, ValueError):
        return None
    if address.get_backend_name() != "sqlite" or address.database in {None, "", ":memory:"}:
        return None
    return Path(str(address.database))


def migrate_one(store: str, url: str) -> None:
    """Bring the database of `store` (`issuer` or `results`) at `url` to this version.

    A SQLite file that is made is for its owner's eyes alone.
    """
    file = file_of(url)
    if file is not None and file.parent.is_dir() and not file.exists():
        file.touch(mode=0o600)
    with _connected(store, url) as connection:
        if connection.dialect.name == "sqlite":
            # Python's driver begins no transaction before a CREATE TABLE: without this an
            # interrupted migration would leave half a schema behind.
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        tables = set(inspect(connection).get_table_names())
        if not tables:
            _expect_every_letter(store, connection)
        if tables and VERSION_TABLE not in tables:
            raise SettingsError(
                f"The {store} database holds tables that are not Candour's; "
                f"set CANDOUR_{store.upper()}_URL to an empty database."
            )
        config = migration_config(store)
        known = {one.revision for one in ScriptDirectory.from_config(config).walk_revisions()}
        if not {*MigrationContext.configure(connection).get_current_heads()} <= known:
            raise SettingsError(
                f"The {store} database is another store's or of a later version of Candour; "
                f"check CANDOUR_{store.upper()}_URL."
            )
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def expect_ready(settings: Settings) -> None:
    """Refuse databases that the surfaces of `settings` could not be served from.

    Raises:
        SettingsError: when one of them cannot be opened or is not of this version.
    """
    for store, url in used(settings).items():
        expect_current(store, url)


def used(settings: Settings) -> dict[str, str]:
    """The stores (`issuer`, `results`) that the surfaces of `settings` use, and their addresses."""
    # The issuer tells how many codes were used, and the box's pages show what was told.
    found = {"results": settings.results_url}
    if {ISSUE, BOX} & set(settings.surfaces):
        found["issuer"] = settings.issuer_url
    return found


def expect_current(store: str, url: str) -> None:
    """Refuse a database that cannot be opened or is not of this version.

    Raises:
        SettingsError: says which it is.
    """
    with _connected(store, url, creates=False) as connection:
        if MigrationContext.configure(connection).get_current_revision() != version_of(store):
            raise SettingsError(NOT_SET_UP)


def version_of(store: str) -> str:
    """The version of a store's tables that this program has, such as `results_0006`."""
    return str(ScriptDirectory.from_config(migration_config(store)).get_current_head())


@contextmanager
def _connected(store: str, url: str, *, creates: bool = True) -> Iterator[Connection]:
    """One transaction on the database of `store`, and a sentence when it cannot be opened."""
    made = engine(url, creates=creates)
    try:
        with made.begin() as connection:
            _expect_every_letter(store, connection, of_old=("SQL_ASCII",))
            yield connection
    except DatabaseError as error:
        raise SettingsError(
            f"The {store} database cannot be opened ({type(error.orig).__name__}); "
            f"check CANDOUR_{store.upper()}_URL and who may write there."
        ) from error
    finally:
        made.dispose()


def _expect_every_letter(
    store: str, connection: Connection, of_old: Collection[str] | None = None
) -> None:
    """Refuse a database without Welsh letters, as PostgreSQL makes one where it has no locale.

    Args:
        store: whose it is.
        connection: to it.
        of_old: which are refused where there may be rows, which were always refused; None for all.
    """
    if connection.dialect.name != "postgresql":
        return
    has = str(connection.exec_driver_sql("SHOW server_encoding").scalar())
    if has != "UTF8" and (of_old is None or has in of_old):
        raise SettingsError(
            f"The {store} database keeps text as {has} and must keep it as UTF8; make it anew with "
            "`createdb --encoding UTF8 --template template0`."
        )


def migration_config(store: str) -> Config:
    """Alembic's configuration for one store: a script folder with a history per store."""
    folder = Path(str(files("survey"))) / "migrations"
    config = Config()
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    config.set_main_option("version_locations", str(folder / store).replace("%", "%%"))
    config.set_main_option("path_separator", "newline")
    return config
