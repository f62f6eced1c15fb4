"""Whole files of the invented Releases, made once for all tests, and how they are read back."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from functools import cache

from fixtures_release import NORTH, WAVES, make_release
from openpyxl import load_workbook
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from analysis.release import tables
from analysis.release.model import Release
from survey.results.exporting import files
from survey.results.exporting.files import File

FORCE, BOARD = "", NORTH
KEPT = {"", "leadership", "grievance", "leadership-1"}


@cache
def releases() -> dict[str, Release]:
    """Hash -> the Release of each wave, oldest first, with a few measures only."""
    return {str(at) * 64: slim(make_release(wave)) for at, wave in enumerate(WAVES, start=1)}


def slim(release: Release) -> Release:
    """A Release with two themes and a statement, which any program opens at once."""
    changed = {"measures": tuple(row for row in release.measures if row.measure in KEPT)}
    for name in tables.ROWS.keys() - {"measures", "categories", "groups"}:
        rows = getattr(release, name)
        changed[name] = tuple(
            row for row in rows if {getattr(row, "measure", ""), getattr(row, "item", "")} <= KEPT
        )
    return replace(release, **changed)


def newest() -> Release:
    """The Release of the last wave."""
    return list(releases().values())[-1]


@cache
def file(kind: str, command: str = FORCE) -> File:
    """A file of the last wave."""
    found = next(one for one in files.FORMATS if one.id == kind)
    return files.made(files.asked(found, releases(), newest().manifest.wave, command))


@cache
def opened(kind: str, command: str = FORCE) -> Workbook:
    """A workbook as openpyxl reads it."""
    return load_workbook(io.BytesIO(file(kind, command).content))


def rows_of(sheet: Worksheet) -> Iterator[list[object]]:
    """The rows of a sheet's one table, headings first."""
    (table,) = sheet.tables.values()
    for row in sheet[table.ref]:
        yield [cell.value for cell in row]
