"""`candour codes`: makes codes offline, and gives the issuer their public halves."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable
from pathlib import Path

import click

from survey.collect import cards, code_list, fingerprint, issuer
from survey.collect import codes as access_codes
from survey.config import Settings
from survey.database import Stores
from survey.errors import DataError, SettingsError
from survey.manage import waves

CARDS_FILE, MERGE_FILE, HALVES_FILE = "cards.html", "mail-merge.csv", "public-halves.txt"
FIRST_LINE = "public halves of wave "


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
    _write(out / HALVES_FILE, _halves_text(wave_id, halves))
    _tell(out, survey, code_list.of(halves).digest)


def _halves_text(wave_id: str, halves: list[bytes]) -> Iterable[str]:
    yield f"{FIRST_LINE}{wave_id}\n"
    yield from sorted(f"{half.hex()}\n" for half in halves)


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
    count = issuer.import_codes(stores, wave_id, read_halves(file, wave_id))
    click.echo(f"Wave {wave_id} has {count:,} cards.")


def read_halves(file: Path, wave_id: str) -> list[bytes]:
    """Public halves from a file that names their wave and has one in hexadecimal on each line.

    Raises:
        DataError: when they are another wave's, whose cards would never work; names the file and
            the first line that is not one.
    """
    try:
        lines = file.read_text().splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{file} cannot be read as a list of public halves.") from error
    first = lines[0] if lines else ""
    if not first.startswith(FIRST_LINE):
        raise DataError(
            f"{file}:1: this does not name the wave of its codes; import the file {HALVES_FILE} "
            "that `candour codes make` wrote, never the cards."
        )
    if first != FIRST_LINE + wave_id:
        raise DataError(
            f"{file}:1: these codes were made for wave {first.removeprefix(FIRST_LINE)} and work "
            f"in no other; make codes for {wave_id}, and throw these cards away."
        )
    return [_half(file, number, line) for number, line in enumerate(lines[1:], start=2)]


def _half(file: Path, number: int, line: str) -> bytes:
    try:
        half = bytes.fromhex(line)
    except ValueError:
        half = b""
    if len(half) != 32:
        raise DataError(
            f"{file}:{number}: this is not a public half of a code; import the file "
            f"{HALVES_FILE} as `candour codes make` wrote it."
        )
    return half


def _write(path: Path, pieces: Iterable[str]) -> None:
    handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
        file.writelines(pieces)
