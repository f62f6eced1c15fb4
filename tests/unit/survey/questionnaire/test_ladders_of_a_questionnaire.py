"""Ladders as an author declares them: from the group asked for outwards, every rung in a table."""

from __future__ import annotations

from pathlib import Path

import pytest

from analysis.ladders import Ladder
from survey.errors import QuestionnaireError
from survey.questionnaire.loader import parse

TINY = Path(__file__).parents[4] / "tests" / "questionnaires" / "tiny.yaml"
NORTH = "    - {name: Minority in the north, where: {ethnicity: minority, command: north}}\n"
UNIT_QUESTION = "      - id: unit\n"
SEX = """\
      - id: sex
        type: choice
        text: {en: Sex, cy: Rhyw}
        categories:
          - {code: f, label: {en: Women, cy: Menywod}}
          - {code: m, label: {en: Men, cy: Dynion}}
"""
TABLES = """\
tables:
  - [command]
  - [ethnicity]
  - [ethnicity: roll_up, command: command]
"""
CROSSED = """\
tables:
  - cross: [command]
    ladder: default
  - [ethnicity]
  - [command: command, ethnicity: roll_up, sex]
"""


def text(intersection: str, tables: str = CROSSED) -> str:
    found = TINY.read_text(encoding="utf-8")
    for old, new in (
        (NORTH, f"    - {intersection}\n"),
        (UNIT_QUESTION, SEX + UNIT_QUESTION),
        ("breakdowns:\n", "breakdowns:\n  sex: {variable: sex}\n"),
        (TABLES, tables),
    ):
        assert old in found, old
        found = found.replace(old, new, 1)
    return found


def ladders(intersection: str, tables: str = CROSSED) -> dict[tuple[str, str], Ladder]:
    found = parse(text(intersection, tables), "q.yaml").plan.ladders
    return {(one.name, one.asked): one for one in found}


def problems(intersection: str, tables: str = CROSSED) -> list[str]:
    with pytest.raises(QuestionnaireError) as caught:
        parse(text(intersection, tables), "q.yaml")
    return [str(problem) for problem in caught.value.problems]


WATCHED = "{name: W, where: {ethnicity: minority, sex: f}"


def test_the_default_climbs_every_declared_level_then_the_force_then_the_margins() -> None:
    found = ladders(WATCHED + ", ladder: default}")
    asked = "sex=f&command=north&ethnicity=minority"
    rungs = found["W", asked].rungs
    assert [rung.kind for rung in rungs] == ["group", "force", "margins"]
    assert [rung.groups for rung in rungs] == [
        (asked,),
        ("sex=f&ethnicity=minority",),
        ("ethnicity=minority", "sex=f"),
    ]
    assert rungs[0].labels == ("Women, North, Minority",)
    assert rungs[1].labels == ("Women, Minority (this command is not shown)",)
    assert {one for name, one in found if name == "W"} == {
        "sex=f&ethnicity=minority",
        asked,
        "sex=f&command=south&ethnicity=minority",
    }
    assert all(one.named == (name == "W") for (name, _), one in found.items())


def test_a_table_climbs_the_levels_of_its_units() -> None:
    found = ladders(WATCHED + "}")
    department = found["command", "command=north-a"]
    assert [(rung.kind, rung.groups) for rung in department.rungs] == [
        ("group", ("command=north-a",)),
        ("level", ("command=north",)),
        ("force", ("force",)),
    ]
    assert department.rungs[1].labels == ("North (this department is not shown)",)
    assert department.rungs[2].labels == ("The whole force (this department is not shown)",)
    assert [rung.kind for rung in found["command", "command=north"].rungs] == ["group", "force"]
    assert not any(name == "W" for name, _ in found)


def test_a_specific_group_climbs_by_itself_and_never_to_its_aggregate() -> None:
    tables = CROSSED.replace(
        "  - [command: command, ethnicity: roll_up, sex]\n",
        "  - [sex]\n  - {cross: [command: command, ethnicity], ladder: default}\n",
    )
    found = ladders("{name: W, where: {ethnicity: minority, command: north}}", tables)
    rungs = found["command-ethnicity", "command=north&ethnicity=black"].rungs
    assert [rung.groups for rung in rungs][1:] == [("ethnicity=black",)]


