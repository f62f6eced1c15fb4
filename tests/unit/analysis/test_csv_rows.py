"""Cells that a spreadsheet would run are written as text, and come back as they were."""

from __future__ import annotations

import pytest

from analysis import csv_rows
from analysis.errors import DataError

BEGINNINGS = ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", "'=", "''@"]


@pytest.mark.parametrize("beginning", BEGINNINGS)
def test_what_a_spreadsheet_would_run_gets_an_apostrophe(beginning: str) -> None:
    text = f"{beginning}cmd|' /C calc'!A0"
    assert csv_rows.guarded(text) == f"'{text}"
    assert csv_rows.unguarded(csv_rows.guarded(text)) == text


@pytest.mark.parametrize("text", ["", "Words", "1-2", "a=b", "'quoted'", "North @ night"])
def test_other_text_stays_as_it_is(text: str) -> None:
    assert csv_rows.guarded(text) == text
    assert csv_rows.unguarded(text) == text


def test_a_line_longer_than_any_of_a_table_is_refused_before_it_is_whole() -> None:
    most = csv_rows.LONGEST_ROW
    assert len(list(csv_rows.rows_of(b"," * (most - 1) + b"\n1\n", "a.csv"))) == 2
    with pytest.raises(DataError, match=r"a\.csv: a row is longer than 1,000,000 characters"):
        list(csv_rows.rows_of(b"," * most + b"\n1\n", "a.csv"))


def test_a_row_of_many_lines_is_no_longer_than_one_of_one_line() -> None:
    many = b'"\n",' * (csv_rows.LONGEST_ROW // 4 - 1)
    for last in (b"1,1\n", b'"a"\n'):
        assert len(list(csv_rows.rows_of(2 * (many + last), "a.csv"))) == 2
        with pytest.raises(DataError, match=r"a\.csv: a row is longer than 1,000,000 characters"):
            list(csv_rows.rows_of(many + b"1" + last, "a.csv"))


def test_lines_end_as_they_do_on_any_system() -> None:
    for end in ("\n", "\r\n", "\r"):
        written = f'a,b{end}"1{end}2",3{end}'.encode()
        assert [row for _, row in csv_rows.rows_of(written, "a.csv")] == [
            ["a", "b"],
            [f"1{end}2", "3"],
        ]
