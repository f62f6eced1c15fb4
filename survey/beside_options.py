"""The options of commands that publish files of others beside the answers."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click

from analysis.beside.given import BesideFiles

_HELP = {
    "benchmarks": "figures of others, CSV: see check --benchmark-template",
    "interventions": "where something was done, CSV, declared before the results were known",
    "procedures": "HR's counts of formal processes, CSV: process,period,group,people,cases",
}


def with_files_beside(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command an option for each such file, and the files as one argument, `beside`."""

    @wraps(command)
    def run(**values: Any) -> None:
        command(**values, beside=BesideFiles(**{name: values.pop(name) for name in _HELP}))

    for name, words in reversed(_HELP.items()):
        kind = click.Path(path_type=Path, dir_okay=False)
        run = click.option(f"--{name}", type=kind, help=words)(run)
    return run
