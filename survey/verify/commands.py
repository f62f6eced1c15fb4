"""`candour verify`: whether what was published is what was signed, and holds together."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import click
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from analysis.release import folder
from analysis.release.proving import Proved, prove
from survey.collect import codes as access_codes
from survey.collect import fingerprint as prints
from survey.collect import redemptions as records
from survey.collect.code_list import CodeList
from survey.config import Settings
from survey.database import Stores
from survey.errors import SettingsError
from survey.manage import audit_log, log_file, officers, wave_file
from survey.manage.wave_file import WaveFile
from survey.verify import checking, comparing
from survey.verify.findings import Finding

_DIGEST = re.compile(r"[0-9a-f]{64}")
_MARKS = {True: "holds", False: "FAILS", None: "unknown"}
_UNSEEN = (
    "No list shows who held a card: spare cards must be destroyed before the wave closes, because "
    "whoever has the code of a card can use it."
)


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
    """Check a Release: its files, its signature, and the certificates of what it hides."""
    verifier = None
    if public is not None:
        verifier = Ed25519PublicKey.from_public_bytes(officers.read(public).verifier)
    found = folder.read(release_folder, verifier)
    manifest = found.manifest
    signed = "signed by those officers" if verifier else "its signature was not checked (--public)"
    click.echo(
        f"Whole and unchanged: {manifest.questionnaire_title}, {manifest.wave_title}, closed on "
        f"{manifest.closed}; {signed}. {manifest.shown} groups shown, "
        f"{manifest.not_shown} not shown."
    )
    click.echo(_proved(prove(found)))


def _proved(proved: Proved) -> str:
    """What the certificates show, in words."""
    items = f", also with the {proved.items} items and themes that have bases of their own"
    partial = (
        f" {proved.partial} values are taken to have people in none of their parts, as the "
        "questionnaire has it."
    )
    return (
        f"Its {proved.tables} certificates ({proved.whole} in whole people) fit everything that is "
        f"published{items if proved.items else ''}. They show that each of the {proved.hidden} "
        f"groups that are not shown may be {proved.k} people or more, and one number of people or "
        "another; and that those whom shown groups leave, because they did not say or are in no "
        f"shown part, may be nobody or {proved.k} people or more. Single things shown: "
        f"{proved.claims:,}.{partial if proved.partial else ''}"
    )


@verify.command()
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--receipt", "receipts", multiple=True, help="one that you kept; may be repeated")
@click.option("--fingerprint", "printed", help="as it is printed on a card")
@click.option("--codes", "digest", help="SHA-256 of the list, as `candour codes make` said it")
@click.option("--public", type=click.Path(path_type=Path), help="the officers' public.json")
@click.option("--earlier", type=click.Path(path_type=Path), help="the file as it was before")
@click.option("--redemptions", type=click.Path(path_type=Path), help="the auditor's file")
def wave(
    file: Path,
    receipts: tuple[str, ...],
    printed: str | None,
    digest: str | None,
    public: Path | None,
    earlier: Path | None,
    redemptions: Path | None,
) -> None:
    """Check a wave from its public file: codes, counts, receipts, tokens; 1 when a check fails."""
    found = wave_file.read(file)
    asked: list[Finding] = []
    if printed is not None:
        asked.append(comparing.card(found, prints.parse(printed)))
    if digest is not None:
        asked.append(comparing.code_list(found, _digest(digest, "--codes")))
    if public is not None:
        asked.append(comparing.officers(found, officers.read(public)))
    if earlier is not None:
        asked += comparing.earlier(wave_file.read(earlier), found)
    if redemptions is not None:
        asked += comparing.redemptions(found, records.read(redemptions, found.wave.id))
    asked += [comparing.receipt(found, _receipt(typed)) for typed in receipts]
    given = redemptions is not None
    _tell(found, [*checking.published(found, _progress, redemptions_given=given), *asked])


def _tell(found: WaveFile, findings: Sequence[Finding]) -> None:
    wave = found.wave
    click.echo(f"Wave {wave.id} ({_plain(wave.title)}), {_plain(wave.state)}")
    click.echo(
        f"Fingerprint of its keys, as on every card: {comparing.fingerprint_of(wave) or 'none'}"
    )
    click.echo(
        f"SHA-256 of its list of codes, as the officers know it: {CodeList(found.codes).digest}"
    )
    click.echo("")
    for finding in findings:
        click.echo(f"{_MARKS[finding.holds]:8} {finding.about:12} {finding.sentence}")
    click.echo("")
    click.echo(_UNSEEN)
    failed = sum(finding.holds is False for finding in findings)
    if failed:
        click.echo(f"Checks that FAIL: {failed} of {len(findings)}.")
        sys.exit(1)
    unknown = sum(finding.holds is None for finding in findings)
    click.echo(f"No check fails: {len(findings) - unknown} hold, unknown: {unknown}.")


def _plain(text: str) -> str:
    """A text of the file as one line, so that it cannot pass itself off as a finding."""
    return "".join(symbol if symbol.isprintable() else "?" for symbol in text)


def _digest(text: str, option: str) -> str:
    written = text.strip().lower()
    if not _DIGEST.fullmatch(written):
        raise SettingsError(f"{option} {text!r} is no SHA-256; copy its 64 digits and letters a-f.")
    return written


def _receipt(text: str) -> str:
    if not access_codes.SPELT.fullmatch(access_codes.in_fours(access_codes.alike(text))):
        raise SettingsError(
            f"--receipt {text!r} is no receipt; copy its 16 letters and digits, "
            "XXXX-XXXX-XXXX-XXXX."
        )
    return text


@verify.command()
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--head", "noted", help="a hash that was noted down from the page of the log")
def log(file: Path | None, noted: str | None) -> None:
    """Check the log of who read what: a downloaded copy, or this server's; 1 when it is broken."""
    mark = None if noted is None else _digest(noted, "--head")
    if file is None:
        stores = Stores.open(Settings.from_environment())
        checked = audit_log.check(audit_log.entries(stores), audit_log.head(stores), mark)
    else:
        checked = audit_log.check(log_file.read(file), noted=mark)
    if checked.problem:
        click.echo(f"The log is broken. {checked.problem}")
        click.echo(f"Up to entry {checked.head.number:,} it fits.")
        sys.exit(1)
    click.echo(f"The log is whole: {checked.head.number:,} entries, each fits the one before.")
    if mark is None:
        click.echo("Whether its end is missing shows --head alone, with a hash noted down earlier.")
    click.echo(f"Its last hash: {checked.head.hash}")


def _progress(tokens: Sequence[bytes]) -> Iterator[bytes]:
    with click.progressbar(tokens, label="Checking tokens", file=sys.stderr) as bar:
        yield from bar
