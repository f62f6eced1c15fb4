"""Lines of the log that come at the same moment, written at once."""

from __future__ import annotations

from dataclasses import dataclass
from threading import Lock

from survey.database import Stores
from survey.manage import audit_log
from survey.manage.audit_log import Kind, Signed


@dataclass
class _Waiting:
    """An entry that waits to be written, and what became of it."""

    person: Signed
    kind: Kind
    what: str
    once: str
    written: bool = False
    problem: Exception | None = None


class Together:
    """Views by many at the same moment: those of one process are written in one transaction.

    Every transaction waits for the disk, and only one can append. So whoever's turn it is takes the
    entries of all who wait with them.
    """

    def __init__(self) -> None:
        self._turn, self._listing = Lock(), Lock()
        self._listed: list[_Waiting] = []

    def record_once(self, stores: Stores, person: Signed, kind: Kind, what: str, of: str) -> None:
        """Append an entry once for each `of`; it is written when this returns.

        Raises:
            Exception: whatever kept the transaction from its end; then nothing of it is written.
        """
        mine = _Waiting(person, kind, what, audit_log.mark(person, kind, what, of))
        with stores.results() as session:
            if audit_log.is_there(session, mine.once):
                return
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
                for one in entries:
                    audit_log.record(session, one.person, one.kind, one.what, once=one.once)
        except Exception as error:  # each of those who wait is told of it
            problem = error
        for one in entries:
            one.written, one.problem = True, problem
