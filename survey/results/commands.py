"""`candour verify`: whether what was published is what the release officers signed."""

from __future__ import annotations

from pathlib import Path

import click
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from analysis.release import folder
from survey.manage import officers


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
