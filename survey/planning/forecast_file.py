"""The forecast of a wave in the store's folder: how far it is, and what came of it.

`candour forecast --wave` makes it, in a process of its own, because a process that serves pages may
not import the disclosure control. One runs at a time: it holds a lock that goes with its process,
so a forecast whose process was killed is told from one that runs. Nothing of it is a secret of the
wave: it comes from headcounts and a guess.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal

from survey.config import Settings
from survey.errors import SettingsError

State = Literal["running", "done", "failed", "stopped", "interrupted"]
BUSY = "A forecast is running already; one runs at a time, so wait for it or stop it first."
_FOLDER, _LOCK, _WHOSE = "forecasts", "lock", "whose"
_WAITS = 5
"""Seconds in which a forecast waits for whoever looks whether one runs."""
_ENDS_IN = 20.0
"""Seconds in which a forecast that is asked to stop should be through with its draw."""


@dataclass(frozen=True)
class GroupLine:
    """A group: people expected to answer, and how often it is shown, too small, hidden for others.

    The shares are in [0, 1] and add to 1.
    """

    id: str
    label: str
    base: float
    shown: float
    small: float
    others: float


@dataclass(frozen=True)
class TableLine:
    """A table: its groups, the mean number that is shown, people hidden, and what it costs others.

    `cost` is None of a table that crosses nothing.
    """

    id: str
    groups: int
    shown: float
    hidden: float
    cost: float | None


@dataclass(frozen=True)
class KeptForecast:
    """A forecast as it is kept.

    Attributes:
        rate, withheld: what was guessed, in percent.
        draws: waves that are drawn in all; `done` of them are.
        of: which headcounts it was made from: `mark_of` them.
        sentence: why it came to no end; empty where it did.
        groups, tables, sentences: what came of it; empty until it is done.
    """

    state: State
    rate: float
    withheld: float
    draws: int
    done: int
    of: str
    sentence: str = ""
    groups: tuple[GroupLine, ...] = ()
    tables: tuple[TableLine, ...] = ()
    sentences: tuple[str, ...] = ()


class Stopped(Exception):
    """Somebody asked for the forecast to stop."""


def mark_of(counts: Mapping[str, int]) -> str:
    """Tells headcounts from others."""
    return hashlib.sha256(json.dumps(sorted(counts.items())).encode()).hexdigest()[:16]


def path_of(settings: Settings, wave_id: str) -> Path:
    """Where the forecast of a wave lies."""
    return settings.home / _FOLDER / f"{wave_id}.json"


def _stop_mark(settings: Settings, wave_id: str) -> Path:
    return path_of(settings, wave_id).with_suffix(".stop")


def keep(settings: Settings, wave_id: str, kept: KeptForecast) -> None:
    """Write a forecast in place of an earlier one, whole."""
    path = path_of(settings, wave_id)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".making")
    draft.write_text(json.dumps(asdict(kept)), encoding="utf-8")
    draft.replace(path)


def kept(settings: Settings, wave_id: str) -> KeptForecast | None:
    """The forecast of a wave; None where there is none that can be read."""
    try:
        content = json.loads(path_of(settings, wave_id).read_text(encoding="utf-8"))
        found = _read(content)
    except (OSError, ValueError, TypeError, KeyError):
        return None
    if found.state == "running" and not _runs_for(settings, wave_id):
        return replace(found, state="interrupted")
    return found


def _read(content: Mapping[str, Any]) -> KeptForecast:
    groups = tuple(GroupLine(**one) for one in content["groups"])
    tables = tuple(TableLine(**one) for one in content["tables"])
    lines = {"groups": groups, "tables": tables, "sentences": tuple(content["sentences"])}
    return KeptForecast(**{**content, **lines})


def remove(settings: Settings, wave_id: str) -> None:
    """Remove what is kept for a wave."""
    path_of(settings, wave_id).unlink(missing_ok=True)
    _stop_mark(settings, wave_id).unlink(missing_ok=True)


@contextmanager
def running(settings: Settings, wave_id: str) -> Iterator[None]:
    """Hold the lock of forecasts while one is made.

    Raises:
        SettingsError: when another one runs.
    """
    with _locking(settings, _WAITS) as lock:
        try:
            lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError:
            raise SettingsError(BUSY) from None
        _stop_mark(settings, wave_id).unlink(missing_ok=True)
        (settings.home / _FOLDER / _WHOSE).write_text(wave_id, encoding="utf-8")
        yield


def _whose(settings: Settings) -> str:
    """The wave of the last forecast that began."""
    path = settings.home / _FOLDER / _WHOSE
    return path.read_text(encoding="utf-8") if path.exists() else ""


def is_running(settings: Settings) -> bool:
    """Whether a forecast is being made now, of whichever wave."""
    if not (settings.home / _FOLDER / _LOCK).exists():
        return False
    with _locking(settings, 0) as lock:
        try:
            lock.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return True
        lock.execute("ROLLBACK")
    return False


@contextmanager
def _locking(settings: Settings, seconds: float) -> Iterator[sqlite3.Connection]:
    folder = settings.home / _FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(folder / _LOCK, seconds, isolation_level=None)) as connection:
        yield connection


def ask_to_stop(settings: Settings, wave_id: str) -> None:
    """Let the forecast of a wave stop after the draw that it is at."""
    _stop_mark(settings, wave_id).touch()


def is_stopping(settings: Settings, wave_id: str) -> bool:
    """Whether somebody asked that."""
    return _stop_mark(settings, wave_id).exists()


def end(settings: Settings, wave_id: str) -> bool:
    """Stop the forecast of a wave and wait until nothing writes it any more; False when it goes on.

    What is kept of one that has ended is left as it is.
    """
    if not _runs_for(settings, wave_id):
        return True
    ask_to_stop(settings, wave_id)
    until = time.monotonic() + _ENDS_IN
    while _runs_for(settings, wave_id):
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True


def _runs_for(settings: Settings, wave_id: str) -> bool:
    return is_running(settings) and _whose(settings) == wave_id


def counted(settings: Settings, wave_id: str, begun: KeptForecast) -> Iterable[int]:
    """The draws of a forecast, kept one by one as they are done.

    Raises:
        Stopped: when somebody asked for that.
    """
    for draw in range(begun.draws):
        if is_stopping(settings, wave_id):
            raise Stopped
        keep(settings, wave_id, replace(begun, done=draw))
        yield draw
