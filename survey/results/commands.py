"""`candour verify` and `candour release`: whether a Release is what its officers signed."""

from __future__ import annotations

from pathlib import Path

import click
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from analysis.release import folder
from survey.config import Settings
from survey.database import Stores
from survey.errors import DataError
from survey.manage import officers
from survey.results import adding


@click.group()
def verify() -> None:
    """Check what was published."""


@verify.command()
@click.argument("release_folder", metavar="FOLDER", type=click.Path(path_type=Path))
@click.option(
    "--public",
    type=click.Path(path_type=Path),
    help="the officers' public.json; without it the signature is not checked",
)
def release(release_folder: Path, public: Path | None) -> None:
    """Check every file of a Release against its hash, and the signature."""
    verifier = None
    if public is not None:
        verifier = Ed25519PublicKey.from_public_bytes(officers.read(public).verifier)
    manifest = folder.read(release_folder, verifier).manifest
    signed = "signed by those officers" if verifier else "its signature was not checked (--public)"
    click.echo(
        f"Whole and unchanged: {manifest.questionnaire_title}, {manifest.wave_title}, closed on "
        f"{manifest.closed}; {signed}. {manifest.shown} groups shown, "
        f"{manifest.not_shown} not shown."
    )


@click.group("release")
def release_() -> None:
    """Releases that come back from the officers."""


@release_.command()
@click.argument("file", metavar="FILE.release", type=click.Path(path_type=Path))
def add(file: Path) -> None:
    """Take in a Release that was made offline; its wave is then released."""
    try:
        content = file.read_bytes()
    except OSError as error:
        raise DataError(f"{file} cannot be read ({error.strerror}).") from None
    digest = adding.add(Stores.open(Settings.from_environment()), content)
    click.echo(
        f"Release {digest} is published; destroy the sealed answers of its wave within 30 days."
    )
