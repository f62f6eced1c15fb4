"""A force's full export against its floor: plain XlsxWriter writing the same cells."""

from __future__ import annotations

import io
import time
from datetime import date

import pytest
import simulated_demo
import xlsxwriter
from openpyxl import load_workbook
from simulated_waves import POLICY, asked

from analysis import earlier_tallies
from analysis.publish import WaveFacts, publish
from analysis.release.model import Release
from analysis.tally import tally
from survey.demo.force import SEED
from survey.demo.truths import TRUTHS
from survey.results.exporting import files
from survey.results.exporting.files import Asked, File

SECONDS = 10.0
TIMES_THE_FLOOR = 2.0

pytestmark = pytest.mark.long


def published() -> Release:
    """The demo's second wave, with lines to the first."""
    questionnaire, book = asked()
    first, second, _ = simulated_demo.answers(SEED, TRUTHS)
    waves = [WaveFacts(f"w{at}", f"Wave {at}", date(2026, at, 1)) for at in (1, 2)]
    before = publish(book, questionnaire.plan, first, wave=waves[0], policy=POLICY)
    sums = earlier_tallies.kept(tally(book, questionnaire.plan, first), before)
    return publish(
        *(book, questionnaire.plan, second),
        wave=waves[1],
        policy=POLICY,
        previous=(before,),
        previous_tallies=(sums,),
    )


def floor(cells: list[list[tuple[object, ...]]]) -> None:
    """All sheets written by XlsxWriter alone."""
    book = xlsxwriter.Workbook(io.BytesIO(), {"in_memory": True, "strings_to_formulas": False})
    for rows in cells:
        sheet = book.add_worksheet()
        for at, row in enumerate(rows):
            sheet.write_row(at, 0, row)
    book.close()


def test_a_force_is_exported_in_under_ten_seconds() -> None:
    release = published()
    made: dict[str, File] = {}
    spent: dict[str, float] = {}
    for kind in files.FORMATS:
        begun = time.process_time()
        made[kind.id] = files.made(Asked(kind.id, ("0" * 64,), "", (release,)))
        spent[kind.id] = time.process_time() - begun
    whole, book = sum(spent.values()), made["xlsx"]
    opened = load_workbook(io.BytesIO(book.content), read_only=True)
    cells = [list(sheet.iter_rows(values_only=True)) for sheet in opened.worksheets]
    number = sum(len(row) for rows in cells for row in rows)
    begun = time.process_time()
    floor(cells)
    least = time.process_time() - begun
    times = spent["xlsx"] / least
    print(
        f"all files {whole:.1f} s; workbook {spent['xlsx']:.2f} s, {number:,} cells, {book.size}, "
        f"{times:.2f} x plain XlsxWriter ({least:.2f} s)"
    )
    assert whole < SECONDS
    assert times < TIMES_THE_FLOOR
