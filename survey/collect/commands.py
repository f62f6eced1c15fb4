"""`candour codes`: makes codes offline, and gives the issuer their public halves."""

from __future__ import annotations

import os
from pathlib import Path

import click

from survey.collect import codes as access_codes
from survey.collect import fingerprint, issuer
from survey.config import Settings
from survey.database import Stores
from survey.errors import DataError, SettingsError
from survey.manage import waves

CARDS_FILE, HALVES_FILE = "cards.csv", "public-halves.txt"


@click.group()
def codes() -> None:
    """Access codes, one for a card."""


@codes.command()
@click.argument("wave_id", metavar="WAVE")
@click.option("--count", type=click.IntRange(1, 5_000_000), required=True, help="spare ones too")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), required=True)
@click.option("--fingerprint", "printed", help="the wave's, as `candour wave status` shows it")
def make(wave_id: str, count: int, out: Path, printed: str | None) -> None:
    """Make codes, shuffled: cards to hand out, and the public halves for the issuer."""
    waves.expect_id(wave_id)
    print_on_all = None if printed is None else fingerprint.parse(printed)
    made = access_codes.make(count)
    with click.progressbar(made, label="Making codes") as bar:
        halves = sorted(access_codes.public_half(access_codes.parse(c), wave_id).hex() for c in bar)
    out.mkdir(parents=True, exist_ok=True)
    for name in (CARDS_FILE, HALVES_FILE):
        if (out / name).exists():
            raise SettingsError(f"{out / name} is there already; choose another folder.")
    _write(out / CARDS_FILE, _cards(made, print_on_all))
    _write(out / HALVES_FILE, halves)
    click.echo(f"{out / CARDS_FILE}  print it, then delete it: nobody else keeps the codes")
    click.echo(f"{out / HALVES_FILE}  give it to the issuer: candour codes import {wave_id}")
    if print_on_all is None:
        click.echo("No fingerprint is on the cards, so no page can be compared with them.")


def _cards(made: list[str], print_on_all: str | None) -> list[str]:
    """One line a card; `link` goes after the survey's address, and browsers send it to nobody."""
    if print_on_all is None:
        return ["code", *made]
    return [
        "code,fingerprint,link",
        *(f"{code},{print_on_all},#{code}.{print_on_all}" for code in made),
    ]


@codes.command("import")
@click.argument("wave_id", metavar="WAVE")
@click.argument("file", type=click.Path(path_type=Path))
def import_(wave_id: str, file: Path) -> None:
    """Give the issuer the public halves; it keeps only salted hashes of them."""
    stores = Stores.open(Settings.from_environment())
    cards = issuer.import_codes(stores, wave_id, read_halves(file))
    click.echo(f"Wave {wave_id} has {cards:,} cards.")


def read_halves(file: Path) -> list[bytes]:
    """Public halves from a file with one in hexadecimal on each line.

    Raises:
        DataError: names the file and the first line that is not one.
    """
    halves = []
    try:
        lines = file.read_text().splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{file} cannot be read as a list of public halves.") from error
    for number, line in enumerate(lines, start=1):
        try:
            half = bytes.fromhex(line)
        except ValueError:
            half = b""
        if len(half) != 32:
            raise DataError(
                f"{file}:{number}: this is not a public half of a code; import the file "
                f"{HALVES_FILE} that `candour codes make` wrote, never the cards."
            )
        halves.append(half)
    return halves


def _write(path: Path, lines: list[str]) -> None:
    with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
        file.write("\n".join(lines) + "\n")
