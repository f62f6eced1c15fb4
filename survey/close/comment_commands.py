"""`candour comments`: gives the release officers' coders the comments of a wave."""

from __future__ import annotations

from pathlib import Path

import click

from survey.close import comments as opening
from survey.close import keys as release_keys
from survey.close.comments import Opened
from survey.config import Settings
from survey.database import Stores
from survey.manage import wave_file


@click.group()
def comments() -> None:
    """What people wrote in their own words."""


@comments.command()
@click.argument("wave", metavar="WAVE")
@click.option(
    "--key", type=click.Path(path_type=Path), required=True, help="the officers' release.key"
)
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True)
def export(wave: str, key: Path, out: Path) -> None:
    """Open the comments of a closed wave and write them to a CSV file, shuffled.

    WAVE is a wave's id, or the file FILE.wave that was carried to this machine.
    """
    if wave.endswith(wave_file.ENDING):
        sealed = opening.of_file(Path(wave))
    else:
        sealed = opening.of_wave(Stores.open(Settings.from_environment()), wave)
    opened = list(opening.open_all(sealed, release_keys.load(key)))
    opening.write(out, opening.as_csv(opened))
    for one in opened:
        click.echo(_told(one))
    click.echo(f"{out}  for the coders alone; destroy it with the wave")


def _told(one: Opened) -> str:
    said = f"{one.question}: {len(one.texts):,} comments from {one.received:,} answers"
    return f"{said}; {one.spoilt:,} were spoilt and left out" if one.spoilt else said
