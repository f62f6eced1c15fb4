"""Processes as an author declares them, and HR's counts checked against them."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from survey.errors import QuestionnaireError
from survey.questionnaire.commands import check
from survey.questionnaire.loader import load, parse

ROOT = Path(__file__).parents[4]
TINY = ROOT / "tests" / "questionnaires" / "tiny.yaml"
CULTURE = ROOT / "questionnaires" / "culture.yaml"
GOOD = """\
procedures:
  - id: grievance
    label: {en: Grievances, cy: Cwynion}
    event: {en: raised a grievance, cy: wedi codi cwyn}
    outcome: adverse
    measures: [fair, respect]
"""
HEADER = "process,period,group,people,cases\n"


def problems(old: str, new: str) -> list[str]:
    text = f"{TINY.read_text(encoding='utf-8')}\n{GOOD}"
    assert old in GOOD
    with pytest.raises(QuestionnaireError) as caught:
        parse(text.replace(old, new), "q.yaml")
    return [str(problem) for problem in caught.value.problems]


def test_a_process_names_statements_and_themes() -> None:
    (process,) = parse(f"{TINY.read_text(encoding='utf-8')}\n{GOOD}", "q.yaml").plan.processes
    assert (process.id, process.label, process.event) == (
        *("grievance", "Grievances"),
        "raised a grievance",
    )
    assert (process.outcome, process.measures) == ("adverse", ("fair", "respect"))


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("fair,", "fare,", "names `fare`, which is no statement and no theme"),
        ("fair,", "unit,", "names `unit`, a question about the person"),
        ("fair,", "reasons,", "names `reasons`, a question with several answers; name one"),
        ("[fair, respect]", "[]", "`measures` must hold at least 1"),
        ("adverse", "bad", "`outcome` is `bad`; it can be 'adverse' or 'favourable'"),
        ("    outcome: adverse\n", "", "`outcome` is missing"),
        (", cy: Cwynion", "", "cy"),
        ("procedures:\n", GOOD, "the process id `grievance` stands twice"),
        (
            "    outcome",
            "    part_of: leaving\n    outcome",
            "part of `leaving`, which is no",
        ),
        ("    outcome", "    part_of: grievance\n    outcome", "part of `grievance`, which is no"),
    ],
)
def test_a_wrong_process_is_named_with_its_line(old: str, new: str, sentence: str) -> None:
    found = problems(old, new)
    assert any(one.startswith("q.yaml:") and sentence in one for one in found), found


def test_the_culture_survey_declares_the_processes_that_its_statements_speak_of() -> None:
    processes = {one.id: one for one in load(CULTURE).plan.processes}
    assert processes["promotion"].outcome == "favourable"
    assert "case_fair" in processes["grievance"].measures
    assert "case_fair" in processes["discipline"].measures


def test_check_says_what_is_in_a_file_of_counts(tmp_path: Path) -> None:
    path = tmp_path / "hr.csv"
    rows = ["force,5500,165", "sex=female,2500,160", "sex=male,3000,5"]
    path.write_text(HEADER + "".join(f"grievance,2025-04/2026-03,{row}\n" for row in rows))
    result = CliRunner().invoke(check, [str(CULTURE), "--procedures", str(path)])
    assert result.exit_code == 0
    assert result.output.splitlines()[1] == (
        f"{path}: Grievances, April 2025 to March 2026: 5,500 people, 165 of them cases, 3 groups. "
        "1 group has fewer than 10 cases, or fewer than 10 people without: not shown, nor what "
        "would tell them."
    )


def test_check_warns_of_a_process_that_may_hold_another(tmp_path: Path) -> None:
    """30 have a grievance in one group and 25 of them were disciplined: five were not."""

    def said(*disciplined: int) -> list[str]:
        path = tmp_path / "hr.csv"
        groups = ("force,5500", "sex=female,2500", "sex=male,3000")
        rows = [
            f"{process},2025-04/2026-03,{group},{cases}\n"
            for process, counts in (("grievance", (130, 30, 100)), ("discipline", disciplined))
            for group, cases in zip(groups, counts, strict=True)
        ]
        path.write_text(HEADER + "".join(rows))
        result = CliRunner().invoke(check, [str(CULTURE), "--procedures", str(path)])
        assert result.exit_code == 0
        return [line for line in result.output.splitlines() if " may hold " in line]

    (warning,) = said(85, 25, 60)
    assert "Grievances may hold " in warning
    assert "leave one out: the difference could be few people." in warning
    assert said(90, 35, 55) == []


def test_check_names_the_row_of_a_wrong_count(tmp_path: Path) -> None:
    path = tmp_path / "hr.csv"
    path.write_text(HEADER + "grievance,2025-04/2026-03,force,5500,5501\n")
    result = CliRunner().invoke(check, [str(CULTURE), "--procedures", str(path)])
    assert result.exception is not None
    assert "hr.csv, row 2: 5501 cases among 5500 people" in str(result.exception)