def test_an_author_writes_the_rungs_and_wider_crossings() -> None:
    found = ladders(WATCHED + ", ladder: [command, force, {where: {sex: f}}, margins]}")
    rungs = found["W", "sex=f&command=north&ethnicity=minority"].rungs
    assert [rung.kind for rung in rungs] == ["group", "force", "wider", "margins"]
    assert rungs[2].groups == ("sex=f",)
    both = ladders(WATCHED + ", ladder: [default, {where: {ethnicity: minority}}]}")
    kinds = [rung.kind for rung in both["W", "sex=f&ethnicity=minority"].rungs]
    assert kinds == ["group", "wider", "margins"]


CULTURE = Path(__file__).parents[4] / "questionnaires" / "culture.yaml"


def lines_of_the_docs() -> list[str]:
    """What a force adds for the rung of the first five years, as the documentation has it."""
    page = (CULTURE.parents[1] / "docs" / "QUESTIONNAIRES.md").read_text(encoding="utf-8")
    example = next(one for one in page.split("```yaml\n") if one.lstrip().startswith("- include:"))
    return example.partition("```")[0].splitlines()


def test_the_ladder_of_probationers_can_have_the_first_five_years() -> None:
    asked, breakdown, table, ladder = lines_of_the_docs()
    found = CULTURE.read_text(encoding="utf-8")
    for old, new in (
        ("      - include: bank/demographics.yaml#sex\n", asked),
        ("  sex:\n    label: Sex\n", breakdown),
        ("  - [sex]\n", table),
    ):
        assert old in found, old
        found = found.replace(old, f"{new}\n{old}", 1)
    before, _, after = found.rpartition("      ladder: default\n")
    plan = parse(f"{before}{ladder}\n{after}", str(CULTURE)).plan
    (own,) = [one for one in plan.ladders if one.asked == "ethnicity=minority&probationer=yes"]
    assert [rung.kind for rung in own.rungs] == ["group", "wider", "margins"]
    assert own.rungs[1].groups == ("ethnicity=minority&service=first-five",)
    assert own.rungs[1].labels == (
        "Minority ethnic groups, In the first five years of service (this group is not shown)",
    )
    (family,) = [one for one in plan.ladders if one.asked.startswith("command=north&")]
    assert [rung.kind for rung in family.rungs] == ["group", "force", "wider", "margins"]


@pytest.mark.parametrize(
    ("intersection", "tables", "mark", "reason"),
    [
        (WATCHED + ", ladder: [department]}", CROSSED, "name: W", "is in no declared table"),
        (WATCHED + ", ladder: [family]}", CROSSED, "name: W", "names the rung `family`"),
        (
            WATCHED + ", ladder: [force, {where: {sex: f, command: north-a}}]}",
            CROSSED,
            "name: W",
            "the rung `where` of “W” (sex=f&command=north-a) is in no declared table",
        ),
        (WATCHED + ", ladder: [{where: {age: old}}]}", CROSSED, "name: W", "breakdown `age`"),
        (WATCHED + ", ladder: [force, command]}", CROSSED, "name: W", "closest group outwards"),
        (WATCHED + ", ladder: [force, force]}", CROSSED, "name: W", "closest group outwards"),
        (
            "{name: W, where: {sex: f}, ladder: [force, margins]}",
            CROSSED,
            "name: W",
            "names the rung `margins`",
        ),
        (
            WATCHED + "}",
            CROSSED.replace("  - [ethnicity]", "  - {cross: [ethnicity], ladder: default}"),
            "cross: [ethnicity]",
            "has a ladder but no units",
        ),
        (
            WATCHED + "}",
            CROSSED.replace("    ladder: default", "    ladder: [command, {where: {sex: f}}]"),
            "ladder: [command",
            "levels of units and `force` only",
        ),
        (
            "{name: W, where: {ethnicity: black, command: north}, "
            "ladder: [force, {where: {ethnicity: minority, command: north}}]}",
            CROSSED.replace("ethnicity: roll_up, sex", "ethnicity, sex"),
            "name: W",
            "lets Minority stand for",
        ),
        (WATCHED + ", ladder: []}", CROSSED, "name: W", "must hold at least 1"),
    ],
)
def test_a_rung_that_cannot_be_is_named_at_its_line(
    intersection: str, tables: str, mark: str, reason: str
) -> None:
    lines = text(intersection, tables).splitlines()
    line = next(number for number, one in enumerate(lines, 1) if mark in one)
    found = problems(intersection, tables)
    assert any(one.startswith(f"q.yaml:{line}: ") and reason in one for one in found), found
