"""`candour comments`: gives two coders the comments of a wave, and takes what they agree on."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from analysis.release import comment_themes, folder
from survey.close import coded, coding, settling
from survey.close import comments as opening
from survey.close import keys as release_keys
from survey.close.comments import Opened, SealedComments
from survey.close.keys import Keys
from survey.config import Settings
from survey.database import Stores
from survey.errors import DataError, ReleaseError, SettingsError
from survey.manage import secret_files, wave_file
from survey.manage.waves import Wave

ENDING = ".themes"
KEY = click.option(
    "--key", type=click.Path(path_type=Path), required=True, help="the officers' release.key"
)
FILE = click.Path(path_type=Path, dir_okay=False)


@click.group()
def comments() -> None:
    """What people wrote in their own words."""


@comments.command()
@click.argument("wave", metavar="WAVE")
@KEY
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), required=True)
def export(wave: str, key: Path, out: Path) -> None:
    """Open the comments of a closed wave for two coders: a CSV file each, in another order.

    WAVE is a wave's id, or the file FILE.wave that was carried to this machine.
    """
    keys = release_keys.load(key)
    opened = list(opening.open_all(_sealed(wave), keys))
    paths = coding.write(out, opened, keys)
    for one in opened:
        click.echo(_told(one))
    for path, what in zip(
        paths, ("one coder's", "the other's", "what each code means"), strict=True
    ):
        click.echo(f"{path}  {what}")
    click.echo("For the coders alone, each without the other; destroy all of it with the wave.")


@comments.command("import")
@click.argument("wave", metavar="WAVE")
@click.argument("coders", nargs=2, metavar="CODER1.csv CODER2.csv", type=FILE)
@KEY
@click.option(
    "--release", type=click.Path(path_type=Path), required=True, help="the wave's HASH.release"
)
@click.option("--settled", type=FILE, help="what the two agreed on where they differed")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), required=True)
def import_(
    wave: str,
    coders: tuple[Path, Path],
    key: Path,
    release: Path,
    settled: Path | None,
    out: Path,
) -> None:
    """Check what two coders did, and write what they agree on as counts to publish.

    Where they differ, a file for settling is written first; bring it back with --settled.
    """
    keys = release_keys.load(key)
    sealed = _sealed(wave)
    opened = list(opening.open_all(sealed, keys))
    first, second = _read(opened, coders)
    _tell_agreement(opened, first, second)
    differ = settling.differing(first, second)
    if differ and settled is None:
        path = out / coding.DIFFERENCES
        coding.keep(path, settling.differences(opened, first, second))
        click.echo(f"The two differ on {len(differ):,} comments, which are in {path}.")
        click.echo(
            "Let them settle each together, in the column themes, and run this again with "
            f"--settled {path}. What is left empty stays with what both gave."
        )
        return
    final = _settled(opened, first, second, settled)
    made = settling.themes(opened, final, sealed.wave, _hash_of(release, sealed.wave, keys))
    path = out / f"{sealed.wave.id}{ENDING}"
    secret_files.write_once(path, comment_themes.pack(made, keys.signing))
    click.echo(f"{path}  to publish: candour release themes {path.name}")
    click.echo("Destroy the coders' files and the differences now, and every copy of them.")


def _sealed(wave: str) -> SealedComments:
    if wave.endswith(wave_file.ENDING):
        return opening.of_file(Path(wave))
    return opening.of_wave(Stores.open(Settings.from_environment()), wave)


def _told(one: Opened) -> str:
    said = f"{one.question.id}: {len(one.comments):,} comments from {one.received:,} answers"
    return f"{said}; {one.spoilt:,} were spoilt and left out" if one.spoilt else said


def _read(opened: Sequence[Opened], coders: tuple[Path, Path]) -> tuple[coded.Coding, coded.Coding]:
    if coders[0].resolve() == coders[1].resolve():
        raise SettingsError(f"{coders[0]} is given twice; give the files of two coders.")
    expected, mistakes = coded.Coded.of(opened), coded.Mistakes()
    if not expected.question_of:
        raise DataError(
            "There is no comment to sort: nobody wrote one to a question that declares themes."
        )
    first, second = (coded.read(path, expected, mistakes) for path in coders)
    mistakes.expect_none()
    return first, second


def _settled(
    opened: Sequence[Opened], first: coded.Coding, second: coded.Coding, path: Path | None
) -> coded.Coding:
    mistakes, together = coded.Mistakes(), {}
    if path is not None:
        together = dict(coded.read(path, coded.Coded.of(opened), mistakes, settling=True))
    final = settling.agreed(first, second, together, path, mistakes)
    mistakes.expect_none()
    left = len(settling.differing(first, second) - together.keys())
    if left:
        click.echo(f"{left:,} comments were not settled and stay with what both gave.")
    return final


def _tell_agreement(opened: Sequence[Opened], first: coded.Coding, second: coded.Coding) -> None:
    click.echo("Agreement, for the officers alone: these counts are exact.")
    for one in settling.agreements([o for o in opened if o.question.themes], first, second):
        kappa = "nothing could differ" if one.kappa is None else f"kappa {one.kappa:.2f}"
        click.echo(f"  {one.question} {one.theme}: both {one.both:,}, one {one.one:,}, {kappa}")


def _hash_of(path: Path, wave: Wave, keys: Keys) -> str:
    """The hash of a wave's Release, from its folder or its packed file.

    Raises:
        ReleaseError: when it is damaged, signed with another key, or of another wave.
        DataError: when the file cannot be read.
    """
    verifier = Ed25519PublicKey.from_public_bytes(keys.public.verifier)
    try:
        content = folder.pack(path) if path.is_dir() else path.read_bytes()
    except OSError as error:
        raise DataError(f"{path} cannot be read ({error.strerror}).") from None
    found = folder.unpack(content, verifier).manifest.wave
    if found != wave.id:
        raise ReleaseError(f"{path} is the Release of wave {found} and not of {wave.id}.")
    return folder.hash_of(content)
