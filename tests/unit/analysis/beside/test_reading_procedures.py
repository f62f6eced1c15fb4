"""HR's counts are read by process and group, or refused with file and row."""

from __future__ import annotations

from pathlib import Path

import fixtures_procedures as fixtures
import pytest

from analysis.beside.procedures import Period, Procedures, read
from analysis.errors import DataError
from analysis.plan import TablePlan

HEADER = "process,period,group,people,cases\n"
WHOLE = "referral,2025-04/2026-03,force,900,60\n"
BOTH = (
    "referral,2025-04/2026-03,probationer=yes,200,20\n"
    "referral,2025-04/2026-03,probationer=no,690,38\n"
)


def counted(folder: Path, text: str, plan: TablePlan | None = None) -> Procedures:
    path = folder / "procedures.csv"
    path.write_text(text, encoding="utf-8-sig")
    return read(path, plan or fixtures.plan())


def test_counts_are_read_by_process_in_the_order_of_the_plan(tmp_path: Path) -> None:
    promoted = "promotion,2026-01/2026-06,force,80,12\n"
    first, second = counted(tmp_path, HEADER + promoted + WHOLE + BOTH)
    assert (first.process, second.process) == ("referral", "promotion")
    assert first.at_risk == {"force": 900, "probationer=yes": 200, "probationer=no": 690}
    assert first.cases["probationer=yes"] == 20
    assert second.period.words == "January 2026 to June 2026"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "the file is empty"),
        ("process,group,people,cases\n", "row 1: the columns are process,group,people,cases"),
        (HEADER, "there are no rows under the header"),
        (HEADER + "referral,2025-04/2026-03,force,900\n", "row 2: there are 4 cells"),
        (HEADER + WHOLE.replace("referral", "leaver"), "row 2: .* no process 'leaver'; there are"),
        (HEADER + WHOLE.replace("force", "east"), "row 2: .* no group 'east'"),
        (HEADER + WHOLE.replace("2025-04/2026-03", "2025"), "row 2: the period is '2025'"),
        (HEADER + WHOLE.replace("2025-04", "2025-13"), "row 2: the period is"),
        (HEADER + WHOLE.replace("2025-04", "2026-04"), "row 2: the period is"),
        (HEADER + WHOLE.replace("2025-04", "0000-01"), "row 2: the period is"),
        (HEADER + WHOLE.replace("2026-03", "9999-12"), "row 2: the period is"),
        (HEADER + WHOLE.replace("60", "-6"), "row 2: cases is '-6'"),
        (HEADER + WHOLE.replace("900", "9.5"), "row 2: people is '9.5'"),
        (HEADER + WHOLE.replace("900", "٣"), "row 2: people is"),
        (HEADER + WHOLE.replace("60", "901"), "row 2: 901 cases among 900 people"),
        (HEADER + WHOLE + WHOLE, "row 3: the group 'force' stands twice"),
        (HEADER + WHOLE + BOTH.replace("2026-03", "2026-02"), "row 3: referral has the period"),
        (HEADER + BOTH, "row 2: referral has no row for force"),
        (
            HEADER + WHOLE + BOTH.splitlines()[0] + "\n",
            "row 3: referral has a row for a group beside probationer=no",
        ),
        (HEADER + WHOLE + BOTH.replace("690", "790"), "row 2: referral has 900 people in force"),
        (HEADER + WHOLE + BOTH.replace("38", "41"), "row 2: referral has 60 cases in force and 61"),
        (
            HEADER + WHOLE + BOTH.replace("690,38", "700,10"),
            "row 2: referral has 840 people without a case in force and 870",
        ),
    ],
)
def test_a_wrong_row_is_an_error_that_says_which(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(DataError, match=sentence) as caught:
        counted(tmp_path, text)
    assert "procedures.csv" in str(caught.value)


def test_a_questionnaire_without_processes_takes_no_counts(tmp_path: Path) -> None:
    plan = TablePlan(fixtures.plan().breakdowns, fixtures.plan().tables)
    with pytest.raises(DataError, match="declares no processes"):
        counted(tmp_path, HEADER + WHOLE, plan)


@pytest.mark.parametrize(
    ("one", "other", "overlap"),
    [
        ("2025-04/2026-03", "2026-03/2026-09", True),
        ("2025-04/2026-03", "2026-04/2026-09", False),
        ("2025-04/2026-03", "2025-06/2025-07", True),
        ("2026-04/2026-04", "2025-04/2026-03", False),
    ],
)
def test_periods_overlap_when_they_share_a_month(one: str, other: str, overlap: bool) -> None:
    assert Period.parse(one).overlaps(Period.parse(other)) is overlap
    assert Period.parse(other).overlaps(Period.parse(one)) is overlap


def test_a_period_is_written_as_it_was_read_and_said_in_words() -> None:
    assert str(fixtures.YEAR) == "2025-04/2026-03"
    assert fixtures.YEAR.words == "April 2025 to March 2026"
    assert Period.parse("2026-09/2026-09").words == "September 2026"
