"""What a good questionnaire file becomes: codes, readings, scores, units, tables and items."""

from __future__ import annotations

import pytest
from fixtures_questionnaires import CULTURE, TINY, tiny_with

from survey.questionnaire.codebook import codebook
from survey.questionnaire.loader import load, parse
from survey.questionnaire.model import PREFER_NOT_TO_SAY, Choice, Multiple, Questionnaire, Statement


def test_words_that_yaml_usually_turns_into_values_stay_codes() -> None:
    text = tiny_with("{code: never,", "{code: no,")
    statement = parse(text, "q").question_by_id["bullied"]
    assert isinstance(statement, Statement)
    assert statement.codes[0] == "no"


@pytest.fixture(scope="module")
def tiny() -> Questionnaire:
    return load(TINY)


def test_every_question_that_is_asked_here_ends_with_prefer_not_to_say(
    tiny: Questionnaire,
) -> None:
    for questionnaire in (tiny, load(CULTURE)):
        assert all(q.codes[-1] == PREFER_NOT_TO_SAY for q in questionnaire.questions)


def test_readings_and_scores_follow_from_position_and_polarity(tiny: Questionnaire) -> None:
    fair, bullied = tiny.question_by_id["fair"], tiny.question_by_id["bullied"]
    assert isinstance(fair, Statement)
    assert isinstance(bullied, Statement)
    assert [(p.reading, p.score) for p in fair.scale.points] == [
        ("negative", 0.0),
        ("neutral", 50.0),
        ("positive", 100.0),
        (None, None),
        (None, None),
    ]
    assert [(p.reading, p.score) for p in bullied.scale.points[:3]] == [
        ("positive", 100.0),
        ("negative", 50.0),
        ("negative", 0.0),
    ]


@pytest.mark.parametrize("length", [2, 3, 4, 7, 11])
@pytest.mark.parametrize("polarity", ["best_first", "best_last"])
def test_a_scale_has_any_length_and_direction(length: int, polarity: str) -> None:
    points = ", ".join(f"{{code: p{n}, label: P{n}}}" for n in range(length))
    text = f"""
id: q
version: 1
title: Q
minutes: 1
fielded: elsewhere
scales: {{s: {{polarity: {polarity}, points: [{points}]}}}}
sections:
  - id: s
    title: S
    questions:
      - {{id: one, text: One, scale: s}}
      - {{id: sex, type: choice, text: Sex,
         categories: [{{code: f, label: F}}, {{code: m, label: M}}]}}
breakdowns: {{sex: {{variable: sex}}}}
tables: [[sex]]
"""
    question = parse(text, "q").question_by_id["one"]
    assert isinstance(question, Statement)
    scored = [(point.score or 0.0, point.reading) for point in question.scale.points]
    if polarity == "best_first":
        scored.reverse()
    assert [score for score, _ in scored] == pytest.approx(
        [100 * n / (length - 1) for n in range(length)]
    )
    expected = (
        ["negative"] * (length // 2) + ["neutral"] * (length % 2) + ["positive"] * (length // 2)
    )
    assert [reading for _, reading in scored] == expected


def test_units_stand_under_their_command_and_levels_follow_the_tree(tiny: Questionnaire) -> None:
    unit = tiny.question_by_id["unit"]
    assert isinstance(unit, Choice)
    assert [str(option.heading) for option in unit.options[:3]] == ["North", "North", "South"]
    command = tiny.plan.breakdown_by_id["command"]
    assert command.levels == ("command", "department")
    assert command.value_by_id["north"].categories == {"north-a", "north-b"}
    assert command.value_by_id["south-a"].parent == "south"


def test_tables_go_down_to_the_level_that_they_name(tiny: Questionnaire) -> None:
    crossing = tiny.plan.tables[-1]
    assert (crossing.breakdowns, crossing.finest) == (
        ("ethnicity", "command"),
        ("roll_up", "command"),
    )
    assert tiny.plan.intersections[0].group == "command=north&ethnicity=minority"


def test_multiple_options_are_published_as_items_of_their_own(tiny: Questionnaire) -> None:
    reasons = tiny.question_by_id["reasons"]
    assert isinstance(reasons, Multiple)
    assert reasons.items == ("reasons-work", "reasons-people", "reasons-none")
    assert set(reasons.items) <= set(tiny.stored_codes)


def test_a_level_of_concern_is_read_and_starts_no_new_line() -> None:
    plain, with_level = (
        parse(text, "q.yaml")
        for text in (
            TINY.read_text(encoding="utf-8"),
            tiny_with("reversed: true", "reversed: true\n        level: 35"),
        )
    )
    before, after = (codebook(one).item_by_id[changed(one)] for one in (plain, with_level))
    assert (before.level, after.level) == (None, 0.35)
    assert before.fingerprint == after.fingerprint
    # It is part of what is fixed when a wave opens.
    assert plain.fingerprint != with_level.fingerprint


def changed(questionnaire: Questionnaire) -> str:
    return next(
        one.id for one in questionnaire.questions if isinstance(one, Statement) and one.reversed
    )
