"""Figures of others for the demo: an invented national survey, so that pages have a benchmark."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from analysis.beside.benchmarks import COLUMNS
from analysis.codebook import Codebook

FILE = "benchmarks.csv"
SOURCE = "National police survey (invented)"
ELSEWHERE = "Survey of another force (invented)"

FIGURES = {
    "manager_support": ("61", "48200"),
    "challenge_safe": ("54", "48100"),
    "fair_treatment": ("63", "48300"),
    "workload": ("58", ""),
}
"""Item -> percent positive and how many answered; nobody said how many of the last."""
REWORDED = ("retention", "57", "5300")
"""Of a statement that was worded otherwise there, so that it cannot be compared."""


def write(folder: Path, codebook: Codebook, year: int) -> Path:
    """Write the file that a wave is opened with; returns its path."""
    path = folder / FILE
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows([COLUMNS, *_rows(codebook, year)])
    return path


def _rows(codebook: Codebook, year: int) -> Iterator[list[str]]:
    for item, (value, base) in FIGURES.items():
        one = codebook.item_by_id[item]
        yield [item, one.text, one.fingerprint, value, base, SOURCE, str(year)]
    item, value, base = REWORDED
    yield [item, "", "0" * 64, value, base, ELSEWHERE, str(year)]
