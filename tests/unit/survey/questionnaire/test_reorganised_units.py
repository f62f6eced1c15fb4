"""What a questionnaire says of reorganised units, and what it cannot say."""

from __future__ import annotations

from pathlib import Path

import pytest

from survey.errors import Problem, QuestionnaireError
from survey.questionnaire import loader

TINY = Path(__file__).parents[4] / "tests" / "questionnaires" / "tiny.yaml"
PLACE = "{variable: unit, levels: [force, command, department]}"


def text_with(was: str) -> str:
    text = TINY.read_text(encoding="utf-8")
    assert PLACE in text
    return text.replace(PLACE, f"{PLACE[:-1]},\n    was: {{{was}}}}}")


def problems(text: str) -> list[Problem]:
    with pytest.raises(QuestionnaireError) as caught:
        loader.parse(text, "tiny.yaml")
    return list(caught.value.problems)


def line_of_was(text: str) -> int:
    return next(n for n, line in enumerate(text.splitlines(), 1) if "was:" in line)


def test_a_unit_may_be_one_of_another_name_several_or_by_way_of_one_that_is_gone() -> None:
    text = text_with("north-a: [dale], north: [hill, moor], hill: [top], south: [south, coast]")
    plan = loader.parse(text, "tiny.yaml").plan
    assert plan.breakdown_by_id["command"].was == (
        ("north-a", ("dale",)),
        ("north", ("hill", "moor")),
        ("hill", ("top",)),
        ("south", ("south", "coast")),
    )


@pytest.mark.parametrize(
    ("was", "reason"),
    [
        ("north: [south]", "`south` is a unit still and cannot be `north` now"),
        ("north: [hill], south: [hill]", "`hill` went into `north` and `south`"),
        ("north: [hill, hill]", "`hill` went into `north` and `north`"),
        ("west: [hill]", "there is no unit `west`, and none that it went into"),
        ("north: [north]", "`north` is said to have been itself"),
        ("north: [hill], hill: [moor], moor: [hill]", "`hill` went into `north` and `moor`"),
        ("hill: [moor], moor: [hill]", "`hill` goes into itself by way of others"),
        ("north: []", "must hold at least 1"),
    ],
)
def test_what_cannot_be_is_refused_at_its_line(was: str, reason: str) -> None:
    text = text_with(was)
    found = problems(text)
    assert found
    assert any(reason in one.reason for one in found)
    assert line_of_was(text) in {one.line for one in found}


def test_only_units_were_something_else() -> None:
    ethnicity = "    variable: ethnicity\n"
    text = TINY.read_text(encoding="utf-8")
    text = text.replace(ethnicity, ethnicity + "    was: {asian: [east]}\n")
    (found,) = problems(text)
    assert "`was` is for units" in found.reason
    assert found.line == line_of_was(text)
