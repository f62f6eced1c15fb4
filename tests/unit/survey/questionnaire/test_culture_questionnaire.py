"""The survey of the library: its themes, sections, constructs, units and levels of concern."""

from __future__ import annotations

import pytest
from fixtures_questionnaires import CULTURE

from analysis import audiences
from survey.questionnaire import routing
from survey.questionnaire.codebook import codebook
from survey.questionnaire.loader import load, parse
from survey.questionnaire.model import Questionnaire, Statement

OF_SOME = {
    "officer": {"sent_alone"},
    "staff": {"staff_heard"},
    "pcso": {"sent_alone"},
    "special": {"time_given"},
    "volunteer": {"time_given"},
    "prefer-not-to-say": set(),
}
"""How somebody works for the force -> the statements that not everybody is asked."""


def asked_of(culture: Questionnaire, employment: str) -> dict[str, Statement]:
    dropped = routing.unasked(culture, {"employment": [employment]})
    statements = [one for one in culture.questions if isinstance(one, Statement)]
    return {one.id: one for one in statements if one.id not in dropped}


def test_culture_covers_five_themes_in_short_sections() -> None:
    culture = load(CULTURE)
    statements = [q for q in culture.questions if isinstance(q, Statement)]
    assert len(culture.themes) == 5
    assert [one.id for one in culture.sections[0].questions] == ["employment"]
    for section in culture.sections[1:]:
        assert 3 <= len(section.questions) <= 5 or (section.comments and not section.questions)
    assert [section.id for section in culture.sections if section.comments] == ["in-your-words"]
    assert [section.id for section in culture.sections][-2:] == ["in-your-words", "about-you"]
    assert sum(statement.sensitive for statement in statements) >= 2
    assert sum(statement.reversed for statement in statements) >= 4
    assert culture.questions[-1].kind == "choice"
    misconduct = [
        s
        for s in culture.sections
        if any(getattr(q, "theme", "") == "misconduct" for q in s.questions)
    ]
    assert all("not a report" in str(section.warning) for section in misconduct)


@pytest.mark.parametrize("employment", OF_SOME)
def test_everybody_is_asked_45_statements_at_most_and_those_that_apply(employment: str) -> None:
    asked = asked_of(load(CULTURE), employment)
    assert 35 <= len(asked) <= 45
    everybody = {one for one in asked if one not in set().union(*OF_SOME.values())}
    assert asked.keys() - everybody == OF_SOME[employment]
    assert len(everybody) == 44


def test_a_statement_for_some_that_everybody_is_asked_would_be_noticed() -> None:
    text = CULTURE.read_text(encoding="utf-8").replace("ask_when: {employment: staff}", "")
    assert len(asked_of(parse(text, "culture"), "officer")) == 46


def test_a_theme_holds_nothing_that_only_some_are_asked() -> None:
    """And what only some are asked stands where all of a group are: force-wide, by employment."""
    culture = load(CULTURE)
    book = codebook(culture)
    of_some = set().union(*OF_SOME.values())
    assert {one.id for one in book.items if one.audience} == of_some
    assert not of_some & {item for theme in book.themes for item in theme.items}
    for item in (one for one in book.items if one.audience):
        assert item.audience is not None
        shut = audiences.closed(item.audience, culture.plan)
        open_to = {one.id for one, no in zip(culture.plan.groups, shut, strict=True) if not no}
        assert open_to == {f"employment={who}" for who, own in OF_SOME.items() if item.id in own}


def test_each_culture_item_says_which_construct_it_measures() -> None:
    lines = CULTURE.read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines):
        if line.startswith("      - id: "):
            assert "# construct: " in lines[number - 1], line


def test_the_force_of_the_library_has_three_families_twelve_commands_sixty_departments() -> None:
    command = load(CULTURE).plan.breakdown_by_id["command"]
    sizes = [sum(v.level == level for v in command.values) for level in command.levels]
    assert (command.levels, sizes) == (("family", "command", "department"), [3, 12, 60])


def test_the_culture_survey_sets_a_level_for_each_severity_item() -> None:
    items = codebook(load(CULTURE)).items
    assert {item.id: item.level is not None for item in items} == {
        item.id: item.sensitive for item in items
    }
