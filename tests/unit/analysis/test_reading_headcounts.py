"""Headcounts are read by group id, or refused with file and row."""

from __future__ import annotations

from pathlib import Path

import pytest

from analysis.errors import DataError
from analysis.headcounts import read
from analysis.plan import Breakdown, Table, TablePlan, Value

PLAN = TablePlan(
    (
        Breakdown(
            "command", "Command", "unit", ("command",),
            tuple(Value(v, v, "command", None, frozenset({v})) for v in ("north", "south")),
        ),
    ),
    (Table("command", ("command",), (None,)),),
)  # fmt: skip


def counted(folder: Path, text: str) -> dict[str, int]:
    path = folder / "headcount.csv"
    path.write_text(text, encoding="utf-8-sig")
    return read(path, PLAN)


def test_headcounts_are_read_by_group(tmp_path: Path) -> None:
    text = "group,headcount\nforce,300\ncommand=north,120\n"
    assert counted(tmp_path, text) == {"force": 300, "command=north": 120}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "the file is empty"),
        ("unit,people\n", "row 1: the columns are unit,people"),
        ("group,headcount\ncommand=east,3\n", "row 2: the questionnaire declares no group"),
        ("group,headcount\ncommand=east,3\n", "groups are named like"),
        (
            "group,headcount\ncommand=nort,3\n",
            "no group 'command=nort'; did you mean 'command=north'",
        ),
        ("group,headcount\nforce,3\nforce,3\n", "row 3: the group 'force' stands twice"),
        ("group,headcount\nforce,-3\n", "row 2: the headcount of 'force' is '-3'"),
        ("group,headcount\nforce,3.5\n", "it must be a number"),
        ("group,headcount\nforce,\n", "it must be a number"),
        ("group,headcount\nforce,٣\n", "it must be a number"),
        ("group,headcount\nforce,3,4\n", "there are 3 cells"),
    ],
)
def test_a_wrong_row_is_an_error_that_says_which(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(DataError, match=sentence) as caught:
        counted(tmp_path, text)
    assert "headcount.csv" in str(caught.value)


def test_names_are_looked_for_in_the_first_few_mistakes_alone(tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        counted(tmp_path, "group,headcount\n" + "command=nort,3\n" * 20)
    assert str(caught.value).count("did you mean") == 5


def test_every_mistake_is_told_and_not_the_first_alone(tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        counted(tmp_path, "group,headcount\nforce,x\ncommand=east,y\nforce,3,4\nforce,5\n")
    rows = [line.split(", row ")[1].split(":")[0] for line in str(caught.value).splitlines()]
    assert rows == ["2", "3", "3", "4", "5"]


def test_a_long_list_of_mistakes_is_cut(tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        counted(tmp_path, "group,headcount\n" + "force,x\n" * 80)
    *told, last = str(caught.value).splitlines()
    assert (len(told), last) == (50, "And 109 more mistakes.")
