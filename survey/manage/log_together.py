"""Lines of the log that come at the same moment: kept at once, settled while nobody waits."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from threading import Event, Lock, Thread

from flask import Flask

from survey.database import Stores
from survey.manage import audit_log, log_waiting
from survey.manage.audit_log import Kind, Signed
from survey.manage.log_waiting import Line

SETTLES_EVERY = 5.0
"""Seconds: each time those who read wait for a transaction of SQLite, some twenty milliseconds."""

MOST_WAITING = 10_000
"""Lines that one process lets wait; whoever comes then has them settled first."""

_EXTENSION = "candour.log"


@dataclass
class _Waiting:
    """An entry that waits to be written, and what became of it."""

    line: Line
    written: bool = False
    problem: Exception | None = None


class Together:
    """Views by many readers of one database at the same moment.

    Beside the database, where lines can wait there, each writes its own: systems flush a file for
    many at once. Else whoever's turn it is brings the lines of all who wait into the chain, in one
    transaction.
    """

    def __init__(self) -> None:
        self._turn, self._listing = Lock(), Lock()
        self._listed: list[_Waiting] = []
        self._beside: set[str] = set()  # marks of lines that this process wrote, unsettled
        self._unsettled = False
        self._writer: log_waiting.Writer | None = None

    def record_once(self, stores: Stores, person: Signed, kind: Kind, what: str, of: str) -> None:
        """Append an entry once for each `of`; the disk has its line when this returns.

        Raises:
            Exception: whatever kept it from there. After lines could not be settled, what kept
                them: nobody reads on while the chain cannot have what they read.
        """
        mark = audit_log.mark(person, kind, what, of)
        if self._unsettled or len(self._beside) >= MOST_WAITING:
            self.settle(stores)
        if mark in self._beside:
            return
        with stores.results() as session:
            if audit_log.is_there(session, mark):
                return
        line = audit_log.line_of(person, kind, what, mark)
        path = log_waiting.beside(stores.settings.results_url)
        if path is None:
            self._with_others(stores, line)
            return
        if self._writer is None:
            self._writer = log_waiting.Writer(path)
        self._writer.append(line)
        with self._listing:
            self._beside.add(mark)

    def settle(self, stores: Stores) -> None:
        """Bring lines that wait into the chain; raises whatever keeps them from it."""
        with self._listing:
            beside = set(self._beside)
        try:
            audit_log.settle(stores)
        except Exception:
            self._unsettled = True
            raise
        self._unsettled = False
        with self._listing:
            self._beside -= beside

    def _with_others(self, stores: Stores, line: Line) -> None:
        mine = _Waiting(line)
        with self._listing:
            self._listed.append(mine)
        with self._turn:
            if not mine.written:
                self._write(stores)
        if mine.problem is not None:
            raise mine.problem

    def _write(self, stores: Stores) -> None:
        with self._listing:
            entries, self._listed = self._listed, []
        problem: Exception | None = None
        try:
            with stores.results() as session:
                audit_log.record_all(session, [one.line for one in entries])
        except Exception as error:  # each of those who wait is told of it
            problem = error
        for one in entries:
            one.written, one.problem = True, problem


class Settling:
    """The thread of one process that settles what waits: when it starts, then every few seconds."""

    def __init__(self, together: Together, stores: Stores) -> None:
        self._together, self._stores = together, stores
        self._ended = Event()
        self._wrong = ""
        self.thread = Thread(target=self._run, daemon=True)

    def end(self) -> None:
        """Stop; what waits then waits for the next process, or for whoever reads the log."""
        self._ended.set()
        self.thread.join()

    def _run(self) -> None:
        while True:
            try:
                self._together.settle(self._stores)
                self._wrong = ""
            except Exception as error:  # whoever asks for a page is told that it is wrong
                self._tell(type(error).__name__)
            if self._ended.wait(SETTLES_EVERY):
                return

    def _tell(self, wrong: str) -> None:
        if wrong != self._wrong:
            logging.getLogger("candour").error("log: %s", wrong)
        self._wrong = wrong


def install(app: Flask) -> None:
    """Give `app` a place where views wait for one another."""
    app.extensions[_EXTENSION] = Together()


def of(app: Flask) -> Together:
    """That of `app`."""
    found: Together = app.extensions[_EXTENSION]
    return found


def begin(app: Flask) -> Settling | None:
    """Settle in a thread what `app` lets wait; None where nobody signs in."""
    if _EXTENSION not in app.extensions:
        return None
    stores: Stores = app.extensions["candour"]
    found = Settling(of(app), stores)
    found.thread.start()
    return found
