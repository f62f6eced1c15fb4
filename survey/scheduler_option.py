"""The option `--scheduler`: where answers are opened and counted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from analysis import schedulers
from analysis.schedulers import Scheduler


def _named(_context: click.Context, _parameter: click.Parameter, name: str) -> Scheduler:
    return schedulers.named(name)


scheduler_option: Callable[[Any], Any] = click.option(
    "--scheduler",
    default="here",
    show_default=True,
    callback=_named,
    metavar="here|processes|tls://HOST:PORT",
    help="count in this process, on every core or on a Dask cluster, with the same result",
)
