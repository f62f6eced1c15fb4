"""Lines of the log that are on the disk and not in its chain yet, in a file beside the database.

A transaction of SQLite waits for the disk five times and lets nobody read meanwhile. A line here
waits once and holds up nobody, so a page is sent when its line is here. From here lines go into the
chain many at once; whatever reads the log takes them there first (`audit_log.settle`).

Nothing is lost and nothing counts twice, wherever a process is killed: a line goes from here when
the chain has it, and has a mark (`once`) that the chain takes once.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import astuple, dataclass
from pathlib import Path

from sqlalchemy import URL

from survey import database

try:
    import fcntl
except ImportError:  # Windows, where each line goes into the chain by itself
    fcntl = None  # type: ignore[assignment]

ENDING = ".waiting"
UNREADABLE = "a line that cannot be read; the page that it was of may not have been sent"
"""What the chain says of what the power's going left half written, or somebody changed."""


_CHECK = 16
"""Characters before each line that tell whether it is whole."""

_flush = getattr(os, "fdatasync", os.fsync)


@dataclass(frozen=True)
class Line:
    """What is to become an entry; see `survey.manage.audit_log.Entry`."""

    at: int
    who: str
    role: str
    kind: str
    what: str
    once: str | None


def beside(results_url: str | URL) -> Path | None:
    """The file for lines that wait; None where each goes into the chain by itself.

    That is so with a database on a server: there nobody who reads waits for whoever writes, and
    another host may read the log.
    """
    found = database.file_of(results_url)
    return None if found is None or fcntl is None else found.with_name(found.name + ENDING)


class Writer:
    """Writes lines of one process into the file, which it holds open.

    It takes no lock, since each call gives the interpreter's lock away and has to wait for it. A
    file that was put aside meanwhile may not have been read to its end: then the line is written
    once more, and its mark counts once.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: _File | None = None

    def append(self, line: Line) -> None:
        """Write a line that has a mark; when this returns the disk has it.

        Raises:
            OSError: when it has not; nobody may rely on it then.
        """
        # What was cut short before it ends there.
        content = b"\n" + _packed(line)
        while True:
            # As its own, since another thread may open the next one.
            file = self._file or _File(self._path)
            self._file = file
            _write(file.number, content)
            _flush(file.number)
            if file.is_at(self._path):
                return
            self._file = None


class _File:
    """An open file, closed when nobody uses it any more; its name is on the disk."""

    def __init__(self, path: Path) -> None:
        self.number = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        self._found = os.fstat(self.number)
        _flush_folder(path.parent)

    def __del__(self) -> None:
        if "number" in vars(self):
            os.close(self.number)

    def is_at(self, path: Path) -> bool:
        try:
            return os.path.samestat(self._found, path.stat())
        except FileNotFoundError:
            return False


@contextmanager
def put_aside(path: Path) -> Iterator[None]:
    """Put aside all lines that wait, to be brought into the chain in the block; then they go.

    When it raises they stay. One process at a time does it; who appends meanwhile does not wait.
    """
    with _alone(path.parent):
        _rename(path)
        aside = _aside(path)
        yield
        for one in aside:
            one.unlink()


def seen(path: Path) -> tuple[Line, ...]:
    """All lines that wait, oldest first, left where they are.

    For whoever holds the end of the chain, so that nobody else brings them there meanwhile.
    """
    last = _read(path)  # first, since it may be put aside meanwhile
    return (*(line for one in _aside(path) for line in _read(one)), *last)


def files(path: Path) -> tuple[Path, ...]:
    """The files in which lines wait now; none when the chain has all."""
    return tuple(one for one in (*_aside(path), path) if one.exists())


def _aside(path: Path) -> list[Path]:
    """Files that were put aside, oldest first: one, or those that a killed process left, too."""
    found = (one for one in path.parent.glob(f"{path.name}.*") if one.suffix[1:].isdecimal())
    return sorted(found, key=lambda one: int(one.suffix[1:]))


def _rename(path: Path) -> None:
    last = next(reversed(_aside(path)), None)
    number = int(last.suffix[1:]) + 1 if last else 1
    with suppress(FileNotFoundError):  # then a process that was killed had put all aside
        path.rename(path.with_name(f"{path.name}.{number}"))


def _read(path: Path) -> list[Line]:
    """The whole lines of a file; none of one that is gone, whose lines the chain has."""
    try:
        written, content = int(path.stat().st_mtime), path.read_bytes()
    except FileNotFoundError:
        return []
    # What ends without a newline is being written, or never was: its page was not sent.
    return [_line(text, written) for text in content.split(b"\n")[:-1] if text]


def _packed(line: Line) -> bytes:
    text = json.dumps(astuple(line)).encode()
    return _check(text) + text + b"\n"


def _line(text: bytes, written: int) -> Line:
    check, told = text[:_CHECK], text[_CHECK:]
    if check == _check(told):
        return Line(*json.loads(told))
    return Line(written, "", "", "view", UNREADABLE, hashlib.sha256(text).hexdigest()[:32])


def _check(text: bytes) -> bytes:
    return hashlib.sha256(text).hexdigest()[:_CHECK].encode()


def _write(file: int, content: bytes) -> None:
    while content:
        content = content[os.write(file, content) :]


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    held = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
    finally:
        os.close(held)


def _flush_folder(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
