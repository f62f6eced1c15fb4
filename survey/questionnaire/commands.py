"""`candour check`: is a questionnaire file good?"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from itertools import permutations
from pathlib import Path

import click

from analysis.beside.procedures import Counted, read
from analysis.circles import circle
from analysis.forecast import Answering
from analysis.plan import FORCE
from analysis.policy import DisclosurePolicy
from survey.errors import QuestionnaireError, SettingsError
from survey.questionnaire import benchmarking, differences
from survey.questionnaire.forecasting import COARSER, in_short, look_ahead
from survey.questionnaire.loader import load
from survey.questionnaire.model import Questionnaire
from survey.questionnaire.schema import schema


@click.command()
@click.argument(
    "files", nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=Path)
)
@click.option("--headcount", type=click.Path(path_type=Path), help="to forecast what is shown")
@click.option("--rate", type=float, help="percent who will answer, a guess")
@click.option("--coarser", type=float, default=Answering.coarser, show_default=True, help=COARSER)
@click.option("--benchmarks", type=click.Path(path_type=Path), help="figures of others, to check")
@click.option(
    "--benchmark-template",
    "template",
    type=click.Path(path_type=Path, dir_okay=False),
    help="writes a file of benchmarks to fill in, with the fingerprint of each statement",
)
@click.option(
    "--schema",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=lambda context, _option, wanted: _print_schema(context) if wanted else None,
    help="prints the JSON Schema of questionnaires, for an editor, and ends",
)
@click.option(
    "--procedures", type=click.Path(path_type=Path), help="HR's counts, to check against the files"
)
@click.option(
    "--against",
    type=click.Path(path_type=Path),
    help="an earlier questionnaire; says what changed and which lines it breaks",
)
def check(
    files: tuple[Path, ...],
    headcount: Path | None,
    rate: float | None,
    coarser: float,
    benchmarks: Path | None,
    template: Path | None,
    procedures: Path | None,
    against: Path | None,
) -> None:
    """Check questionnaire files; prints every problem as file:line: reason, and exits 2."""
    if (headcount is None) != (rate is None):
        raise SettingsError("--headcount and --rate come together: a forecast takes both.")
    if template is not None and len(files) > 1:
        raise SettingsError("--benchmark-template is of one questionnaire: name one file.")
    if against is not None and len(files) > 1:
        raise SettingsError("--against compares one questionnaire with another: name one file.")
    wrong = False
    for path in files:
        try:
            questionnaire = load(path)
            click.echo(summary(path, questionnaire))
            for line in _circle(path, questionnaire):
                click.echo(line)
            if headcount is not None and rate is not None:
                _forecast(questionnaire, headcount, Answering(rate, coarser=coarser))
            if template is not None:
                click.echo(benchmarking.written(template, questionnaire))
            for line in _beside(questionnaire, benchmarks, procedures, against):
                click.echo(line)
        except QuestionnaireError as error:
            click.echo(str(error), err=True)
            wrong = True
    if wrong:
        sys.exit(2)


def _print_schema(context: click.Context) -> None:
    click.echo(json.dumps(schema(), indent=2, ensure_ascii=False))
    context.exit()


def _beside(
    questionnaire: Questionnaire,
    benchmarks: Path | None,
    procedures: Path | None,
    against: Path | None,
) -> Iterator[str]:
    """What other files that were named say beside a good one."""
    if benchmarks is not None:
        yield benchmarking.checked(benchmarks, questionnaire)
    if procedures is not None:
        yield from counted(procedures, questionnaire)
    if against is not None:
        yield from differences.in_words(differences.compare(load(against), questionnaire))


def _circle(path: Path, questionnaire: Questionnaire) -> Iterator[str]:
    """A line where tables go round in a circle."""
    found = circle(questionnaire.plan)
    if found:
        named = ", ".join(f"[{', '.join(table.breakdowns)}]" for table in found)
        together = dict.fromkeys(name for table in found for name in table.breakdowns)
        yield (
            f"{path}: the tables {named} go round in a circle, so that people whom no table shows "
            "by themselves could be known to be fewer than "
            f"{DisclosurePolicy().k}. Declare the table [{', '.join(together)}] too, or leave one "
            "of these out: then nobody can be."
        )


def _forecast(questionnaire: Questionnaire, headcount: Path, answering: Answering) -> None:
    outlook = look_ahead(questionnaire, headcount, answering, DisclosurePolicy())
    for line in in_short(outlook):
        click.echo(line)


def counted(path: Path, questionnaire: Questionnaire) -> Iterator[str]:
    """A line for each process in a file of HR's counts, and for each that may hold another one.

    Raises:
        DataError: names the file, the row and what is wrong in it.
    """
    k = DisclosurePolicy().k
    labels = {one.id: one.label for one in questionnaire.plan.processes}
    given = read(path, questionnaire.plan)
    for one in given:
        few = sum(min(cases, one.at_risk[group] - cases) < k for group, cases in one.cases.items())
        line = (
            f"{path}: {labels[one.process]}, {one.period.words}: {one.at_risk[FORCE]:,} people, "
            f"{one.cases[FORCE]:,} of them cases, {len(one.cases)} groups."
        )
        if few:
            have = "group has" if few == 1 else "groups have"
            line += (
                f" {few} {have} fewer than {k} cases, or fewer than {k} people without: not shown, "
                "nor what would tell them."
            )
        yield line
    inside = {(one.part_of, one.id) for one in questionnaire.plan.processes}
    for wide, narrow in permutations(given, 2):
        declared = (wide.process, narrow.process) in inside
        if not declared and _may_hold(wide, narrow, k):
            yield (
                f"{path}: {labels[wide.process]} may hold {labels[narrow.process]}: they count the "
                "same people, and in every group at least as many cases. If each case of the one "
                "is a case of the other, say so (`part_of`) or leave one out: the difference could "
                "be few people."
            )


def _may_hold(wide: Counted, narrow: Counted, k: int) -> bool:
    """Whether two processes count about the same people, one no fewer cases in any group."""
    both = wide.at_risk.keys() & narrow.at_risk.keys()
    return len(both) > 1 and all(
        abs(wide.at_risk[group] - narrow.at_risk[group]) < k
        and wide.cases[group] >= narrow.cases[group]
        for group in both
    )


def summary(path: Path, questionnaire: Questionnaire) -> str:
    """One line about a good file."""
    statements = sum(question.kind == "statement" for question in questionnaire.questions)
    comments = len(questionnaire.comments)
    written = f" and {comments} comment{'s' * (comments > 1)}" if comments else ""
    return (
        f"{path}: good. {questionnaire.title}, version {questionnaire.version}: "
        f"{len(questionnaire.questions)} questions ({statements} statements){written}, about "
        f"{questionnaire.minutes} minutes, {len(questionnaire.plan.groups)} groups in "
        f"{len(questionnaire.plan.tables)} tables."
    )
