"""Benchmarks: figures that others published of the same statements, from a small file.

A figure of others can be compared only where wording, scale and polarity are the same. The file
carries the fingerprint of what was asked elsewhere, and it is held against the item's own.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from analysis.codebook import Codebook
from analysis.csv_rows import guarded, table
from analysis.errors import DataError

COLUMNS = ["item", "statement", "fingerprint", "value", "base", "source", "year"]
"""`statement` is for the people who fill the file in, and is not read."""

_VALUE = re.compile(r"(100(\.0)?|[0-9]{1,2}(\.[0-9])?)")
_BASE = re.compile(r"[1-9][0-9]{0,8}")
_YEAR = re.compile(r"(19|20)[0-9]{2}")
_FINGERPRINT = re.compile(r"[0-9a-f]{64}")
_LONGEST = 200


@dataclass(frozen=True)
class Benchmark:
    """What somebody else published of an item.

    Attributes:
        item: id of the item that it is for.
        fingerprint: of what was asked there.
        value: percent positive.
        decimals: of `value` as it was published, 0 or 1.
        base: people who answered; None when that is not known.
    """

    item: str
    fingerprint: str
    value: float
    decimals: int
    base: int | None
    source: str
    year: int


def template(codebook: Codebook) -> str:
    """A file to fill in: a row for each item, with its fingerprint and without any figure."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(COLUMNS)
    for item in codebook.items:
        writer.writerow([item.id, guarded(item.text), item.fingerprint, "", "", "", ""])
    return stream.getvalue()


def read(path: Path, codebook: Codebook) -> tuple[Benchmark, ...]:
    """The benchmarks of a file; rows without a value are left out.

    Args:
        path: CSV with the columns of `COLUMNS`, in this order.
        codebook: has the items.

    Raises:
        DataError: names the file, the row and what is wrong in it.
    """
    found: dict[tuple[str, str, int], Benchmark] = {}
    for number, row in table(path, COLUMNS):
        where = f"{path}, row {number}"
        if not any(cell.strip() for cell in row[3:]):
            continue  # of the template, and not filled in
        one = _benchmark(where, [cell.strip() for cell in row], codebook)
        key = one.item, one.source, one.year
        if key in found:
            raise DataError(f"{where}: {one.item} of {one.source}, {one.year}, stands twice.")
        found[key] = one
    return tuple(found.values())


def comparable(one: Benchmark, codebook: Codebook) -> bool:
    """Whether the same was asked there: wording, scale and polarity."""
    return codebook.item_by_id[one.item].fingerprint == one.fingerprint


def _benchmark(where: str, row: Sequence[str], codebook: Codebook) -> Benchmark:
    item, _, fingerprint, value, base, source, year = row
    if item not in codebook.item_by_id:
        raise DataError(f"{where}: the questionnaire has no statement {item!r}.")
    problems = [
        (not _FINGERPRINT.fullmatch(fingerprint), f"the fingerprint is {fingerprint!r}; copy it "
         "from a template of the questionnaire that asked"),
        (not _VALUE.fullmatch(value), f"the value is {value!r}; it must be a percent from 0 to "
         "100 with at most one decimal"),
        (bool(base) and not _BASE.fullmatch(base), f"the base is {base!r}; it must be a number of "
         "people, or empty when that is not known"),
        (not 0 < len(source) <= _LONGEST or not source.isprintable(), "the source is missing, "
         f"or is not one line of up to {_LONGEST} characters; say who published the figure"),
        (not _YEAR.fullmatch(year), f"the year is {year!r}; it must be a year such as 2025"),
    ]  # fmt: skip
    for wrong, words in problems:
        if wrong:
            raise DataError(f"{where}: {words}.")
    decimals = len(value.partition(".")[2])
    known = int(base) if base else None
    return Benchmark(item, fingerprint, float(value), decimals, known, source, int(year))
