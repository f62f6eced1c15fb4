"""`candour keys` and `candour unseal`: what the release officers do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import click

from survey.close import keys as release_keys
from survey.close.unsealing import unseal as unseal_wave
from survey.config import Settings
from survey.database import Stores


@click.group()
def keys() -> None:
    """The release officers' keys."""


@keys.command()
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), required=True)
def new(out: Path) -> None:
    """Make release.key (keep it offline) and public.json (give it to the server)."""
    public = release_keys.make(out)
    click.echo(f"{out / release_keys.PRIVATE_FILE}  keep it offline; a lost key cannot be replaced")
    click.echo(f"{out / release_keys.PUBLIC_FILE}  give it to the server")
    click.echo(f"Fingerprint: {public.fingerprint}")


@click.command()
@click.argument("wave_id", metavar="WAVE")
@click.option(
    "--key", type=click.Path(path_type=Path), required=True, help="the officers' release.key"
)
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), required=True)
def unseal(wave_id: str, key: Path, out: Path) -> None:
    """Open a closed wave and publish its Release."""
    stores = Stores.open(Settings.from_environment())
    digest = unseal_wave(stores, wave_id, release_keys.load(key), out, _progress, click.echo)
    click.echo(f"Release {digest} is in {out / digest} and published.")
    click.echo(f"Destroy the sealed answers within 30 days: candour wave destroy {wave_id}")


def _progress(rows: Iterable[bytes]) -> Iterator[bytes]:
    with click.progressbar(rows, label="Opening answers") as bar:
        yield from bar
