"""The security review names a test for all that it says is met, and a reason for the rest."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
REVIEW = ROOT / "docs" / "SECURITY_REVIEW.md"
VERDICTS = {"met", "n/a", "deployer", "not met"}
OF_EACH = {
    **{1: 27, 2: 11, 3: 19, 4: 10, 5: 9, 6: 35, 7: 18, 8: 7, 9: 7},
    **{10: 29, 11: 14, 12: 9, 13: 13, 14: 9, 15: 13, 16: 16, 17: 7},
}
"""Requirements of levels 1 and 2 in the chapters of version 5.0.0."""


@dataclass(frozen=True)
class Row:
    """A requirement in the review."""

    id: str
    level: str
    verdict: str
    how: str
    tests: tuple[str, ...]


def rows(text: str) -> list[Row]:
    """Every row of the review's tables."""
    found = []
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if re.fullmatch(r"[0-9]+\.[0-9]+\.[0-9]+", cells[0]):
            tests = tuple(re.findall(r"`([^`]+)`", cells[5]))
            found.append(Row(cells[0], cells[1], cells[3], cells[4], tests))
    return found


@cache
def named_in(path: str) -> frozenset[str]:
    file = ROOT / path
    text = file.read_text() if file.is_file() else ""
    return frozenset(re.findall(r"^def (test_\w+)\(", text, re.MULTILINE))


def mistakes(text: str) -> list[str]:
    """What is wrong with a review."""
    found = []
    for row in rows(text):
        if row.verdict not in VERDICTS or row.level not in {"1", "2"} or not row.how:
            found.append(f"{row.id}: no verdict, level or reason")
        if row.verdict == "met" and not row.tests:
            found.append(f"{row.id}: no test")
        for name in row.tests:
            path, _, test = name.partition("::")
            if test not in named_in(path):
                found.append(f"{row.id}: there is no {name}")
    for verdict in VERDICTS:
        counted = sum(row.verdict == verdict for row in rows(text))
        if not re.search(rf"^\| {verdict} \|.*\| {counted} \|$", text, re.MULTILINE):
            found.append(f"{verdict}: {counted} rows")
    return found


def test_every_row_names_a_test_that_is_there_or_says_why_not() -> None:
    assert mistakes(REVIEW.read_text()) == []


def test_every_requirement_has_its_row() -> None:
    found = [row.id for row in rows(REVIEW.read_text())]
    assert len(set(found)) == len(found) == 253
    for chapter, count in OF_EACH.items():
        assert sum(one.startswith(f"{chapter}.") for one in found) == count, chapter


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("::test_a_code_sends_once`", "::test_a_code_sends_twice`"),
        ("`tests/unit/survey/collect/test_codes.py::", "`tests/unit/survey/test_gone.py::"),
        ("| n/a | none is used |", "| n/a | |"),
        ("| n/a | none is used |", "| perhaps | none is used |"),
    ],
)
def test_a_row_without_its_test_or_reason_is_noticed(old: str, new: str) -> None:
    text = REVIEW.read_text()
    assert old in text
    assert mistakes(text.replace(old, new, 1))


def test_a_row_that_is_met_by_no_test_is_noticed() -> None:
    text = re.sub(r"^(\| 1\.1\.1 .*\|) `.*$", r"\1 |", REVIEW.read_text(), flags=re.MULTILINE)
    assert mistakes(text) == ["1.1.1: no test"]
