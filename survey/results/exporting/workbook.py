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
from math import ceil
from typing import Any

import pandas as pd
from xlsxwriter.workbook import Workbook

from analysis.release.headings import Value
from survey.errors import SettingsError
from survey.results.exporting.cover import SOURCE, Cover
from survey.results.exporting.sheets import Row, Sheet

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it leaves a file of its own open
    import gptables
    from gptables.core.wrappers import GPWorkbook, GPWorksheet

CONTENTS, NOTES, COVER = "Contents", "Notes", "Cover"
_OPTIONS = {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
_NARROWEST, _WIDEST, _FROZEN, _PAGE = 14, 60, 44, 100
"""Widths of columns in characters: at least, at most, of the first one at most, of running text."""
_LINE, _LETTER = 16.0, 1.2
"""Points of a line of text, and widths of a column's character that a letter takes."""
_INSTEAD = (
    "take the zipped tables, which hold the same figures (`candour export` has --format csvw)"
)
_LAID_OUT = 0.4
"""About the share of the work that is done when all rows are laid out and none is packed."""

_MOST_ROWS = 1_048_000
"""Of a table: a sheet ends at row 1,048,576, and what is above the table has a few."""

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

    Raises:
        SettingsError: when a sheet would have to leave out rows or a part of a text.
    """
    for sheet in sheets:
        if len(sheet.rows) > _MOST_ROWS:
            raise SettingsError(
                f"The sheet {sheet.tab} would have {len(sheet.rows):,} rows, and a sheet of a "
                f"workbook holds {_MOST_ROWS:,} at most; {_INSTEAD}."
            )
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
    _write_cover(book.add_worksheet(COVER), cover)
    tables = {sheet.tab: _stub(number, sheet) for number, sheet in enumerate(sheets, start=1)}
    contents = book.make_table_of_contents(
        tables, column_names=["Sheet", "What it holds"], instructions="This sheet has one table."
    )
    book._update_annotations(tables)
    _lay(book.add_worksheet(CONTENTS), contents, (30, 90))
    if notes:
        words = pd.DataFrame({"key": list(notes), "Note": list(notes.values())})
        listed = book.make_notesheet(words, instructions="This sheet has one table.")
        _lay(book.add_worksheet(NOTES), listed, (_NARROWEST, _PAGE), list(notes.values()))
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
        widths = _widths(self.body)
        self._put_rows(top + 1, rows, widths)
        heading = self._workbook.add_format(self.theme.column_heading_format)
        headings = [{"header": text, "header_format": heading} for text in self.body.headings]
        last = (top + len(rows), len(headings) - 1)
        named = {"name": gptable.table_name, "columns": headings}
        done = self.add_table(top, 0, *last, {"autofilter": False, "style": None, **named})
        self._expect(done)
        self.set_row(top, _height(self.body.headings, widths))
        for at, width in enumerate(widths):
            self.set_column(at, at, width)
        self.freeze_panes(top + 1, 1)
        return [top + len(rows) + 1, 0]

    def _put_rows(self, top: int, rows: Sequence[Row], widths: Sequence[int]) -> None:
        left = {**self.theme.data_format, "align": "left", "valign": "top"}
        text = self._workbook.add_format(left)
        number = self._workbook.add_format({**left, "align": "right", "indent": 1})
        numeric = [any(not isinstance(cell, str) for cell in column) for column in zip(*rows)]  # noqa: B905
        put, count = self.write_string, self.write_number
        for at, row in enumerate(rows, start=top):
            for column, cell in enumerate(row):
                if isinstance(cell, str):
                    done = put(at, column, cell, number if numeric[column] else text)
                else:
                    done = count(at, column, cell, number)
                if done:
                    self._expect(done)
            height = _height(row, widths)
            if (
                height > _LINE
            ):  # A program that does not look for itself would write lines over lines.
                self.set_row(at, height)

    def _expect(self, done: int) -> None:
        """Refuse what was left out or cut: XlsxWriter returns a negative number, and goes on."""
        if done:
            raise SettingsError(
                f"The sheet {self.get_name()} has more rows, or a longer text, than a workbook "
                f"holds; {_INSTEAD}."
            )


class _Book(GPWorkbook):  # type: ignore[misc]
    """A workbook of such sheets."""

    def add_worksheet(self, name: str | None = None, gridlines: str = "hide_all") -> _Page:
        page: _Page = Workbook.add_worksheet(self, name, _Page)
        page.theme, page._workbook = self.theme, self
        page.hide_gridlines(2)
        page.set_landscape()
        page.set_paper(9)
        page.fit_to_pages(1, 0)
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


def _write_cover(page: _Page, cover: Cover) -> None:
    page.write_cover(
        gptables.Cover(
            title=_plain(cover.title),
            intro=[_plain(one) for one in cover.about],
            about=[_plain(one) for one in cover.reading],
            cover_label=COVER,
            width=_PAGE,
        )
    )
    lines = ("", "", *cover.about, "", *cover.reading)  # a title, and one above each part
    _heighten(page, 0, lines)


def _lay(page: _Page, table: Any, widths: tuple[int, int], long: Sequence[str] = ()) -> None:
    """A sheet of gptables' own; `long` are the texts of its second column, where they are long."""
    page.write_gptable(table, False, [])
    for at, width in enumerate(widths):
        page.set_column(at, at, width)
    _heighten(page, table.data_range[0] + 1, long)


def _heighten(page: _Page, top: int, texts: Sequence[str]) -> None:
    """Make room for running text in the rows from `top` on."""
    for at, text in enumerate(texts, start=top):
        height = _height([text], [_PAGE])
        if height > _LINE:
            page.set_row(at, height)


def _height(row: Sequence[Value], widths: Sequence[int]) -> float:
    """Points that a row needs: long texts go on in the next line of their cell."""
    lines = max(
        (ceil(_LETTER * len(cell) / width) for cell, width in zip(row, widths, strict=True)
         if isinstance(cell, str) and _LETTER * len(cell) > width),
        default=1,
    )  # fmt: skip
    return _LINE * lines


def _widths(sheet: Sheet) -> list[int]:
    """Widths in characters, by the longest text of each column."""
    columns = zip(*sheet.rows, strict=True)
    longest = [max(len(one) if isinstance(one, str) else 8 for one in cells) for cells in columns]
    wanted = [min(_WIDEST, max(_NARROWEST, ceil(_LETTER * one) + 1)) for one in longest]
    return [min(_FROZEN, wanted[0]), *wanted[1:]]


def _plain(text: str) -> str:
    """A text of which gptables makes neither a link nor a note."""
    return text.replace("](", "] (").replace("$$", "$ $")
