"""The survey of the library: its themes, sections, constructs, units and levels of concern."""

from __future__ import annotations

from fixtures_questionnaires import CULTURE

from survey.questionnaire.codebook import codebook
from survey.questionnaire.loader import load
from survey.questionnaire.model import Statement


def test_culture_covers_five_themes_in_short_sections() -> None:
    culture = load(CULTURE)
    statements = [q for q in culture.questions if isinstance(q, Statement)]
    assert len(culture.themes) == 5
    assert 35 <= len(statements) <= 45
    for section in culture.sections:
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
