"""`candour tabulate`: the whole analysis on a file of answers, without a database.

For surveys that were run elsewhere: the questionnaire says what the columns mean, and the same
tally, disclosure control and statistics make the same kind of Release as a wave gets.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click

from analysis import headcounts, responses
from analysis.errors import Unprotectable
from analysis.ledger import Ledger, Published
from analysis.ledger import folder as ledgers
from analysis.policy import DisclosurePolicy
from analysis.publish import WaveFacts, publish
from analysis.release import folder
from analysis.release.model import Release
from survey import clock
from survey.close import keys as release_keys
from survey.close.keys import Keys
from survey.close.reasons import for_everybody
from survey.errors import LedgerError, SettingsError
from survey.manage import waves
from survey.questionnaire.codebook import codebook
from survey.questionnaire.layout import layout
from survey.questionnaire.loader import load

_FILE = click.Path(path_type=Path, dir_okay=False)
_FOLDER = click.Path(path_type=Path, file_okay=False)


@click.command()
@click.option("--questionnaire", type=_FILE, required=True, help="what was asked, YAML")
@click.option("--responses", "answers", type=_FILE, required=True, help="answers, .csv or .csv.gz")
@click.option("--headcount", type=_FILE, help="people by group: group,headcount")
@click.option("--weight", metavar="COLUMN", help="column that holds each answer's weight")
@click.option("--wave", metavar="ID", help="id of the wave; else the name of the file of answers")
@click.option("--closed", type=click.DateTime(["%Y-%m-%d"]), help="when it closed; else today")
@click.option(
    "--key", type=click.Path(path_type=Path), help="release.key that signs; else none kept"
)
@click.option("--ledger", type=_FOLDER, help="what was published of the questionnaire; continued")
@click.option(
    "--correct", metavar="REASON", help="replace the wave's Release in the ledger; public"
)
@click.option("--out", type=_FOLDER, required=True, help="gets the Release as a folder of its own")
def tabulate(
    questionnaire: Path,
    answers: Path,
    headcount: Path | None,
    weight: str | None,
    key: Path | None,
    ledger: Path | None,
    out: Path,
    **of_wave: Any,
) -> None:
    """Publish a file of answers of a survey that was run elsewhere."""
    wave: str | None = of_wave["wave"]
    closed: datetime | None = of_wave["closed"]
    reason: str | None = of_wave["correct"]
    if wave is not None:
        waves.expect_id(wave)
    if ledger is not None and key is None:
        raise SettingsError(
            "--ledger needs --key: a Release signed with a throw-away key is another one each time."
        )
    if reason is not None:
        if ledger is None:
            raise SettingsError("--correct needs --ledger, in which the Release stands.")
        reason = for_everybody(reason, "--correct")
    day = closed.date() if closed else clock.today()
    # The key is read first: a wrong one must not cost minutes of counting.
    keys = release_keys.new() if key is None else release_keys.load(key)
    asked = (questionnaire, answers, headcount, weight, _name(wave, answers), day)
    release = release_of(*asked) if ledger is None else _continued(asked, ledger, out, keys, reason)
    digest = folder.write(release, out, keys.signing)
    click.echo(
        f"{release.manifest.shown} groups are shown and {release.manifest.not_shown} are not."
    )
    if key is None:
        click.echo("Signed with a throw-away key: nobody can check who made it. See --key.")
    click.echo(f"Release {digest} is in {out / digest}")


Asked = tuple[Path, Path, Path | None, str | None, str, date]
"""Questionnaire, answers, headcounts, weight, wave and the day on which it closed."""


def _continued(asked: Asked, path: Path, out: Path, keys: Keys, reason: str | None) -> Release:
    """The Release, audited with the ledger in a folder and appended to it.

    One that stands there already, because an earlier run was interrupted, is made again.

    Args:
        asked: what is published.
        path: the ledger's folder.
        out: where Releases are put.
        keys: that sign it.
        reason: why it replaces the wave's Release; None for its first one.
    """
    questionnaire, wave = load(asked[0]), asked[4]
    kept = ledgers.read(path, questionnaire.id)
    _expect_all_of(out, kept)
    last = kept.entries[-1] if kept.entries else None
    made = last if isinstance(last, Published) and last.wave == wave else None
    if made is not None and made.release.manifest.correction == reason:
        with suppress(Unprotectable):
            again = release_of(*asked, kept.up_to(len(kept.entries) - 1), reason)
            if folder.packed(again, keys.signing) == made.content:
                return again
    release = release_of(*asked, kept, reason)
    content = folder.packed(release, keys.signing)
    ledgers.append(path, kept.plus(Published(content, questionnaire.plan)))
    return release


def _expect_all_of(out: Path, kept: Ledger) -> None:
    """Refuse a ledger without a Release of its questionnaire that lies where Releases are put."""
    hashes = {one.hash for one in kept.releases}
    for path in sorted(out.glob("*/manifest.json")):
        name = path.parent.name
        if name.startswith(".") or name in hashes:
            continue
        manifest = folder.read(path.parent, None).manifest
        if manifest.questionnaire == kept.line:
            raise LedgerError(
                f"{path.parent} is a Release of {kept.line} and stands in no entry of the ledger, "
                "so nobody could say what the two together tell. Bring the whole ledger, or move "
                "the Release away if it was never given to anybody."
            )


def release_of(
    questionnaire: Path,
    answers: Path,
    headcount: Path | None,
    weight: str | None,
    wave: str,
    closed: date,
    ledger: Ledger | None = None,
    correction: str | None = None,
) -> Release:
    """The Release of a file of answers, under the default disclosure policy.

    Args:
        questionnaire: YAML file that says what the columns of `answers` mean.
        answers: CSV, gzipped when its name ends in `.gz`.
        headcount: CSV `group,headcount`.
        weight: name of the column that holds weights.
        wave: id and title of the wave.
        closed: the day on which it closed.
        ledger: what was published of the questionnaire, for the audit and the trends.
        correction: why it replaces the wave's Release in the ledger; None for the first.

    Raises:
        QuestionnaireError: with every problem of the questionnaire.
        DataError: names file, row, column and value.
        Unprotectable: the plan cannot be published safely from these answers.
    """
    asked = load(questionnaire)
    book = codebook(asked)
    counts = None if headcount is None else headcounts.read(headcount, asked.plan)
    microdata = responses.read(answers, book, layout(asked), weight)
    click.echo(
        f"{microdata.n:,} answers to {len(book.items)} items; {len(asked.plan.groups):,} groups"
    )
    return publish(
        book,
        asked.plan,
        microdata,
        wave=WaveFacts(wave, wave, closed, ledger, correction),
        policy=DisclosurePolicy(),
        headcounts=counts,
        previous=_earlier(ledger, closed),
        weight=weight,
    )


def _earlier(ledger: Ledger | None, closed: date) -> tuple[Release, ...]:
    """The Releases of a ledger that trends begin with."""
    kept = () if ledger is None else ledger.in_force
    return tuple(one.release for one in kept if one.release.manifest.closed <= closed.isoformat())


def _name(wave: str | None, answers: Path) -> str:
    """The wave as it was named, else the name of the file of answers without its endings."""
    return answers.name.partition(".")[0] if wave is None else wave
