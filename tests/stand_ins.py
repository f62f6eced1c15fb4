"""Debian's packages in place of the images that registries publish, which no test asks.

They have the Python, PostgreSQL and users of the published ones; how PostgreSQL is set up at its
first start is written here after what its image is documented to do.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from apart import Apart

SUITE = "trixie"
KEPT = os.environ.get("CANDOUR_TESTS_BASES", "")
"""A folder where file systems of Debian's packages are kept between runs; each takes a minute."""

ETC = "postgres:x:999:999::/var/lib/postgresql:/bin/bash"
BASES = {
    "docker.io/library/python:3.13-slim": (
        "--include=python3,python3-venv,ca-certificates",
        '--customize-hook=ln -s python3 "$1/usr/bin/python"',
    ),
    "localhost/postgresql": (
        "--include=postgresql-17",
        f'--essential-hook=echo {ETC} >> "$1/etc/passwd"; echo postgres:x:999: >> "$1/etc/group"',
        '--essential-hook=mkdir "$1/etc/postgresql-common"',
        "--essential-hook=echo create_main_cluster=false "
        '> "$1/etc/postgresql-common/createcluster.conf"',
        '--customize-hook=install -d -m 700 -o 999 -g 999 "$1/var/lib/postgresql/data"',
    ),
    "docker.io/library/nginx:1.28": ("--include=nginx-light",),
}
"""Name of an image -> what mmdebstrap is asked for."""

DATABASE = """
FROM localhost/postgresql
COPY entry /usr/local/bin/
ENV LANG=C.UTF-8 PGDATA=/var/lib/postgresql/data
ENV PATH=/usr/local/bin:/usr/bin:/bin:/usr/lib/postgresql/17/bin
ENTRYPOINT ["entry"]
VOLUME /var/lib/postgresql/data
"""
ENTRY = """#!/bin/bash
set -eu
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  initdb --username="$POSTGRES_USER" --pwfile="$POSTGRES_PASSWORD_FILE"
  echo "host all all all $(postgres -C password_encryption "${@:2}")" >> "$PGDATA/pg_hba.conf"
  pg_ctl -w -o "$(printf '%q ' "${@:2}" -c listen_addresses=)" start
  psql -U "$POSTGRES_USER" -d postgres -c "CREATE DATABASE $POSTGRES_DB"
  pg_ctl -w -m fast stop
fi
exec "$@"
"""


def debian(target: Path, *asked: str, suite: str = SUITE) -> Path:
    """A file system of Debian's packages: a folder, or a `.tar` by its name."""
    line = ["mmdebstrap", "--quiet", "--variant=minbase", *asked, suite, str(target)]
    done = subprocess.run(line, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return target


def make(apart: Apart) -> None:
    """Give the containers' store an image of each name that the deployed files ask for."""
    kept = Path(KEPT) if KEPT else apart.folder
    for name, asked in BASES.items():
        packed = kept / f"{re.sub('[/:]', '-', name)}.tar"
        if not packed.exists():
            debian(packed, *asked)
        apart.run("podman", "import", packed, name)
        if not KEPT:
            packed.unlink()
    recipe = apart.folder / "database"
    recipe.mkdir()
    (recipe / "Containerfile").write_text(DATABASE)
    (recipe / "entry").write_text(ENTRY)
    (recipe / "entry").chmod(0o755)
    build(apart, recipe / "Containerfile", recipe, "docker.io/library/postgres:17")


def build(apart: Apart, recipe: Path, context: Path, name: str, *more: str) -> None:
    """Build an image; what it installs comes over the machine's own network."""
    line = ["buildah", "bud", "--isolation=chroot", "--pull-never", *more]
    apart.run(*line, "--file", recipe, "--tag", name, context, outside=True)


def context(root: Path, out: Path) -> Path:
    """What the image is built from: the wheel of a checkout, and the lock."""
    out.mkdir()
    shutil.copy(root / "requirements.txt", out)
    line = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(out / "dist")]
    subprocess.run(line, cwd=root, check=True, capture_output=True)
    return out
