"""`candour codes`: makes codes offline, and gives the issuer their public halves."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable
from pathlib import Path

import click

from survey.collect import cards, code_list, fingerprint, issuer
from survey.collect import codes as access_codes
from survey.collect.halves import HALVES_FILE, as_text, read
from survey.config import Settings
from survey.database import Stores
from survey.errors import SettingsError
from survey.manage import waves

CARDS_FILE, MERGE_FILE = "cards.html", "mail-merge.csv"


@click.group()
def codes() -> None:
    """Access codes, one for a card."""


@codes.command()
@click.argument("wave_id", metavar="WAVE")
@click.option(
    "--count",
    type=click.IntRange(1, 200_000),
    required=True,
    help="one for each person and the spare ones: all come from one run",
)
@click.option(
    "--fingerprint", "printed", required=True, help="the wave's, as `candour wave status` shows it"
)
@click.option("--address", help="of the site, such as https://survey.example.org; for the QR codes")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), required=True)
def make(wave_id: str, count: int, printed: str, address: str | None, out: Path) -> None:
    """Make codes, offline: shuffled cards to print or to mail, and public halves for the issuer.

    No file keeps the order in which codes were made, and none ever says which were used.
    """
    waves.expect_id(wave_id)
    site = "" if address is None else cards.site(address)
    survey = cards.Survey(wave_id, fingerprint.parse(printed), site)
    out.mkdir(parents=True, exist_ok=True)
    for name in (CARDS_FILE, MERGE_FILE, HALVES_FILE):
        if (out / name).exists():
            raise SettingsError(f"{out / name} is there already; choose another folder.")
    made = access_codes.make(count)
    with click.progressbar(made, label="Making codes") as bar:
        halves = [access_codes.public_half(access_codes.parse(code), wave_id) for code in bar]
    with click.progressbar(made, label="Drawing cards") as bar:
        _write(out / CARDS_FILE, cards.page(bar, survey))
    secrets.SystemRandom().shuffle(made)  # a place in one file is no place in the other
    _write(out / MERGE_FILE, [cards.mail_merge(made, survey)])
    _write(out / HALVES_FILE, as_text(wave_id, halves))
    _tell(out, survey, code_list.of(halves).digest)


def _tell(out: Path, survey: cards.Survey, digest: str) -> None:
    click.echo(f"{out / CARDS_FILE}  print it, or")
    click.echo(f"{out / MERGE_FILE}  send it: these are the same codes, so never do both")
    click.echo(f"{out / HALVES_FILE}  give it to the issuer: candour codes import {survey.wave}")
    click.echo("Delete the first two afterwards: nobody else keeps the codes.")
    if not survey.site:
        click.echo("No QR code is on the cards: give --address to have them.")
    click.echo("When the wave opens, the SHA-256 of its public list of codes must be")
    click.echo(digest)


@codes.command("import")
@click.argument("wave_id", metavar="WAVE")
@click.argument("file", type=click.Path(path_type=Path))
def import_(wave_id: str, file: Path) -> None:
    """Give the issuer the public halves; it keeps salted hashes, and a list to publish."""
    stores = Stores.open(Settings.from_environment())
    count = issuer.import_codes(stores, wave_id, read(file, wave_id))
    click.echo(f"Wave {wave_id} has {count:,} cards.")


def _write(path: Path, pieces: Iterable[str]) -> None:
    handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
        file.writelines(pieces)
