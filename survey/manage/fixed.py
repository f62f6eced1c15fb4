"""Trying to change what is fixed since a wave opened is refused, and logged: here the logging."""

from __future__ import annotations

from contextlib import suppress

from flask import Flask, g, render_template
from sqlalchemy.exc import SQLAlchemyError

from survey.config import Settings
from survey.database import Stores
from survey.errors import CandourError, FixedWave
from survey.manage import audit_log
from survey.manage.audit_log import Signed


def log(stores: Stores, person: Signed | None, error: FixedWave) -> None:
    """Append what was tried; the sentence names no value that was typed."""
    with stores.results() as session:
        audit_log.record(session, person, "barred", f"to change wave {error.wave}: {error}")


def notice(stores: Stores, person: Signed, error: CandourError) -> None:
    """Log what a page refused, if it was a try to change what is fixed."""
    if isinstance(error, FixedWave):
        log(stores, person, error)


def log_command(error: FixedWave) -> None:
    """The same for a command. Where there is no log, the change is refused all the same."""
    with suppress(SQLAlchemyError, CandourError):
        log(Stores.open(Settings.from_environment()), None, error)


def install(app: Flask, stores: Stores) -> None:
    """Log what somebody who signed in tried on a page, and show them why it was refused."""

    @app.errorhandler(FixedWave)
    def fixed(error: FixedWave) -> tuple[str, int]:
        log(stores, g.get("reader"), error)
        return render_template("errors/problem.html", sentence=str(error)), 409
