"""Sheets as an accessible workbook, by gptables: import it only where the extra is installed.

gptables lays out cover, contents, notes and what stands above a table. It takes each cell through
several data frames, which is too slow for a force's answers, and turns `[a](b)` in a cell into a
link; so the rows of a table are written here, straight to the file.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, time
from datetime import date as day
from typing import Any

import pandas as pd
from xlsxwriter.workbook import Workbook

from survey.results.exporting.cover import SOURCE, Cover
from survey.results.exporting.sheets import Sheet

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it leaves a file of its own open
    import gptables
    from gptables.core.wrappers import GPWorkbook, GPWorksheet

CONTENTS, NOTES, COVER = "Contents", "Notes", "Cover"
_OPTIONS = {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
_NARROWEST, _WIDEST = 12, 60
_LAID_OUT = 0.4
"""About the share of the work that is done when all rows are laid out and none is packed."""
_LOOKED_AT = 200
"""Rows by which the width of a column is chosen."""

Told = Callable[[float], None]


def written(
    cover: Cover,
    sheets: Sequence[Sheet],
    notes: Mapping[str, str],
    closed: str,
    told: Told = lambda _: None,
) -> bytes:
    """The workbook; the same bytes for the same sheets.

    Args:
        cover: its first sheet.
        sheets: one visible sheet each, in order.
        notes: key -> words, of the notes that sheets refer to.
        closed: ISO date that the file says it was made on.
        told: told which share of the work is done, 0 to 1.
    """
    stream = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what gptables asks of newer data frames
        _write(_Book(stream, options=_OPTIONS), cover, sheets, notes, closed, told)
    return stream.getvalue()


def _write(
    book: _Book,
    cover: Cover,
    sheets: Sequence[Sheet],
    notes: Mapping[str, str],
    closed: str,
    told: Told,
) -> None:
    created = datetime.combine(day.fromisoformat(closed), time(), UTC)
    book.set_properties({"title": cover.title, "created": created})
    book.add_worksheet(COVER).write_cover(
        gptables.Cover(
            title=_plain(cover.title),
            intro=[_plain(one) for one in cover.about],
            about=[_plain(one) for one in cover.reading],
            cover_label=COVER,
            width=100,
        )
    )
    tables = {sheet.tab: _stub(number, sheet) for number, sheet in enumerate(sheets, start=1)}
    contents = book.make_table_of_contents(
        tables, column_names=["Sheet", "What it holds"], instructions="This sheet has one table."
    )
    book._update_annotations(tables)
    _lay(book.add_worksheet(CONTENTS), contents, (30, 90))
    if notes:
        words = pd.DataFrame({"key": list(notes), "Note": list(notes.values())})
        listed = book.make_notesheet(words, instructions="This sheet has one table.")
        _lay(book.add_worksheet(NOTES), listed, (14, 100))
    every, done = sum(len(sheet.rows) for sheet in sheets), 0
    for sheet in sheets:
        page = book.add_worksheet(sheet.tab)
        page.body = sheet
        page.write_gptable(tables[sheet.tab], False, book._annotations)
        done += len(sheet.rows)
        told(_LAID_OUT * done / every)
    book.close()
    told(1)


class _Page(GPWorksheet):  # type: ignore[misc]  # gptables has no types
    """A sheet whose rows are written as they are."""

    body: Sheet | None = None

    def _write_table_elements(self, pos: list[int], gptable: Any, auto_width: bool) -> list[int]:
        if self.body is None:
            below: list[int] = super()._write_table_elements(pos, gptable, auto_width)
            return below
        top, rows = gptable.data_range[0], self.body.rows
        self._put_rows(top + 1, rows)
        heading = self._workbook.add_format(self.theme.column_heading_format)
        headings = [{"header": text, "header_format": heading} for text in self.body.headings]
        last = (top + len(rows), len(headings) - 1)
        named = {"name": gptable.table_name, "columns": headings}
        self.add_table(top, 0, *last, {"autofilter": False, "style": None, **named})
        for at, width in enumerate(_widths(self.body)):
            self.set_column(at, at, width)
        self.freeze_panes(top + 1, 1)
        self.set_landscape()
        self.set_paper(9)
        self.fit_to_pages(1, 0)
        return [top + len(rows) + 1, 0]

    def _put_rows(self, top: int, rows: Sequence[tuple[str | float, ...]]) -> None:
        data = self.theme.data_format
        text = self._workbook.add_format({**data, "align": "left", "valign": "top"})
        number = self._workbook.add_format({**data, "align": "right", "valign": "top"})
        symbol = self._workbook.add_format({**data, "align": "right", "valign": "top", "italic": 1})
        put, count = self.write_string, self.write_number
        for at, row in enumerate(rows, start=top):
            for column, cell in enumerate(row):
                if isinstance(cell, str):
                    put(at, column, cell, symbol if cell[:1] == "[" and len(cell) == 3 else text)
                else:
                    count(at, column, cell, number)


class _Book(GPWorkbook):  # type: ignore[misc]
    """A workbook of such sheets."""

    def add_worksheet(self, name: str | None = None, gridlines: str = "hide_all") -> _Page:
        page: _Page = Workbook.add_worksheet(self, name, _Page)
        page.theme, page._workbook = self.theme, self
        page.hide_gridlines(2)
        return page


def _stub(number: int, sheet: Sheet) -> Any:
    """What gptables is told of a sheet: everything but its rows."""
    references = "".join(f"$${one}$$" for one in sheet.notes)
    return gptables.GPTable(
        table=pd.DataFrame([["x"] * len(sheet.headings)], columns=list(sheet.headings)),
        table_name=f"table_{number}",
        title=_plain(sheet.title) + references,
        instructions="This sheet has one table. The symbols are explained on the cover"
        + (", the notes on the sheet Notes." if sheet.notes else "."),
        source=f"Source: {SOURCE}",
        index_columns={},
    )


def _lay(page: _Page, table: Any, widths: tuple[int, ...]) -> None:
    page.write_gptable(table, False, [])
    for at, width in enumerate(widths):
        page.set_column(at, at, width)


def _widths(sheet: Sheet) -> list[int]:
    """Widths in characters: longer texts go on in the next line of their cell."""
    looked = sheet.rows[:_LOOKED_AT]
    return [
        min(_WIDEST, max(_NARROWEST, max((len(str(row[at])) + 2 for row in looked), default=0)))
        for at in range(len(sheet.headings))
    ]


def _plain(text: str) -> str:
    """A text of which gptables makes neither a link nor a note."""
    return text.replace("](", "] (").replace("$$", "$ $")
