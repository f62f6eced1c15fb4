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


def append(path: Path, line: Line) -> None:
    """Write a line that has a mark; when this returns the disk has it.

    Raises:
        OSError: when it has not; then it is not there, or nobody may rely on it.
    """
    content = _packed(line)
    with _held(path, os.O_RDWR | os.O_APPEND | os.O_CREAT) as file:
        size = os.fstat(file).st_size
        if not size:
            _flush_folder(path.parent)  # the file's name first, then what others rely on
        elif os.pread(file, 1, size - 1) != b"\n":
            content = b"\n" + content
        try:
            _write(file, content)
        except OSError:
            os.ftruncate(file, size)
            raise
        fcntl.flock(file, fcntl.LOCK_UN)  # others write meanwhile, and the disk takes all at once
        _flush(file)


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
    found = list[Line]()
    with suppress(FileNotFoundError), _held(path, os.O_RDWR):  # no line is half written then
        found += _read(path)
    aside = list[Line]()
    for one in _aside(path):
        with suppress(FileNotFoundError):  # then the chain has them
            aside += _read(one)
    return (*aside, *found)


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
    try:
        with _held(path, os.O_RDWR):
            path.rename(path.with_name(f"{path.name}.{number}"))
    except FileNotFoundError:  # all was put aside by a process that was killed then
        return


def _read(path: Path) -> list[Line]:
    written = int(path.stat().st_mtime)
    return [_line(text, written) for text in path.read_bytes().split(b"\n") if text]


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


@contextmanager
def _held(path: Path, flags: int) -> Iterator[int]:
    """The file of that name, which nobody else writes or puts aside meanwhile."""
    while True:
        file = os.open(path, flags, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX)
            if _is_at(file, path):
                yield file
                return
        finally:
            os.close(file)


def _is_at(file: int, path: Path) -> bool:
    """Whether it was not put aside between opening and locking it."""
    try:
        return os.path.samestat(os.fstat(file), path.stat())
    except FileNotFoundError:
        return False


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
