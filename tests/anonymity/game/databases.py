"""Where the issuer's database lies in a game: a SQLite file, or a PostgreSQL of the game's own."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

KINDS = ("SQLite", "PostgreSQL")
QUIET = ("-c", "listen_addresses=", "-c", "fsync=off")
NOBODY = "nobody"
"""PostgreSQL refuses to run as root."""


@dataclass(frozen=True)
class Cluster:
    """A PostgreSQL server that only this process knows, on a socket in a folder."""

    folder: Path

    @property
    def data(self) -> Path:
        """Everything that the server keeps on disk."""
        return self.folder / "data"

    def url(self, name: str) -> str:
        """The address of one of its databases."""
        return f"postgresql+psycopg://candour@/{name}?host={self.folder}"

    def connect(self, name: str = "postgres") -> psycopg.Connection:
        """A connection of its own, in which every statement counts at once."""
        return psycopg.connect(host=str(self.folder), user="candour", dbname=name, autocommit=True)

    def create(self, template: str = "template1") -> str:
        """A new database, empty or a copy of `template`; returns its name."""
        name = f"wave_{secrets.token_hex(4)}"
        with self.connect() as database:
            # A database that somebody is connected to cannot be copied.
            database.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s",
                (template,),
            )
            database.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")  # type: ignore[call-overload]
            database.execute("CHECKPOINT")
        return name

    def drop(self, name: str) -> None:
        """Remove a database."""
        with self.connect() as database:
            database.execute(f"DROP DATABASE {name} WITH (FORCE)")  # type: ignore[call-overload]


def _program(name: str) -> str:
    """The path of one of PostgreSQL's programs; Debian keeps them off the PATH."""
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    program = str(found[-1]) if found else shutil.which(name)
    if program is None:
        raise RuntimeError("the game needs PostgreSQL (Debian: sudo apt-get install postgresql)")
    return program


@contextmanager
def cluster() -> Iterator[Cluster]:
    """A PostgreSQL that runs as long as the context, with small write-ahead files."""
    made = Cluster(Path(tempfile.mkdtemp(prefix="candour-game-")))
    user = NOBODY if os.geteuid() == 0 else None
    if user:
        shutil.chown(made.folder, user)
    options = ["-U", "candour", "--auth=trust", "--no-locale", "-E", "UTF8", "--wal-segsize=1"]
    subprocess.run(
        [_program("initdb"), "-D", made.data, "--no-sync", *options],
        user=user,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    with (made.data / "server.log").open("wb") as log:
        server = subprocess.Popen(
            # Without fsync the files hold the same bytes, only sooner or later on the plate.
            [_program("postgres"), "-D", made.data, "-k", made.folder, *QUIET],
            user=user,
            stdout=log,
            stderr=log,
        )
    try:
        _await(made, server)
        yield made
    finally:
        server.terminate()
        server.wait(timeout=30)
        shutil.rmtree(made.folder)


def _await(made: Cluster, server: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        if server.poll() is not None:
            break
        try:
            made.connect().close()
        except psycopg.OperationalError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError((made.data / "server.log").read_text())
