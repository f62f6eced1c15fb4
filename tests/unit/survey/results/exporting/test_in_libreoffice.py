"""LibreOffice gives back every cell of a workbook; `make office` installs it."""

from __future__ import annotations

import csv
import shutil
import subprocess
from pathlib import Path

import pytest
from fixtures_exports import BOARD, FORCE, file, opened, rows_of

OFFICE = shutil.which("soffice") or shutil.which("libreoffice")
EVERY_SHEET = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,false,false,false,-1"
"""UTF-8 with commas, cells as they are stored, a file for each sheet."""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.office,
    pytest.mark.skipif(OFFICE is None, reason="LibreOffice is not there; make office installs it"),
]


FILES = (("xlsx", BOARD), ("all-waves", FORCE))


def test_libreoffice_reads_every_cell_as_it_was_published(tmp_path: Path) -> None:
    names = [file(*one).name for one in FILES]
    for one, name in zip(FILES, names, strict=True):
        (tmp_path / name).write_bytes(file(*one).content)
    assert OFFICE is not None
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    order = [OFFICE, profile, "--headless", "--convert-to", EVERY_SHEET, "--outdir", "."]
    subprocess.run([*order, *names], cwd=tmp_path, check=True, capture_output=True, timeout=120)
    for one, name in zip(FILES, names, strict=True):
        for sheet in opened(*one).worksheets:
            path = tmp_path / f"{name.removesuffix('.xlsx')}-{sheet.title}.csv"
            found = list(csv.reader(path.read_text(encoding="utf-8").splitlines(keepends=True)))
            assert str(sheet["A1"].value) == found[0][0]
            if sheet.tables:
                expected = [[_plain(cell) for cell in row] for row in rows_of(sheet)]
                below = [row[: len(expected[0])] for row in found[-len(expected) :]]
                assert below == expected, sheet.title


def _plain(cell: object) -> str:
    if isinstance(cell, float) and cell == int(cell):
        return str(int(cell))
    return str(cell)
