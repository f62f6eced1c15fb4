"""The demo as a newcomer starts it: made once, for every test that reads it."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from analysis.release.model import Release
from analysis.release.rows import ConcernRow
from analysis.statistics.concerns import PAST
from survey.config import Settings
from survey.database import Stores
from survey.results import store

CANDOUR = [sys.executable, "-c", "from survey.cli import main; main()"]
KEPT = "CANDOUR_TESTS_DEMO"
"""Names a folder, for tests that are run in turn to share the demo that the first of them made."""


@dataclass(frozen=True)
class Start:
    """One run of `candour demo --no-serve`: what it printed, and its seconds of each kind."""

    printed: str
    seconds: float
    processor: float


def start(home: Path) -> Start:
    """Start the demo in a folder, without its server."""
    before, used = time.monotonic(), _used()
    command = [*CANDOUR, "demo", "--no-serve", "--home", str(home)]
    printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return Start(printed, time.monotonic() - before, _used() - used)


def _used() -> float:
    """Seconds of processor of every process that was started here and has ended."""
    found = resource.getrusage(resource.RUSAGE_CHILDREN)
    return found.ru_utime + found.ru_stime


@dataclass(frozen=True)
class Demo:
    home: Path
    start: Start
    stores: Stores
    releases: tuple[Release, ...]

    def flags(self, wave: int) -> dict[tuple[str, str], str]:
        """(group, theme) -> concern or strength that is raised in a wave counted from 1."""
        return {
            (row.group, row.measure): row.kind
            for row in self.releases[wave - 1].concerns
            if row.state not in PAST and row.kind != "level"
        }

    def raised(self, wave: int) -> dict[tuple[str, str], ConcernRow]:
        """(group, theme) -> what is said of it in a wave counted from 1."""
        return {
            (row.group, row.measure): row
            for row in self.releases[wave - 1].concerns
            if row.kind != "level"
        }


def made(folder: Path) -> Demo:
    """The demo in a folder, as it was first started there."""
    home, told = folder / "demo", folder / "told.json"
    if not told.exists():
        told.write_text(json.dumps(asdict(start(home))))
    stores = Stores.open(Settings.at(home))
    return Demo(
        home, Start(**json.loads(told.read_text())), stores, tuple(store.all_releases(stores))
    )


def folder_of_the_demo(otherwise: Path) -> Path:
    """Where the demo is kept for the tests that come after, else a folder of these tests' own."""
    folder = Path(os.environ.get(KEPT) or otherwise)
    folder.mkdir(exist_ok=True)
    return folder
