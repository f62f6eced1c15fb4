"""By what gaps are standardised, as an author declares it."""

from __future__ import annotations

from pathlib import Path

import pytest

from survey.errors import QuestionnaireError
from survey.questionnaire.loader import load, parse

ROOT = Path(__file__).parents[4]
TINY = (ROOT / "tests" / "questionnaires" / "tiny.yaml").read_text(encoding="utf-8")
CULTURE = ROOT / "questionnaires" / "culture.yaml"


def declared(entry: str) -> str:
    assert "concerns:\n" in TINY
    return TINY.replace("concerns:\n", f"concerns:\n  standardise: [{entry}]\n")


def test_the_culture_survey_asks_by_command() -> None:
    assert load(CULTURE).plan.standardise == (("command", "command"),)


@pytest.mark.parametrize(
    ("entry", "found"),
    [("command", ("command", "department")), ("command: command", ("command", "command"))],
)
def test_entries_are_written_as_in_a_table(entry: str, found: tuple[str, str]) -> None:
    assert parse(declared(entry), "q.yaml").plan.standardise == (found,)


CROSSING = "  - [ethnicity: roll_up, command: command]\n"


@pytest.mark.parametrize(
    ("entry", "left_out", "sentence"),
    [
        ("place", "", "`standardise` names the breakdown `place`, which does not exist"),
        ("command: force", "", "breakdown `command` has no level `force` to standardise by"),
        ("command", CROSSING, "no declared table crosses `command` with anything"),
    ],
)
def test_what_cannot_be_is_named_with_its_line(entry: str, left_out: str, sentence: str) -> None:
    with pytest.raises(QuestionnaireError) as caught:
        parse(declared(entry).replace(left_out, ""), "q.yaml")
    found = [str(problem) for problem in caught.value.problems]
    assert any(one.startswith("q.yaml:") and sentence in one for one in found), found
