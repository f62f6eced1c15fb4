"""`candour release`: what comes back from the release officers."""

from __future__ import annotations

from pathlib import Path

import click

from survey.config import Settings
from survey.database import Stores
from survey.errors import DataError
from survey.manage.destructions import DAYS_TO_DESTROY
from survey.results import adding, commented, store


@click.group()
def release() -> None:
    """Releases that come back from the officers."""


@release.command()
@click.argument("file", metavar="FILE.release", type=click.Path(path_type=Path))
def add(file: Path) -> None:
    """Take in a Release that was made offline; it waits until two release officers publish it."""
    from survey import carrying_out

    stores = Stores.open(Settings.from_environment())
    with carrying_out.looking_afterwards(stores, click.echo):
        digest = adding.add(stores, _content(file))
    if digest in store.out(stores):
        click.echo(
            f"Release {digest} is published; destroy the sealed answers of its wave within "
            f"{DAYS_TO_DESTROY} days."
        )
    else:
        click.echo(f"Release {digest} is here. {adding.WAITS}")


@release.command()
@click.argument("file", metavar="FILE.themes", type=click.Path(path_type=Path))
def themes(file: Path) -> None:
    """Take in what people wrote about: the themes of a released wave's comments."""
    wave = commented.add(Stores.open(Settings.from_environment()), _content(file))
    click.echo(f"What people wrote about in wave {wave} is published, beside its Release.")


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise DataError(f"{file} cannot be read ({error.strerror}).") from None
