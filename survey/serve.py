"""`candour serve`: gunicorn (on Windows waitress) without any access log."""

from __future__ import annotations

import os
import subprocess
import sys

import click

from survey.config import SURFACES, Settings

APPLICATION = "survey.wsgi:application"


def arguments(bind: str, workers: int, threads: int) -> list[str]:
    """The command line of the server. It logs no request, and of errors nothing but the class.

    At the level `error` gunicorn leaves out its warnings on malformed requests, which carry the
    address of whoever sent them.
    """
    if os.name == "nt":
        return [sys.executable, "-m", "waitress", f"--listen={bind}", APPLICATION]
    return [
        *(sys.executable, "-m", "gunicorn", APPLICATION),
        *("--bind", bind, "--workers", str(workers), "--threads", str(threads)),
        *("--worker-class", "gthread", "--no-control-socket", "--log-level", "error"),
    ]


@click.command()
@click.option("--bind", default="127.0.0.1:8000", show_default=True)
@click.option("--workers", type=click.IntRange(1), default=2, show_default=True)
@click.option("--threads", type=click.IntRange(1), default=4, show_default=True)
@click.option(
    "--surface", "surfaces", multiple=True, metavar="|".join(SURFACES), help="default all"
)
def serve(bind: str, workers: int, threads: int, surfaces: tuple[str, ...]) -> None:
    """Serve the pages."""
    environment = dict(os.environ)
    if surfaces:
        environment["CANDOUR_SURFACES"] = ",".join(surfaces)
    # Read here already, so that a wrong setting is one sentence and not a worker's traceback.
    Settings.from_environment(environment)
    click.echo(f"Serving on http://{bind}")
    sys.stdout.flush()
    if os.name == "nt":
        sys.exit(subprocess.call(arguments(bind, workers, threads), env=environment))
    os.execve(sys.executable, arguments(bind, workers, threads), environment)  # noqa: S606
