"""A PostgreSQL of the tests' own: started in a folder of its own, and gone when they end."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from types import MappingProxyType
from typing import Any

import psycopg
import pytest
from sqlalchemy import Pool, event

USER = "candour"
MISSING = (
    "PostgreSQL's programs are not on this machine; `bash .ci/postgresql` says how to install them."
)
SETTINGS = {
    "listen_addresses": "",  # nothing but a socket in a folder that is ours alone
    "fsync": "off",  # no test cuts the power of the machine
    "shared_buffers": "32MB",
    "max_connections": "60",
    "autovacuum": "off",
    "max_wal_size": "32MB",
    "min_wal_size": "32MB",
}
NO_OTHERS: Mapping[str, str] = MappingProxyType({})


def programs() -> Path:
    """The folder of `initdb` and `postgres`; without them these tests fail rather than pass unseen.

    Debian keeps them off the path, a folder per version.
    """
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not folders:
        pytest.fail(MISSING, pytrace=False)
    return folders[-1].parent


def _as_nobody_special(folder: Path) -> list[str]:
    """What to put before a command: PostgreSQL refuses to run as root."""
    if os.getuid() != 0:
        return []
    try:
        user = pwd.getpwnam("postgres")
    except KeyError:
        user = pwd.getpwnam("nobody")
    os.chown(folder, user.pw_uid, user.pw_gid)
    ids = [f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}"]
    return ["setpriv", *ids, "--clear-groups", "--pdeathsig=INT", "--"]


class Cluster:
    """A running PostgreSQL.

    Attributes:
        folder: holds all that it writes, its socket too.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._numbers = count(1)

    def url(self, database: str) -> str:
        """The address of a database, as CANDOUR_ISSUER_URL takes it."""
        return f"postgresql+psycopg://{USER}@/{database}?host={self.folder}"

    def fresh(self, like: str = "template1") -> str:
        """The address of a new database that is a copy of another, which nobody may be using."""
        name = f"fresh_{next(self._numbers)}"
        self.run(f'CREATE DATABASE {name} TEMPLATE "{like}" STRATEGY FILE_COPY')
        return self.url(name)

    def drop(self, url: str) -> None:
        """Remove a database, whoever is connected to it."""
        self.run(f"DROP DATABASE IF EXISTS {name_of(url)} WITH (FORCE)")

    def run(self, statement: str, database: str = "postgres") -> list[tuple[Any, ...]]:
        """Run one statement as the owner of everything; returns its rows."""
        with self.connect(database) as connection:
            done = connection.execute(statement)  # type: ignore[call-overload]
            return list(done.fetchall()) if done.description else []

    @contextmanager
    def connect(self, database: str) -> Iterator[psycopg.Connection[Any]]:
        """A connection beside the application's."""
        given = {"host": str(self.folder), "user": USER, "dbname": database}
        with psycopg.connect(**given, autocommit=True) as connection:
            yield connection


def name_of(url: str) -> str:
    """The database that an address names."""
    return url.partition("@/")[2].partition("?")[0]


@contextmanager
def running(settings: Mapping[str, str] = NO_OTHERS) -> Iterator[Cluster]:
    """A PostgreSQL in a temporary folder, stopped and removed at the end.

    Args:
        settings: more than `SETTINGS`, or others in their place.
    """
    found = programs()
    folder = Path(tempfile.mkdtemp(prefix="candour-pg-"))
    first = _as_nobody_special(folder)
    data = folder / "data"
    try:
        making = ["initdb", "-D", data, "-U", USER, "-A", "trust", "-E", "UTF8", "--locale=C"]
        line = [*first, found / making[0], *making[1:], "--no-sync"]
        made = subprocess.run(map(str, line), capture_output=True, text=True, cwd="/", check=False)
        if made.returncode:
            pytest.fail(f"initdb failed: {made.stderr.strip()}", pytrace=False)
        given = [
            part
            for name, value in {**SETTINGS, **settings}.items()
            for part in ("-c", f"{name}={value}")
        ]
        line = [*first, found / "postgres", "-D", data, "-k", folder, *given]
        with (folder / "log").open("w") as log:
            process = subprocess.Popen(list(map(str, line)), stderr=log, stdout=log, cwd="/")
        cluster = Cluster(folder)
        try:
            _await(cluster, process)
            yield cluster
        finally:
            process.send_signal(signal.SIGINT)  # ends whoever is connected, and then itself
            process.wait(timeout=30)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _await(cluster: Cluster, process: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        if process.poll() is not None:
            log = (cluster.folder / "log").read_text()
            pytest.fail(f"PostgreSQL stopped at once: {log}", pytrace=False)
        try:
            cluster.run("SELECT 1")
        except psycopg.OperationalError:
            time.sleep(0.1)
        else:
            return
    pytest.fail("PostgreSQL did not start in 30 seconds", pytrace=False)


@contextmanager
def all_closed() -> Iterator[None]:
    """Close every connection that the application opens meanwhile: an engine keeps some for later.

    A template that somebody is connected to cannot be copied.
    """
    opened: list[Any] = []

    def note(connection: Any, _record: object) -> None:
        if isinstance(connection, psycopg.Connection):
            opened.append(connection)

    event.listen(Pool, "connect", note)
    try:
        yield
    finally:
        event.remove(Pool, "connect", note)
        for connection in opened:
            connection.close()
