"""Scales of any length and direction, numbers with labelled ends, and statements in a grid."""

from __future__ import annotations

from pathlib import Path

import pytest

from survey.collect.document import in_grids
from survey.errors import QuestionnaireError
from survey.questionnaire.answers import fold
from survey.questionnaire.codebook import codebook
from survey.questionnaire.loader import load, parse
from survey.questionnaire.model import Statement

FILE = Path(__file__).parents[3] / "questionnaires" / "scaled.yaml"
SCALED = load(FILE)
BOOK = codebook(SCALED).item_by_id
TEXT = FILE.read_text(encoding="utf-8")


def statement(name: str) -> Statement:
    found = SCALED.question_by_id[name]
    assert isinstance(found, Statement)
    return found


def read(name: str) -> list[tuple[str, str | None, float | None]]:
    return [(one.code, one.reading, one.score) for one in BOOK[name].categories]


def test_numbers_are_points_in_equal_steps_with_their_ends_in_words() -> None:
    recommend = read("recommend")
    assert [code for code, _, _ in recommend[:-1]] == [str(number) for number in range(11)]
    assert recommend[4:7] == [("4", "negative", 40), ("5", "neutral", 50), ("6", "positive", 60)]
    points = statement("recommend").scale.points
    assert (str(points[0].label), str(points[5].label)) == ("0 – Not at all likely", "5")
    assert points[10].label.cy == "10 – Yn sicr"
    assert statement("recommend").scale.is_numbers
    assert not statement("listens").scale.is_numbers


def test_scales_run_in_either_direction_and_have_an_answer_outside() -> None:
    assert [reading for _, reading, _ in read("strain")[:4]] == ["positive"] * 2 + ["negative"] * 2
    assert read("safe")[:3] == [
        ("yes", "positive", 100),
        ("no", "negative", 0),
        ("unsure", None, None),
    ]
    assert read("listens")[0] == ("always", "positive", 100)
    assert read("shouts")[0] == ("always", "negative", 0)


def test_the_statements_of_a_grid_are_items_of_their_own_under_both_texts() -> None:
    assert BOOK["listens"].text == "My manager listens to me."
    assert statement("listens").text.cy == "Mae fy rheolwr yn gwrando."
    assert {BOOK[name].theme for name in ("listens", "shouts", "thanks")} == {"leaders"}
    assert [name for name, one in BOOK.items() if one.sensitive] == ["shouts"]
    assert fold(SCALED, {"listens": ["never"], "thanks": ["always"]}) == {
        "listens": "never",
        "thanks": "always",
    }
    assert parse(SCALED.source, "q") == SCALED


def test_a_grid_is_asked_together_and_other_questions_one_by_one() -> None:
    runs = [(grid and grid.id, [one.id for one in run]) for grid, run in in_grids(SCALED.questions)]
    assert runs[:2] == [("my-manager", ["listens", "shouts", "thanks"]), (None, ["safe"])]
    assert [run for _, run in runs[2:]] == [["recommend"], ["strain"], ["places"], ["sex"]]


REFUSED = [
    ("points: 0-10", "points: 0-11", "points:", "`points` is `0-11`; write a list, or whole"),
    ("points: 0-10", "points: ten", "points:", "`points` is `ten`; write a list, or whole"),
    ("points: 0-10", "points: 5-5", "points:", "`points` is `5-5`"),
    ("[{en: None, cy: Dim}, ", "[", "ends:", "`ends` must hold at least 2"),
    (", cy: Yn sicr", "", "ends:", "the Welsh wording (cy) of “Extremely likely” is missing"),
    ("points: 1-4\n    ends:", "points: 1-4\n    # ends:", "points: 1-4", "add `ends`"),
    (
        "best_first\n",
        "best_first\n    ends: [{en: A, cy: A}, {en: B, cy: B}]\n",
        "points:",
        "leave",
    ),
    ("{id: thanks,", "{id: thanks, scale: sure,", "id: thanks", "stands at its grid `my-manager`"),
    ("{id: thanks,", "{id: thanks, ask_when: {safe: no},", "id: thanks", "stands at its grid"),
    ("{id: thanks,", "{id: safe,", "id: safe", "the question id `safe` stands twice"),
    ("{id: thanks,", "{id: thanks, theme: x,", "id: thanks", "there is no theme `x`"),
    ("        scale: often\n", "        scale: x\n", "scale: x", "there is no scale `x`"),
    ("type: grid", "type: grid\n        columns: 2", "columns: 2", "there is no field `columns`"),
    ("    warning: {", "    intro: {", "id: leaders", "sensitive questions (my-manager)"),
]


@pytest.mark.parametrize(("good", "bad", "mark", "reason"), REFUSED)
def test_what_cannot_be_meant_is_refused_at_its_line(
    good: str, bad: str, mark: str, reason: str
) -> None:
    assert good in TEXT
    text = TEXT.replace(good, bad, 1)
    with pytest.raises(QuestionnaireError) as caught:
        parse(text, "q.yaml")
    found = {one.line for one in caught.value.problems if reason in one.reason}
    assert found, [str(one) for one in caught.value.problems]
    lines = {n for n, one in enumerate(text.splitlines(), 1) if mark in one}
    assert found & lines


def test_a_grid_holds_two_to_five_statements() -> None:
    line = "          - {id: thanks, text: {en: thanks me., cy: yn diolch.}}\n"
    more = "".join(line.replace("thanks,", f"thanks{number},") for number in range(3))
    with pytest.raises(QuestionnaireError, match="`statements` must hold at most 5"):
        parse(TEXT.replace(line, line + more), "q.yaml")


@pytest.mark.parametrize("name", ["frequency", "yes_no", "yes_no_unsure", "likely"])
def test_the_bank_has_scales_for_all_of_it(name: str) -> None:
    small = (FILE.parent / "small.yaml").read_text(encoding="utf-8")
    text = small.replace(
        "\nthemes:", f"\n  {name}: {{include: bank/scales.yaml#{name}}}\nthemes:", 1
    )
    text = text.replace(
        "      - id: concern_heard\n", f"      - id: concern_heard\n        scale: {name}\n"
    )
    readings = {
        one.reading for one in codebook(parse(text, "q")).item_by_id["concern_heard"].categories
    }
    assert {"positive", "negative"} <= readings
