"""`candour tabulate`: the whole analysis on a file of answers, without a database.

For surveys that were run elsewhere: the questionnaire says what the columns mean, and the same
tally, disclosure control and statistics make the same kind of Release as a wave gets.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import click

from analysis import headcounts
from analysis.answer_files import AnswerFile
from analysis.beside.given import NO_FILES, BesideFiles
from analysis.earlier_tallies import EarlierTallies, kept
from analysis.errors import Unprotectable
from analysis.ledger import Ledger, Published
from analysis.ledger import folder as ledgers
from analysis.polarity import Polarity, decided
from analysis.policy import DisclosurePolicy
from analysis.publish import Ready, WaveFacts, publish
from analysis.release import folder
from analysis.release.laid_out import names_a_wave
from analysis.responses import Reader
from analysis.schedulers import HERE, Scheduler
from survey import clock
from survey.beside_options import with_files_beside
from survey.close import keys as release_keys
from survey.close import sealed_tallies
from survey.close.keys import Keys
from survey.close.opening import Made
from survey.close.reasons import for_everybody
from survey.close.sealed_tallies import Pooling, who_opens
from survey.close.unchanged import expect_change
from survey.counted_file import CountedFile
from survey.errors import LedgerError, SettingsError
from survey.manage import officers, waves
from survey.polarity_option import polarity_of, polarity_option
from survey.questionnaire.codebook import codebook
from survey.questionnaire.layout import layout
from survey.questionnaire.loader import load
from survey.scheduler_option import scheduler_option

_FILE = click.Path(path_type=Path, dir_okay=False)
_FOLDER = click.Path(path_type=Path, file_okay=False)


@click.command()
@click.option("--questionnaire", type=_FILE, required=True, help="what was asked, YAML")
@click.option(
    "--responses",
    "answers",
    type=_FILE,
    required=True,
    help="answers: .csv, .csv.gz or .parquet",
)
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
@click.option("--previous", type=_FOLDER, help="sealed sums of earlier waves, to pool with")
@click.option(
    "--previous-key",
    "openers",
    type=click.Path(path_type=Path),
    multiple=True,
    help="release.key that opens them, where --key does not",
)
@click.option("--keep-tallies", type=_FILE, help="public.json to seal this wave's sums to")
@with_files_beside
@polarity_option
@scheduler_option
@click.option("--out", type=_FOLDER, required=True, help="gets the Release as a folder of its own")
def tabulate(
    questionnaire: Path,
    answers: Path,
    headcount: Path | None,
    weight: str | None,
    key: Path | None,
    ledger: Path | None,
    out: Path,
    beside: BesideFiles,
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
    files = {"interventions": beside.interventions, "procedures": beside.procedures}
    in_ledger = {**files, **of_wave}
    for option in ("correct", "previous", "keep_tallies", *files):
        if in_ledger[option] is not None and ledger is None:
            name = option.replace("_", "-")
            raise SettingsError(f"--{name} needs --ledger, in which the Releases stand.")
    if of_wave["keep_tallies"] is not None and weight is not None:
        raise SettingsError("--keep-tallies does not go with --weight: weights are not pooled.")
    reason = None if reason is None else for_everybody(reason, "--correct")
    day = closed.date() if closed else clock.today()
    # The key is read first: a wrong one must not cost minutes of counting.
    keys = release_keys.new() if key is None else release_keys.load(key)
    keeper = None if of_wave["keep_tallies"] is None else officers.read(of_wave["keep_tallies"])
    openers = (keys, *who_opens(of_wave["openers"])[1])
    pooling = Pooling(of_wave["previous"], openers, keeper)
    asked = Asked(
        *(questionnaire, answers, headcount, weight, _name(wave, answers), day, beside),
        polarity=polarity_of(of_wave["polarity"]),
        scheduler=of_wave["scheduler"],
    )
    made = (
        made_of(asked) if ledger is None else _continued(asked, ledger, out, keys, reason, pooling)
    )
    release = made.release
    digest = folder.write(release, out, keys.signing)
    if keeper is not None and made.tallies is not None:
        path, line = sealed_tallies.path_of(out, digest), release.manifest.questionnaire
        sealed_tallies.write(path, made.tallies, line, keys.signing, keeper)
        click.echo(f"{path}  exact sums, for whoever keeps them; never published")
    click.echo(
        f"{release.manifest.shown} groups are shown and {release.manifest.not_shown} are not."
    )
    if key is None:
        click.echo("Signed with a throw-away key: nobody can check who made it. See --key.")
    click.echo(f"Release {digest} is in {out / digest}")


@dataclass(frozen=True)
class Asked:
    """What is tabulated.

    Attributes:
        questionnaire: YAML file that says what the columns of `answers` mean.
        answers: CSV, gzipped when its name ends in `.gz`, or Parquet.
        headcount: CSV `group,headcount`.
        weight: name of the column that holds weights.
        wave: id and title of the wave.
        closed: the day on which it closed.
        beside: files of what is published with the answers.
        polarity: what was decided of items that run against their theme.
        scheduler: where the answers are counted.
    """

    questionnaire: Path
    answers: Path
    headcount: Path | None
    weight: str | None
    wave: str
    closed: date
    beside: BesideFiles = NO_FILES
    polarity: Polarity = field(default_factory=dict)
    scheduler: Scheduler = HERE

    @cached_property
    def file(self) -> AnswerFile:
        """The file of answers, opened once: nobody can read a pipe again.

        Raises:
            DataError: what `AnswerFile.opened` raises.
        """
        return AnswerFile.opened(self.answers)


def _continued(
    asked: Asked, path: Path, out: Path, keys: Keys, reason: str | None, pooling: Pooling
) -> Made:
    """The Release, audited with the ledger in a folder and appended to it.

    One that stands there already, because an earlier run was interrupted, is made again.

    Args:
        asked: what is published.
        path: the ledger's folder.
        out: where Releases are put.
        keys: that sign it.
        reason: why it replaces the wave's Release; None for its first one.
        pooling: what it pools with, and who keeps its own sums.

    Raises:
        WaveStateError: when a correction would change nothing.
        CandourError: what `made_of` raises.
    """
    questionnaire, wave = load(asked.questionnaire), asked.wave
    there = ledgers.read(path, questionnaire.id)
    _expect_all_of(out, there)
    last = there.entries[-1] if there.entries else None
    earlier = sealed_tallies.earlier(pooling, there, asked.closed, click.echo)
    keep = pooling.keeper is not None
    done = last if isinstance(last, Published) and last.wave == wave else None
    if done is not None and done.release.manifest.correction == reason:
        with suppress(Unprotectable):
            again = made_of(asked, there.up_to(len(there.entries) - 1), reason, earlier, keep=keep)
            if folder.packed(again.release, keys.signing) == done.content:
                return again
    made = made_of(asked, there, reason, earlier, keep=keep)
    if reason is not None:
        expect_change(made.release, there.of_wave(wave)[-1])
    content = folder.packed(made.release, keys.signing)
    ledgers.append(path, there.plus(Published(content, questionnaire.plan)))
    return made


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


def made_of(
    what: Asked,
    ledger: Ledger | None = None,
    correction: str | None = None,
    earlier: tuple[EarlierTallies, ...] = (),
    *,
    keep: bool = False,
) -> Made:
    """The Release of a file of answers, under the default disclosure policy, and its sums.

    Args:
        what: is counted, and of which wave.
        ledger: what was published of the questionnaire, for the audit and the trends.
        correction: why it replaces the wave's Release in the ledger; None for the first.
        earlier: sums of earlier waves, to pool with.
        keep: whether its own sums are kept.

    Raises:
        QuestionnaireError: with every problem of the questionnaire.
        DataError: names file, row, column and value.
        Unprotectable: the plan cannot be published safely from these answers.
    """
    asked = load(what.questionnaire)
    book, plan = decided(codebook(asked), what.polarity), asked.plan
    beside = what.beside.read(book, plan)
    counts = None if what.headcount is None else headcounts.read(what.headcount, plan)
    wave = WaveFacts(what.wave, what.wave, what.closed, ledger, correction, what.polarity)
    reader = Reader.of(what.file, book, layout(asked), what.weight)
    answers = CountedFile(reader, asked, Ready.of(book, plan, wave).counting).total(what.scheduler)
    click.echo(
        f"{answers.answers:,} answers to {len(book.items)} items; {len(plan.groups):,} groups"
    )
    release = publish(
        book,
        plan,
        answers,
        wave=wave,
        policy=DisclosurePolicy(),
        headcounts=counts,
        previous=() if ledger is None else [one.release for one in ledger.in_force],
        previous_tallies=earlier,
        weight=what.weight,
        beside=beside,
    )
    return Made(release, kept(answers.tally, release) if keep else None)


def _name(wave: str | None, answers: Path) -> str:
    """The wave as it was named, else the name of the file of answers without its endings."""
    name = answers.name.partition(".")[0] if wave is None else wave
    if not names_a_wave(name):
        raise SettingsError(
            f"A wave cannot be called {name!r}, as the file of answers is; say its id with --wave, "
            "such as --wave autumn-2026."
        )
    return name
