"""Cells of published tables survive writing and reading, and none is a formula."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.errors import ReleaseError
from analysis.release import tables
from analysis.release.tables import Column

MIXED = (
    Column("label", str, optional=False),
    Column("parent", str, optional=True),
    Column("base", int, optional=True),
    Column("score", float, optional=True),
    Column("comparable", bool, optional=False),
)
TEXT = st.text(st.characters(exclude_categories=["Cs"]))
ROW = st.tuples(
    TEXT,
    st.none() | TEXT.filter(bool),
    st.none() | st.integers(-(10**6), 10**6),
    st.none() | st.floats(0, 100).map(lambda value: round(value, 1)),
    st.booleans(),
)


@given(st.lists(ROW))
def test_any_cells_are_read_as_they_were_written(
    rows: list[tuple[str, str | None, int | None, float | None, bool]],
) -> None:
    content = tables.to_csv(MIXED, rows)
    assert tables.from_csv(content, MIXED, "mixed.csv") == rows


@given(TEXT)
def test_no_text_cell_starts_as_a_formula(text: str) -> None:
    content = tables.to_csv((Column("label", str, optional=False),), [(text,)])
    cell = next(iter(list(csv.reader(io.StringIO(content.decode(), newline="")))[1:]), [""])
    assert not "".join(cell).startswith(("=", "+", "-", "@", "\t", "\r"))


def test_negative_numbers_are_not_taken_for_formulas() -> None:
    content = tables.to_csv((Column("gap", int, optional=True),), [(-7,), (None,)])
    assert content == b"gap\n-7\n\n"


def test_a_breakdown_named_like_a_column_gets_a_heading_of_its_own() -> None:
    names = [column.name for column in tables.columns("groups", ["command", "base"])]
    assert names.count("base") == 1
    assert "base_value" in names
    assert "command" in names


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            b"label,parent,base,score,comparable\na,b,many,1.0,true\n",
            "row 2: base cannot be 'many'",
        ),
        (b"label,parent,base,score,comparable\na,b,1,1.0,yes\n", "comparable cannot be 'yes'"),
        (
            b"label,parent,base,score,comparable\na,b,1,1.0,yes\na,b,many,1.0,true\n",
            "row 2: comparable cannot be 'yes'",
        ),
        (b"label,parent,base,score,comparable\na,b\n", "row 2 has 2 cells"),
        (b"label,base\n", "does not have the columns"),
        (b"", "does not have the columns"),
        (b"\xff\xfe", "not a table"),
        (b'label,parent,base,score,comparable\n"a', "not a table"),
    ],
)
def test_a_table_that_cannot_be_read_names_file_row_and_column(
    content: bytes, message: str
) -> None:
    with pytest.raises(ReleaseError, match=message) as raised:
        tables.from_csv(content, MIXED, "mixed.csv")
    assert "mixed.csv" in str(raised.value)


def test_a_status_that_does_not_exist_is_refused() -> None:
    headings = tables.columns("distributions", [])
    content = tables.to_csv(headings, [("force", "led", "agree", 50, "", "shown")])
    with pytest.raises(ReleaseError, match="status cannot be 'open'"):
        tables.from_csv(content.replace(b"shown", b"open"), headings, "distributions.csv")
