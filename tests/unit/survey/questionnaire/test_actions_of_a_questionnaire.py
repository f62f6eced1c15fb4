"""Actions since an earlier wave: each becomes a statement, and what it is about is asked again."""

from __future__ import annotations

from pathlib import Path

import pytest

from survey.errors import QuestionnaireError
from survey.questionnaire import loader
from survey.questionnaire.codebook import codebook
from survey.questionnaire.model import Questionnaire, Statement

SMALL = Path(__file__).parents[3] / "questionnaires" / "small.yaml"
ACTIONS = """
actions:
  - id: noticed_sergeants
    done: Sergeants were trained.
    about: [fair_treatment, concern_heard]
    unit: north
  - id: noticed_posts
    done: {en: Postings are advertised., cy: Hysbysebir swyddi.}
    about: [fair_treatment]
"""
SCALE = "scales:\n  noticed: {include: bank/scales.yaml#noticed}\n"


def parsed(actions: str = ACTIONS, scale: str = SCALE) -> Questionnaire:
    text = SMALL.read_text().replace("scales:\n", scale, 1)
    return loader.parse(text + actions, "after")


def refused(actions: str = ACTIONS, scale: str = SCALE) -> str:
    with pytest.raises(QuestionnaireError) as caught:
        parsed(actions, scale)
    return str(caught.value)


def test_each_action_is_a_statement_on_the_last_page() -> None:
    questionnaire = parsed()
    *_, page = questionnaire.sections
    assert page.title.en == "What was done"
    assert [one.text.en for one in page.questions] == [
        "Sergeants were trained. Have you noticed this?",
        "Postings are advertised. Have you noticed this?",
    ]
    assert page.questions[1].text.cy == "Hysbysebir swyddi. Ydych chi wedi sylwi ar hyn?"
    for asked in page.questions:
        assert isinstance(asked, Statement)
        assert asked.theme is None
        assert [point.reading for point in asked.scale.points] == [
            *("positive", "neutral", "negative"),
            None,
        ]


def test_an_action_of_a_unit_is_asked_and_published_there_alone() -> None:
    questionnaire = parsed()
    assert set(questionnaire.routes) == {"noticed_sergeants"}
    audience = codebook(questionnaire).item_by_id["noticed_sergeants"].audience
    assert audience is not None
    plan = questionnaire.plan
    holds = {one.id for one in plan.groups if audience.holds_all_of(one, plan)}
    assert {"command=north", "command=north-a"} <= holds
    assert "force" not in holds


def test_what_a_wave_stores_builds_the_same_questionnaire() -> None:
    questionnaire = parsed()
    again = loader.parse(questionnaire.source, "stored")
    assert again.fingerprint == questionnaire.fingerprint
    assert parsed("").fingerprint == loader.load(SMALL).fingerprint


def test_what_an_action_is_about_must_be_asked_again() -> None:
    said = refused(ACTIONS.replace("[fair_treatment, concern_heard]", "[fair_treatment, gone]"))
    line = (
        (SMALL.read_text().replace("scales:\n", SCALE, 1) + ACTIONS)
        .splitlines()
        .index("    about: [fair_treatment, concern_heard]")
    )
    assert f":{line + 1}: action `noticed_sergeants` is about `gone`, which is not asked" in said
    assert "has no answer `mars`" in refused(ACTIONS.replace("unit: north", "unit: mars"))
    assert "`done` is missing" in refused(
        ACTIONS.replace("    done: Sergeants were trained.\n", "")
    )
    assert "declare it under `scales`" in refused(scale="scales:\n")
    assert "stands twice" in refused(ACTIONS.replace("noticed_posts", "fair_treatment"))
    assert "`actions` must be a list" in refused("\nactions: nothing\n")
