"""`candour keys`: the release officers' keys."""

from __future__ import annotations

from pathlib import Path

import click

from survey.close import keys as release_keys
from survey.close import shares as key_shares
from survey.errors import SettingsError
from survey.manage.officers import PublicKeys


@click.group()
def keys() -> None:
    """The release officers' keys."""


@keys.command()
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), required=True)
@click.option("--shares", type=click.IntRange(2, 16), help="how many shares to make; 3 unless said")
@click.option("--threshold", type=click.IntRange(2, 16), help="how many open; 2 unless said")
@click.option("--unsplit", is_flag=True, help="one plain release.key, without shares: trials only")
def new(out: Path, shares: int | None, threshold: int | None, unsplit: bool) -> None:
    """Make the officers' keys, offline: word shares, release.locked, and public.json."""
    if unsplit and (shares or threshold):
        raise SettingsError("--unsplit makes no shares; leave out --shares and --threshold.")
    public = _unsplit(out) if unsplit else _split(out, shares or 3, threshold or 2)
    click.echo(f"{out / release_keys.PUBLIC_FILE}  give it to the server")
    click.echo(f"Fingerprint: {public.fingerprint}")


def _unsplit(out: Path) -> PublicKeys:
    public = release_keys.make(out)
    click.echo(f"{out / release_keys.PRIVATE_FILE}  for trials only: whoever has it opens it all")
    return public


def _split(out: Path, shares: int, threshold: int) -> PublicKeys:
    public = key_shares.make(out, shares, threshold)
    for number in range(1, shares + 1):
        click.echo(
            f"{out / key_shares.share_file(number)}  give it to one officer, and keep no copy"
        )
    click.echo(
        f"{out / key_shares.LOCKED_FILE}  keep copies with the shares; alone it opens nothing"
    )
    click.echo(f"Any {threshold} of the {shares} shares open it; fewer never do.")
    return public


@keys.command()
@click.argument(
    "shares", metavar="SHARE...", nargs=-1, required=True, type=click.Path(path_type=Path)
)
@click.option("--locked", type=click.Path(path_type=Path), required=True, help="release.locked")
@click.option(
    "--out", type=click.Path(path_type=Path), required=True, help="where release.key goes"
)
def combine(shares: tuple[Path, ...], locked: Path, out: Path) -> None:
    """Put release.key together from enough shares, on the officers' offline machine."""
    combined = key_shares.combine(shares, locked)
    path = release_keys.private_file(out)
    release_keys.keep(path, release_keys.as_json(combined))
    click.echo(f"{path}  opens every answer of its waves; remove it when the Release is out")
    click.echo(f"Fingerprint: {combined.public.fingerprint}")
