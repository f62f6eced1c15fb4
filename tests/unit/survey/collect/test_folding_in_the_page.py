"""The page folds answers as the server does, so that no sealed row holds more than is published."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from fixtures_wave import QUESTIONNAIRES
from in_node import in_node

from survey import resources
from survey.collect import page_keys
from survey.questionnaire import answers as folding
from survey.questionnaire import loader
from survey.questionnaire.model import Multiple, Questionnaire

SCRIPT = "return given.forms.map((form) => own.fold(form, given.data));"


@pytest.fixture(
    scope="module",
    params=[
        QUESTIONNAIRES / "small.yaml",
        QUESTIONNAIRES / "routed.yaml",
        resources.QUESTIONNAIRES / "culture.yaml",
    ],
)
def questionnaire(request: pytest.FixtureRequest) -> Questionnaire:
    return loader.load(request.param)


def in_the_page(
    questionnaire: Questionnaire, forms: Sequence[dict[str, list[str]]]
) -> list[dict[str, str]]:
    data = {
        "folds": page_keys.folds(questionnaire),
        "ticks": page_keys.ticks(questionnaire),
        "routes": page_keys.routes(questionnaire),
    }
    folded: list[dict[str, str]] = in_node(SCRIPT, {"forms": forms, "data": data}, "folding.mjs")
    return folded


def any_form(questionnaire: Questionnaire, dice: np.random.Generator) -> dict[str, list[str]]:
    """What somebody may answer: each question left, or answered with what its page offers."""
    form = {}
    for question in questionnaire.questions:
        if dice.random() < 0.2:
            continue
        given = [str(dice.choice(question.codes))]
        if isinstance(question, Multiple):
            together = [tick.code for tick in question.options if not tick.exclusive]
            if given[0] in together:
                count = dice.integers(1, len(together), endpoint=True)
                given = [str(code) for code in dice.choice(together, count, replace=False)]
        form[question.id] = given
    return form


def test_python_and_javascript_fold_alike(questionnaire: Questionnaire) -> None:
    dice = np.random.default_rng(7)
    forms = [any_form(questionnaire, dice) for _ in range(200)]
    expected = [folding.fold(questionnaire, form) for form in forms]
    assert in_the_page(questionnaire, forms) == expected


def test_every_option_is_folded_as_the_server_does(questionnaire: Questionnaire) -> None:
    forms = [
        {question.id: [code]} for question in questionnaire.questions for code in question.codes
    ]
    expected = [folding.fold(questionnaire, form) for form in forms]
    assert in_the_page(questionnaire, forms) == expected
    assert any(not stored for stored in expected)


def test_a_value_of_the_form_goes_no_further_than_its_category() -> None:
    small = loader.load(QUESTIONNAIRES / "small.yaml")
    assert page_keys.folds(small)["ethnicity"]["bangladeshi"] == ("asian", "Asian or Asian British")
    assert in_the_page(small, [{"ethnicity": ["bangladeshi"]}]) == [{"ethnicity": "asian"}]


def test_a_comment_is_taken_as_it_was_written_in_either_place() -> None:
    whole = "".join(map(chr, [*range(0x250), 0x2028, 0x3000, 0xFDD0, 0xFDEF, 0xFFFD, 0x1F642]))
    pasted = [
        "",
        " a\r\nb\rc\n",
        "a\x0bb\x00",
        whole,
        "\ufffe\U0001ffff",
        "\u200bé\u0301 ",
        "\ufeff",
    ]
    script = "return given.map((text) => own.asWritten(text));"
    in_the_page = in_node(script, pasted, "checking.mjs")
    here = [folding.trimmed(text) for text in pasted]
    assert in_the_page == here
    assert here[1:3] == ["a\nb\nc", "a b"]
