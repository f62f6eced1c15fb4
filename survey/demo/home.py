"""The folder of a demo: recognising one, refusing anything else, and its unused codes."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from survey.errors import SettingsError
from survey.manage.waves import DEMO

ABOUT = "about.txt"
CODES = "codes-of-the-open-wave.txt"
KEYS = "keys"

_ABOUT_TEXT = """\
This folder holds a demo of Candour: an invented police force, made by `candour demo`.
Only a demo keeps access codes and release keys beside the answers. A real wave never does.
"""
_CODES_TEXT = (
    "# Unused codes of the open wave. Only a demo keeps codes: a real wave prints cards.\n"
)


def stands(home: Path) -> bool:
    """Whether a demo stands at `home`, looked at without changing anything there.

    Raises:
        SettingsError: when something else is there.
    """
    if not home.exists() or (home.is_dir() and not any(home.iterdir())):
        return False
    if not _is_demo(home / "issuer.db"):
        raise SettingsError(
            f"{home} holds something that is not a demo, so it was left alone; "
            "choose an empty folder with --home."
        )
    return True


def _is_demo(database: Path) -> bool:
    if not database.is_file():
        return False
    try:
        with closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as connection:
            found = connection.execute("SELECT 1 FROM marker WHERE name = ?", (DEMO,)).fetchone()
    except sqlite3.DatabaseError:
        return False
    return found is not None


@contextmanager
def building(home: Path) -> Iterator[Path]:
    """A folder to make a demo in, which becomes `home` at the end, whole or not at all.

    What an interrupted making left behind is made anew.

    Raises:
        SettingsError: when the folder beside `home` that this needs is somebody else's.
    """
    site = home.with_name(f"{home.name}.making")
    if site.exists():
        if not (site / ABOUT).is_file():
            raise SettingsError(
                f"{site} is in the way of the demo; move it, or use another --home."
            )
        shutil.rmtree(site)
    site.mkdir(parents=True)
    (site / ABOUT).write_text(_ABOUT_TEXT, encoding="utf-8")
    yield site
    if home.exists():
        home.rmdir()
    site.rename(home)


def keep_codes(home: Path, codes: Sequence[str]) -> None:
    """Write the unused codes of the open wave."""
    (home / CODES).write_text(_CODES_TEXT + "".join(f"{code}\n" for code in codes), "utf-8")


def kept_codes(home: Path) -> list[str]:
    """The codes that were unused when the demo was made."""
    lines = (home / CODES).read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]
