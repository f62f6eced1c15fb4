"""`candour serve`: gunicorn (on Windows waitress) without any access log."""

from __future__ import annotations

import errno
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import click

from survey import database
from survey.config import BOX, ISSUE, SURFACES, Settings
from survey.errors import SettingsError
from survey.manage import organisation

APPLICATION = "survey.wsgi:application"
PREVIEW = "survey.preview_wsgi:application"
SETTINGS = "python:survey.gunicorn_settings"
"""Named, or gunicorn takes a `gunicorn.conf.py` of the folder that it is started in."""
MORE_ARGUMENTS = "GUNICORN_CMD_ARGS"
"""A variable of the environment that could turn a log of addresses on."""
DEFAULT_BIND = "127.0.0.1:8000"
_PYTHON = (sys.executable, "-P", "-m")
"""With `-P`, so that no file of the folder that it is started in is taken for the server's own."""


def arguments(bind: str, workers: int, threads: int, application: str = APPLICATION) -> list[str]:
    """The command line of the server. It logs no request, and of errors nothing but the class.

    At the level `error` gunicorn leaves out its warnings on malformed requests, which carry the
    address of whoever sent them.
    """
    if os.name == "nt":
        return [*_PYTHON, "waitress", f"--listen={bind}", application]
    return [
        *(*_PYTHON, "gunicorn", application),
        *("--bind", bind, "--workers", str(workers), "--threads", str(threads)),
        *("--worker-class", "gthread", "--no-control-socket", "--log-level", "error"),
        *("--config", SETTINGS),
    ]


def program() -> str:
    """How to start `candour` from here: `make demo` puts it on nobody's PATH."""
    return "candour" if shutil.which("candour") else sys.argv[0]


def expect_free(bind: str, instead: str) -> None:
    """Refuse at once what nothing can be served at: gunicorn tries for seconds and logs a page.

    Raises:
        SettingsError: names `instead`, a command that serves somewhere else.
    """
    if bind.startswith(("unix:", "fd://")):
        return
    host, _, port = bind.rpartition(":")
    if not port.isdecimal() or not 0 <= int(port) <= 65_535:
        raise SettingsError(f"{bind} is not an address to serve at; write one like {DEFAULT_BIND}.")
    try:
        family, kind, _, _, address = socket.getaddrinfo(
            host.strip("[]") or None, int(port), type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind) as probe:
            # As gunicorn binds: a port that was left a moment ago is free.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise SettingsError(
                f"Port {port} is in use; choose another, as in `{instead}`."
            ) from error
        raise SettingsError(f"{bind} cannot be served at ({error.strerror}).") from error


@click.command()
@click.option("--bind", default=DEFAULT_BIND, show_default=True)
@click.option("--workers", type=click.IntRange(1), default=2, show_default=True)
@click.option("--threads", type=click.IntRange(1), default=4, show_default=True)
@click.option(
    "--surface", "surfaces", multiple=True, metavar="|".join(SURFACES), help="default all"
)
@click.option(
    "--preview",
    type=click.Path(path_type=Path),
    help="a questionnaire file, shown as respondents see it; nothing is stored",
)
def serve(
    bind: str, workers: int, threads: int, surfaces: tuple[str, ...], preview: Path | None
) -> None:
    """Serve the pages."""
    environment = dict(os.environ)
    if preview is not None:
        _preview(preview, bind, surfaces)
        return
    if surfaces:
        environment["CANDOUR_SURFACES"] = ",".join(surfaces)
    # Tried here already, so that what is wrong is one sentence and not a worker's traceback.
    settings = Settings.from_environment(environment)
    database.expect_ready(settings)
    organisation.expect_roles(settings)
    expect_free(bind, f"{program()} serve --bind {_next_to(bind)}")
    click.echo(f"Serving on http://{bind}")
    if BOX in settings.surfaces and ISSUE not in settings.surfaces and not settings.issue_address:
        click.echo("CANDOUR_ISSUE_ADDRESS is not set: nobody can answer without JavaScript.")
    _run(arguments(bind, workers, threads), environment)


def _preview(file: Path, bind: str, surfaces: tuple[str, ...]) -> None:
    """Show one questionnaire; what is wrong in the file is said in the page."""
    if surfaces:
        raise SettingsError("--preview shows one file and no surface; leave out --surface.")
    if not file.is_file():
        raise SettingsError(f"There is no file {file} to preview.")
    expect_free(bind, f"{program()} serve --preview {file} --bind {_next_to(bind)}")
    click.echo(f"Preview of {file} on http://{bind}: nothing is stored. Stop it with Ctrl+C.")
    _run(arguments(bind, 1, 4, PREVIEW), {**os.environ, "CANDOUR_PREVIEW": str(file)})


def _next_to(bind: str) -> str:
    host, _, port = bind.rpartition(":")
    return f"{host}:{int(port) + 1}" if port.isdecimal() else "HOST:PORT"


def _run(line: list[str], environment: dict[str, str]) -> None:
    sys.stdout.flush()
    environment.pop(MORE_ARGUMENTS, None)
    if os.name == "nt":
        sys.exit(subprocess.call(line, env=environment))
    os.execve(sys.executable, line, environment)  # noqa: S606
