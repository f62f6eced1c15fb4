"""`candour migrate` and `candour headcount`."""

from __future__ import annotations

from pathlib import Path

import click

from survey import database
from survey.config import RESULTS, Settings
from survey.database import Stores
from survey.manage import headcounts, people


@click.command()
def migrate() -> None:
    """Bring the databases to this version; harmless when they are."""
    settings = Settings.from_environment()
    database.migrate(settings)
    click.echo(f"The databases in {settings.home} are up to date.")
    to_add = people.lines_to_add(Stores.open(settings)) if RESULTS in settings.surfaces else ()
    if to_add:
        click.echo("\n".join((people.NOBODY, *to_add)))


@click.group()
def headcount() -> None:
    """How many people each group has on the frame."""


@headcount.command()
@click.argument("wave_id", metavar="WAVE")
@click.argument("file", type=click.Path(path_type=Path))
def load(wave_id: str, file: Path) -> None:
    """Load a wave's headcounts from a CSV file, in place of earlier ones."""
    groups = headcounts.load(_stores(), wave_id, file)
    click.echo(f"Headcounts of {groups:,} groups are loaded.")


def _stores() -> Stores:
    return Stores.open(Settings.from_environment())
