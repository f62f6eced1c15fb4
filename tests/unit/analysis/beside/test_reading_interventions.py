"""Interventions are read, or refused with file and row."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from fixtures_analysis import small

from analysis.beside.interventions import COLUMNS, Intervention, read
from analysis.errors import DataError

STUDY = small(50)
HEADER = ",".join(COLUMNS)
GOOD = "command=south-b,leadership,wave-1,Talks,low_score,2025-06-01"


def declared(folder: Path, text: str) -> tuple[Intervention, ...]:
    path = folder / "done.csv"
    path.write_text(text, encoding="utf-8-sig")
    return read(path, STUDY.codebook, STUDY.plan)


def test_a_row_says_where_what_since_when_and_why(tmp_path: Path) -> None:
    text = f'{HEADER}\n{GOOD}\ncommand=north,led,wave-1,"Talks, and more",other,2025-06-02\n'
    one, other = declared(tmp_path, text)
    assert one.declared == date(2025, 6, 1)
    assert (one.group, one.measure, one.picked) == ("command=south-b", "leadership", "low_score")
    assert (other.done, other.measure) == ("Talks, and more", "led")
    assert other.where.endswith("done.csv, row 3")


def test_a_file_without_rows_declares_nothing(tmp_path: Path) -> None:
    assert declared(tmp_path, f"{HEADER}\n") == ()


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        (GOOD.replace("south-b", "east"), "row 2: 'command=east' is no command, department"),
        ("force" + GOOD.removeprefix("command=south-b"), "row 2: 'force' is no command"),
        (GOOD.replace("command=south-b", "ethnicity=minority"), "is no command"),
        (GOOD.replace("leadership", "luck"), "row 2: 'luck' is no theme or item"),
        (GOOD.replace("Talks", ""), "row 2: done takes one line"),
        (GOOD.replace("Talks", "x" * 201), "done takes one line"),
        (GOOD.replace("Talks", '"two\nlines"'), "done takes one line"),
        (GOOD.replace("low_score", "low"), "row 2: picked is 'low'; it must be low_score or other"),
        (GOOD.replace("2025-06-01", "1 June"), "row 2: declared is '1 June'"),
        (GOOD.replace("2025-06-01", "20250601"), "row 2: declared is '20250601'"),
        (GOOD.replace("2025-06-01", "2025-W22-7"), "row 2: declared is '2025-W22-7'"),
        (GOOD.replace("2025-06-01", "2025-02-30"), "row 2: declared is '2025-02-30'"),
        (GOOD.replace("2025-06-01", "9999-12-31"), "row 2: declared is '9999-12-31'"),
        (GOOD.replace("Talks,", ""), "row 2: there are 5 cells instead of 6"),
        (f"{GOOD}\n{GOOD}", "row 3: leadership in command=south-b after wave-1 is twice"),
    ],
)
def test_a_wrong_row_is_an_error_that_says_which(tmp_path: Path, rows: str, sentence: str) -> None:
    with pytest.raises(DataError, match=sentence) as caught:
        declared(tmp_path, f"{HEADER}\n{rows}\n")
    assert "done.csv" in str(caught.value)


def test_other_columns_are_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"row 1: the columns are unit,what; they must be group,"):
        declared(tmp_path, "unit,what\n")


def test_what_a_file_holds_in_place_of_a_header_is_cut_short(tmp_path: Path) -> None:
    wide = ",".join(f"c{at}" for at in range(10_000))
    for header in (wide, "x" * 100_000, f"{'x' * 100_000},{'x' * 100_000}"):
        with pytest.raises(DataError, match=r"row 1: the columns? .*…") as caught:
            declared(tmp_path, f"{header}\n")
        assert len(str(caught.value)) < 600
