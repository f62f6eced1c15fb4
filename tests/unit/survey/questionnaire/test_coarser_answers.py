"""Coarser answers: offered where a breakdown says so, stored as such, counted in no part."""

from __future__ import annotations

import re

import pytest
from fixtures_questionnaires import CULTURE

from analysis.codebook import Codebook
from analysis.earlier_tallies import identity
from survey.collect import findable, page_keys
from survey.errors import QuestionnaireError
from survey.questionnaire import audiences, differences, routing
from survey.questionnaire.answers import fold
from survey.questionnaire.codebook import codebook
from survey.questionnaire.layout import layout
from survey.questionnaire.loader import parse
from survey.questionnaire.model import Choice, Questionnaire

TEXT = """
id: coarse
version: "1"
title: A survey
minutes: 5
scales:
  agree:
    polarity: best_last
    points: [{code: "1", label: Disagree}, {code: "2", label: Neither}, {code: "3", label: Agree}]
sections:
  - id: who
    title: Who you are
    questions:
      - id: unit
        type: unit
        text: Where do you work?
        units:
          - id: uniform
            label: Uniform
            units:
              - {id: north, label: North, units: [{id: a, label: A}, {id: b, label: B}]}
              - {id: south, label: South, units: [{id: c, label: C}]}
          - {id: other, label: Other, units: [{id: desk, label: Desk, units: [{id: d, label: D}]}]}
      - id: ethnicity
        type: choice
        text: What is your ethnic group?
        categories:
          - {code: asian, label: Asian}
          - {code: black, label: Black}
          - {code: white, label: White, options: [{code: irish, label: Irish}]}
  - id: work
    title: Work
    questions:
      - {id: snow, text: It snowed., scale: agree, ask_when: {unit: north}}
      - {id: dry, text: It was dry., scale: agree, ask_when: {unit: {none_of: [uniform]}}}
      - {id: calm, text: It was calm., scale: agree, ask_when: {ethnicity: [asian, black]}}
breakdowns:
  unit: {variable: unit, levels: [family, command, department], coarser_answers: true}
  ethnicity:
    variable: ethnicity
    coarser_answers: true
    roll_up: {minority: {label: Minority groups, categories: [asian, black]}, majority: [white]}
tables: [[unit], [ethnicity]]
support: [{label: Somebody, detail: Telephone 123.}]
"""
OFFERED = parse(TEXT, "q")
PLAIN = parse(TEXT.replace(", coarser_answers: true", "").replace("coarser_answers: true", ""), "q")


def asked(questionnaire: Questionnaire, name: str) -> Choice:
    question = questionnaire.question_by_id[name]
    assert isinstance(question, Choice)
    return question


def test_larger_units_and_roll_ups_are_answers_where_they_stand_for_several() -> None:
    unit, ethnicity = asked(OFFERED, "unit"), asked(OFFERED, "ethnicity")
    assert {one.code: set(one.holds) for one in unit.coarser} == {
        "uniform": {"a", "b", "c"},
        "north": {"a", "b"},
    }
    assert {one.code: str(one.label) for one in ethnicity.coarser} == {
        "minority": "Minority groups"
    }
    assert [o.code for o in unit.options if str(o.heading) == "Or say only this much"] == [
        "uniform",
        "north",
    ]
    assert unit.options[-1].code == "prefer-not-to-say"
    # The published categories stay what they were.
    assert unit.categories == asked(PLAIN, "unit").categories


def test_nothing_is_offered_and_no_fingerprint_changes_where_it_is_not_declared() -> None:
    assert all(not asked(PLAIN, one).coarser for one in ("unit", "ethnicity"))
    assert "coarser" not in repr(PLAIN.plan)
    assert all(one.finest >= v.categories for one in PLAIN.plan.breakdowns for v in one.values)
    assert PLAIN.fingerprint != OFFERED.fingerprint


def test_what_is_sealed_is_the_coarser_answer_and_its_group_holds_it_and_no_part_does() -> None:
    sent = {"unit": ["north"], "ethnicity": ["minority"], "snow": ["3"], "dry": ["3"]}
    assert fold(OFFERED, sent) == {"unit": "north", "ethnicity": "minority", "snow": "3"}
    assert set(OFFERED.stored_codes["unit"]) == {"a", "b", "c", "d", "uniform", "north"}
    book: Codebook = codebook(OFFERED)
    assert book.variable_by_id["ethnicity"].codes == ("asian", "black", "white", "minority")
    unit = OFFERED.plan.breakdown_by_id["unit"]
    holding = {code: {v.id for v in unit.values if code in v.categories} for code in ("north", "a")}
    assert holding == {"north": {"uniform", "north"}, "a": {"uniform", "north", "a"}}
    folds = page_keys.folds(OFFERED)
    assert "north" not in folds["unit"]
    assert "minority" not in folds["ethnicity"]
    columns = {one.name: one.positions for one in layout(OFFERED).variables}
    assert columns["unit"]["uniform"] == book.variable_by_id["unit"].codes.index("uniform")


def test_who_says_less_is_asked_what_everybody_who_could_have_meant_it_is_asked() -> None:
    def left_out(**given: str) -> set[str]:
        return set(routing.unasked(OFFERED, {name: [code] for name, code in given.items()}))

    assert left_out(unit="north") == {"dry", "calm"}
    # Somewhere in the family is not surely in the north.
    assert left_out(unit="uniform", ethnicity="minority") == {"snow", "dry"}
    assert "dry" not in left_out(unit="d")
    north = audiences.of(OFFERED)["snow"]
    inside = [g.id for g in OFFERED.plan.groups if north.holds_all_of(g, OFFERED.plan)]
    assert inside == ["unit=north", "unit=a", "unit=b"]


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("code: irish", "code: minority", "has the code `minority` twice"),
        ("[asian, black]}}", "[minority]}}", "has no answer `minority`"),
        ("roll_up: {minority: ", "roll_up: {asian: ", "has the code `asian` twice"),
    ],
)
def test_what_cannot_be_offered_is_refused(old: str, new: str, reason: str) -> None:
    assert old in TEXT
    with pytest.raises(QuestionnaireError, match=re.escape(reason)):
        parse(TEXT.replace(old, new), "q")


def test_offering_it_makes_no_group_another_one() -> None:
    """Lines go on, and sums of an earlier wave are of the same people."""
    effects = [one.effect for one in differences.compare(PLAIN, OFFERED).differences]
    assert "breaks" not in effects
    group = OFFERED.plan.group_by_id["unit=north"]
    assert identity(OFFERED.plan, group) == identity(PLAIN.plan, group)
    moved = parse(TEXT.replace("{id: b, label: B}", "{id: e, label: E}"), "q")
    assert identity(moved.plan, group) != identity(PLAIN.plan, group)


def test_the_page_is_told_which_groups_are_answers_too() -> None:
    told = findable.data_of(OFFERED.plan, {})["breakdowns"]
    assert isinstance(told, list)
    assert {one["id"]: one["coarser"] for one in told} == {
        "unit": ["uniform", "north"],
        "ethnicity": ["minority"],
    }
    for questionnaire, says in ((OFFERED, True), (PLAIN, False)):
        found = findable.of(questionnaire, {})
        assert found is not None
        assert found.coarser is says


def test_the_culture_survey_offers_commands_families_and_the_broad_ethnic_group() -> None:
    culture = parse(CULTURE.read_text(encoding="utf-8"), "culture")
    assert [one.code for one in asked(culture, "ethnicity").coarser] == ["minority"]
    assert len(asked(culture, "department").coarser) == 15
