"""The attacker on tables of the shape that publications have: unit, parent, question, count.

FEVS 2018 as somebody might publish it: every answer of agencies and their parts, counts under 10
left out and nothing else protected.
"""

from __future__ import annotations

import csv
import gzip
from collections import Counter
from pathlib import Path

import pytest
from real_surveys import DATA, needs_data

from analysis.attack import reading
from analysis.attack.residuals import subtractions

pytestmark = [pytest.mark.real_data, pytest.mark.slow, needs_data]

QUESTIONS = ("Q1", "Q37", "Q69")


@pytest.fixture(scope="module")
def counts() -> Counter[tuple[str, str, str]]:
    """(agency, part of it, question and answer) -> people."""
    found: Counter[tuple[str, str, str]] = Counter()
    with gzip.open(DATA / "fevs2018_extract.csv.gz", "rt", newline="") as file:
        for row in csv.DictReader(file):
            for question in QUESTIONS:
                found[row["AGENCY"], row["LEVEL1"], f"{question}={row[question]}"] += 1
    return found


def test_pairs_that_leave_few_are_found_in_a_real_survey_without_protection(
    counts: Counter[tuple[str, str, str]], tmp_path: Path
) -> None:
    whole: Counter[tuple[str, str]] = Counter()
    left: Counter[tuple[str, str]] = Counter()
    shown: Counter[tuple[str, str]] = Counter()
    lines = ["unit,parent,item,count"]
    for (agency, part, item), people in counts.items():
        whole[agency, item] += people
        left[agency, item] += people if people < 10 else 0
        shown[agency, item] += people >= 10
        lines.append(f"{part},{agency},{item},{people if people >= 10 else ''}")
    lines += [f"{agency},,{item},{people}" for (agency, item), people in whole.items()]
    path = tmp_path / "fevs.csv"
    path.write_text("\n".join(lines))
    found = subtractions(reading.read([path])).falls
    expected = {pair for pair, people in left.items() if 1 <= people <= 9 and shown[pair]}
    assert len(found) == len(expected) > 10
    words = {fall.words.rpartition("/")[2] for fall in found}
    for agency, item in expected:
        people = left[agency, item]
        assert f"fevs.csv: {agency}, {item}: the children leave {people} people" in words
