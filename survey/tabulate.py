"""`candour tabulate`: the whole analysis on a file of answers, without a database.

For surveys that were run elsewhere: the questionnaire says what the columns mean, and the same
tally, disclosure control and statistics make the same kind of Release as a wave gets.
"""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import click

from analysis import headcounts, responses
from analysis.policy import DisclosurePolicy
from analysis.publish import WaveFacts, publish
from analysis.release import folder
from analysis.release.model import Release
from survey import clock
from survey.close import keys as release_keys
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
@click.option("--out", type=_FOLDER, required=True, help="gets the Release as a folder of its own")
def tabulate(
    questionnaire: Path,
    answers: Path,
    headcount: Path | None,
    weight: str | None,
    wave: str | None,
    closed: datetime | None,
    key: Path | None,
    out: Path,
) -> None:
    """Publish a file of answers of a survey that was run elsewhere."""
    if wave is not None:
        waves.expect_id(wave)
    day = closed.date() if closed else clock.today()
    # The key is read first: a wrong one must not cost minutes of counting.
    keys = release_keys.new() if key is None else release_keys.load(key)
    release = release_of(questionnaire, answers, headcount, weight, _name(wave, answers), day)
    digest = folder.write(release, out, keys.signing)
    click.echo(
        f"{release.manifest.shown} groups are shown and {release.manifest.not_shown} are not."
    )
    if key is None:
        click.echo("Signed with a throw-away key: nobody can check who made it. See --key.")
    click.echo(f"Release {digest} is in {out / digest}")


def release_of(
    questionnaire: Path,
    answers: Path,
    headcount: Path | None,
    weight: str | None,
    wave: str,
    closed: date,
) -> Release:
    """The Release of a file of answers, under the default disclosure policy.

    Args:
        questionnaire: YAML file that says what the columns of `answers` mean.
        answers: CSV, gzipped when its name ends in `.gz`.
        headcount: CSV `group,headcount`.
        weight: name of the column that holds weights.
        wave: id and title of the wave.
        closed: the day on which it closed.

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
        wave=WaveFacts(wave, wave, closed),
        policy=DisclosurePolicy(),
        headcounts=counts,
        weight=weight,
    )


def _name(wave: str | None, answers: Path) -> str:
    """The wave as it was named, else the name of the file of answers without its endings."""
    return answers.name.partition(".")[0] if wave is None else wave
