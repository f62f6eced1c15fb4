"""The one program, `candour`. Each command lives in the room whose work it does."""

from __future__ import annotations

import gc
import sqlite3
import sys
from importlib import import_module

import click

from analysis.errors import CandourError
from survey.errors import FixedWave

COMMANDS = {
    "attack": "survey.attack_command:attack",
    "backup": "survey.backup.commands:backup",
    "change": "survey.change_command:change",
    "check": "survey.questionnaire.commands:check",
    "codes": "survey.collect.commands:codes",
    "comments": "survey.close.comment_commands:comments",
    "demo": "survey.demo.commands:demo",
    "doctor": "survey.doctor.commands:doctor",
    "export": "survey.export_command:export",
    "forecast": "survey.forecast:forecast",
    "headcount": "survey.manage.commands:headcount",
    "keys": "survey.close.commands:keys",
    "migrate": "survey.manage.commands:migrate",
    "release": "survey.release_commands:release",
    "restore": "survey.backup.commands:restore",
    "serve": "survey.serve:serve",
    "tabulate": "survey.tabulate:tabulate",
    "unseal": "survey.unseal_command:unseal",
    "user": "survey.user_commands:user",
    "verify": "survey.verify.commands:verify",
    "wave": "survey.wave_commands:wave",
}

COLLECTED = (50_000, 20, 100)
"""After so many new objects Python looks for what nobody holds any more: most of what a command
makes stays until it ends, and looking as often as it does by itself took a tenth of the time in
which a survey is closed and published."""


class _Rooms(click.Group):
    """Imports a command only when asked for it, so that `serve` never loads what opens answers."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, name = COMMANDS[cmd_name].split(":")
        command: click.Command = getattr(import_module(module), name)
        return command


@click.command(cls=_Rooms, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="candour")
def candour() -> None:
    """Candour: anonymous workforce sentiment surveys."""


def main() -> None:
    """Run the program; every known error is one sentence and exit code 2."""
    gc.set_threshold(*COLLECTED)
    try:
        candour(standalone_mode=False)
    except CandourError as error:
        _log_barred(error)
        click.echo(str(error), err=True)
        sys.exit(2)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except click.Abort:
        sys.exit(130)
    except Exception as error:
        sentence = _refused_by_the_machine(error)
        if sentence is None:
            raise
        click.echo(sentence, err=True)
        sys.exit(2)


def _log_barred(error: CandourError) -> None:
    """Log that somebody tried to change what is fixed since its wave opened."""
    if isinstance(error, FixedWave):
        from survey.manage import fixed

        fixed.log_command(error)


def _refused_by_the_machine(error: Exception) -> str | None:
    """What to say of a file or a database that cannot be read or written; None of a bug."""
    if isinstance(error, OSError):
        return f"{error.filename or 'A file'} cannot be used ({error.strerror or error})."
    cause = getattr(error, "orig", error)  # what SQLAlchemy wraps: it has no SQL and no values
    if isinstance(cause, sqlite3.OperationalError) or type(cause) is sqlite3.DatabaseError:
        if getattr(cause, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL:
            return "The disk of CANDOUR_HOME is full; make room on it, and run this again."
        return (
            f"A database or ballot box cannot be used ({cause}); check that CANDOUR_HOME holds "
            "Candour's own files, whole, and that you may write there."
        )
    if _is_of_a_server(cause):
        return (
            f"A database cannot be used ({type(cause).__name__}); check CANDOUR_ISSUER_URL and "
            "CANDOUR_RESULTS_URL, and that the server of the database runs and lets you in."
        )
    return None


_NOT_LET_IN = {None, "42501", "25006"}
"""SQLSTATE where the server was not reached, where a right is missing, where it only reads."""


def _is_of_a_server(cause: Exception) -> bool:
    """Whether PostgreSQL's driver, which need not be installed, says so of the server.

    What else it says names the host and the user, and so stays unsaid.
    """
    kinds = {f"{kind.__module__}.{kind.__name__}" for kind in type(cause).__mro__}
    if "psycopg.OperationalError" in kinds:
        return True
    return "psycopg.Error" in kinds and getattr(cause, "sqlstate", "") in _NOT_LET_IN
