"""`candour backup` and `candour restore`."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import click

from survey import clock
from survey.backup import making, packing, restoring
from survey.config import BOX, Settings
from survey.errors import SettingsError
from survey.manage import secret_files
from survey.manage.waves import Wave

_FOR_ITS_OWNER = (
    "It holds no answers, and no codes or keys of waves, but hashes of passwords, sealed keys of "
    "codes at signing in, who read what and exact headcounts, of small groups too: encrypt it "
    "before it leaves this machine."
)

_OF_ISSUER = (
    "was open: none of its codes can be used any more. Let the ballot box's host close it without "
    "--issuer, and end the part that is here: `candour wave destroy {} --audited`."
)


@click.command()
@click.option("--out", type=click.Path(path_type=Path), required=True, help="a file or a folder")
def backup(out: Path) -> None:
    """Write all that may be backed up to one file, also while the service runs."""
    now = clock.now()
    if out.is_file():
        raise SettingsError(f"{out} is there already and is never overwritten; take another name.")
    content = making.packed(Settings.from_environment(), now)
    secret_files.erase_drafts(out if out.is_dir() else out.parent, packing.ENDING)
    if out.is_dir():
        out = out / f"candour-{now:%Y%m%dT%H%MZ}{packing.ENDING}"
    secret_files.write_once(out, content)
    found = packing.unpack(content, str(out))
    click.echo(f"{out} is a backup of {found.made}; its SHA-256 is")
    click.echo(hashlib.sha256(content).hexdigest())
    click.echo(f"The log ended with entry {found.log_number:,}, whose hash is")
    click.echo(found.log_hash)
    click.echo(_FOR_ITS_OWNER)


@click.command()
@click.argument("file", metavar="FILE.backup", type=click.Path(path_type=Path))
def restore(file: Path) -> None:
    """Fill an empty home from a backup, after checking all of it."""
    settings = Settings.from_environment()
    restoring.expect_empty(settings)
    found = packing.read(file)
    restored = restoring.restore(settings, found, clock.now())
    click.echo(
        f"{settings.home} is as it was at {found.made}, when the log had {found.log_number:,} "
        "entries."
    )
    for said in _left_to_do(restored, BOX in settings.surfaces):
        click.echo(said)
    click.echo(
        "Everybody signs in anew. What was done since then has to be done again: compare `candour "
        "user list` and the waves with what you know."
    )


def _left_to_do(restored: restoring.Restored, has_box: bool) -> Iterator[str]:
    for wave in restored.waves:
        was_open = wave.id in restored.unfinished
        said = _of(wave, was_open) if has_box or not was_open else _OF_ISSUER.format(wave.id)
        if said is not None:
            yield f"Wave {wave.id} {said}"


def _of(wave: Wave, was_open: bool) -> str | None:
    """What somebody has to do about a wave now; None where there is nothing."""
    if was_open:
        return (
            "was open, and no backup holds answers: it is closed and cannot be published. Tell "
            f'everybody why: `candour wave destroy {wave.id} --unpublished "REASON"`.'
        )
    if wave.state == "draft":
        return (
            "was a draft, and no backup holds its codes: throw it away with `candour wave destroy "
            f"{wave.id}`, prepare it anew under another id and print new cards."
        )
    if wave.state == "closed":
        return (
            "was closed: its answers are in the file that was carried to the officers, whose "
            "Release `candour release add` takes in."
        )
    if wave.state == "released":
        return f"is released: finish it with `candour wave destroy {wave.id}`."
    return None
