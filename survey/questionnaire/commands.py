"""`candour check`: is a questionnaire file good?"""

from __future__ import annotations

import sys
from pathlib import Path

import click

from survey.errors import QuestionnaireError
from survey.questionnaire.loader import load
from survey.questionnaire.model import Questionnaire


@click.command()
@click.argument(
    "files", nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=Path)
)
def check(files: tuple[Path, ...]) -> None:
    """Check questionnaire files; prints every problem as file:line: reason, and exits 2."""
    wrong = False
    for path in files:
        try:
            click.echo(summary(path, load(path)))
        except QuestionnaireError as error:
            click.echo(str(error), err=True)
            wrong = True
    if wrong:
        sys.exit(2)


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
