"""One command at a time changes the state of waves, whoever started it."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager

from survey.config import Settings
from survey.errors import AgreementError, SettingsError

LOCK = "agreed.lock"
"""In the home; always empty, and never removed."""

PATIENCE_SECONDS = 30
"""How long a command that somebody typed waits for another one; closing takes seconds."""


@contextmanager
def alone(settings: Settings, patience: float = 0) -> Iterator[None]:
    """Let one process at a time do what follows; a lock of one that was killed is gone with it.

    Args:
        settings: of the host, whose home has the lock.
        patience: seconds to wait for another process.

    Raises:
        AgreementError: when another process is still at work then.
        SettingsError: when this one may not write there: SQLite would let it in beside others.
    """
    settings.home.mkdir(parents=True, exist_ok=True)
    path = settings.home / LOCK
    with closing(sqlite3.connect(path, timeout=patience)) as lock:
        try:
            lock.execute("PRAGMA journal_mode = OFF")  # or a killed process leaves one beside it
            lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:  # a full disk, say
                raise
            raise AgreementError(
                "Waves are being opened or closed, or a Release taken in, or what was agreed is "
                "being done just now; wait for its end, look at the page or at `candour wave "
                "status`, and run this again if it is still to do."
            ) from None
        # Who may only read it gets a lock that any number can hold.
        if not os.access(path, os.W_OK):
            raise SettingsError(
                f"{path} cannot be written by this user, so this command could run beside another; "
                "give the file to the user that the service runs as, or run this as that user."
            )
        yield
