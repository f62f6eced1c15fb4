"""Loads a questionnaire file: every problem at once (50 at most), each as `file:line: reason`."""

from __future__ import annotations

from pathlib import Path

from survey.errors import QuestionnaireError
from survey.questionnaire import actions, located, shape
from survey.questionnaire.building import build
from survey.questionnaire.declared import Declared
from survey.questionnaire.located import Problems
from survey.questionnaire.model import Questionnaire


def load(path: Path) -> Questionnaire:
    """Load a questionnaire file with the files that it includes.

    Raises:
        QuestionnaireError: something is wrong; carries every problem with its file and line.
    """
    problems = Problems()
    text = located.text_of(path, problems)
    if text is None:
        raise QuestionnaireError(problems)
    return _parsed(text, str(path), path.parent)


def parse(text: str, name: str) -> Questionnaire:
    """Build a questionnaire from YAML text, such as the `source` that a wave has stored.

    Args:
        text: the YAML; what it includes is looked for in the library's folder only.
        name: what messages call it.

    Raises:
        QuestionnaireError: something is wrong; carries every problem with its line.
    """
    return _parsed(text, name, None)


def _parsed(text: str, name: str, folder: Path | None) -> Questionnaire:
    problems = Problems()
    document = located.read(text, name, folder, problems)
    whole = actions.with_page(document, problems)
    part = shape.check(whole, name, problems)
    if part is None:
        raise QuestionnaireError(problems)
    questionnaire = build(part, Declared.by(whole), located.written_out(document), problems)
    if problems:
        raise QuestionnaireError(problems)
    return questionnaire
