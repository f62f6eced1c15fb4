"""Spreadsheets as published: the tables in their sheets, and everything that nobody sees there.

A number in what is not seen is a leftover: of a hidden sheet, row or column, of a format that shows
nothing, of a note, a name, a property, a formula of numbers alone, or of any part that a sheet does
not show, such as the cache of a pivot table. So is a format in which one `[c]` of a column differs
from the others. What is seen and cached at once (the values of a
chart) is no leftover.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from analysis.attack.archives import links, parts, tree
from analysis.attack.elements import Node, numbers
from analysis.attack.markup import HIDDEN
from analysis.attack.material import Record, Sheet, Unseen, Workbook
from analysis.errors import DataError
from analysis.release import headings

_BOOK, _STRINGS, _STYLES = "xl/workbook.xml", "xl/sharedStrings.xml", "xl/styles.xml"
_PLACE = re.compile(r"([A-Z]+)(\d+)")
_REFERENCE = re.compile(r"'[^']*'!|\w+!|\$?\b[A-Z]{1,3}\$?\d+\b")
_HARMLESS = re.compile(
    r"\[Content_Types\]\.xml|.*\.rels|docProps/app\.xml|xl/(chartsheets|media|theme)/.*"
    r"|xl/(calcChain|metadata|sharedStrings|styles|workbook)\.xml|xl/printerSettings/.*|.*/"
)
"""Parts that say how the file is laid out; pictures are seen in their sheets."""

_DRAWN = re.compile(r"xl/(charts|drawings|worksheets)/")
_SAID = {"t", "v", "div", "font", "span"}
"""Elements with the words and values of what is drawn; the others place it."""

_NOT_TOLD = {"title", "creator", "lastModifiedBy", "created", "modified", "lastPrinted", "version"}
"""Properties of which a number says when and by whom the file was written."""


@dataclass(frozen=True)
class _Cell:
    """A cell: its text as stored, its formula, whether it is seen, and its format's number."""

    text: str
    number: bool
    formula: str
    seen: bool
    style: str = "0"


Cells = Mapping[tuple[int, str], _Cell]
"""Row number and column letters -> cell, in the order of the sheet."""


def read(file: Path) -> Workbook:
    """Everything in a workbook.

    Raises:
        DataError: the file is no workbook.
    """
    found = parts(file)
    if _BOOK not in found:
        raise DataError(f"{file}: this is no workbook; save the spreadsheet as .xlsx.")
    try:
        return _Reader(file, found).workbook()
    except (KeyError, ValueError):
        raise DataError(f"{file}: a sheet is not laid out as one; save it again.") from None


class _Reader:
    def __init__(self, file: Path, found: Mapping[str, bytes]) -> None:
        self._file, self._parts = file, found
        self._strings = [_words(one) for one in self._tree(_STRINGS).every("si")]
        self._used: set[int] = set()
        self._sheets: set[str] = set()
        self._blank = frozenset(self._formats_that_show_nothing())

    def workbook(self) -> Workbook:
        """The sheets in order, then what is left behind."""
        book = self._tree(_BOOK)
        at = links(_BOOK, self._parts, self._file)
        sheets = {}
        for one in book.every("sheet"):
            part = at.get(one.attributes.get("id", ""), "")
            if part in self._parts:
                shown = one.attributes.get("state", "visible") == "visible"
                self._sheets.add(part)
                sheets[one.attributes.get("name", part)] = self._cells(part, shown)
        every = [cell for cells in sheets.values() for cell in cells.values()]
        seen = {cell.text for cell in every if cell.seen}
        unseen = (
            *(one for name, cells in sheets.items() for one in _in_sheet(name, cells, seen)),
            *_in_names(book),
            *self._in_parts({number for text in seen for number in numbers(text)}),
        )
        tables = (_table(f"{self._file}: {name}", cells) for name, cells in sheets.items())
        looked = len(every) + len(self._parts)
        return Workbook(str(self._file), tuple(one for one in tables if one), unseen, looked)

    def _tree(self, part: str) -> Node:
        content = self._parts.get(part)
        return Node("", {}) if content is None else tree(self._file, part, content)

    def _formats_that_show_nothing(self) -> Iterator[int]:
        """Positions of the cell formats such as `;;;`."""
        styles = self._tree(_STYLES)
        empty = {
            one.attributes.get("numFmtId")
            for one in styles.every("numFmt")
            if not one.attributes.get("formatCode", "0").strip("; ")
        }
        for formats in styles.every("cellXfs"):
            for at, one in enumerate(formats.every("xf")):
                if one.attributes.get("numFmtId") in empty:
                    yield at

    def _cells(self, part: str, shown: bool) -> Cells:
        sheet = self._tree(part)
        hidden = [
            range(int(one.attributes["min"]), int(one.attributes["max"]) + 1)
            for one in sheet.every("col")
            if _is_hidden(one, "width")
        ]
        found: dict[tuple[int, str], _Cell] = {}
        for at, row in enumerate(sheet.every("row"), start=1):
            number = int(row.attributes.get("r", at))
            row_shown = shown and not _is_hidden(row, "ht")
            for column, cell in enumerate(row.every("c"), start=1):
                place = _PLACE.fullmatch(cell.attributes.get("r", ""))
                letters = place[1] if place else _letters(column)
                across = not any(_position(letters) in one for one in hidden)
                style = cell.attributes.get("s", "0")
                styled = int(cell.attributes.get("s", "0")) not in self._blank
                seen = row_shown and across and styled
                found[number, letters] = replace(self._cell(cell, seen), style=style)
        return found

    def _cell(self, cell: Node, seen: bool) -> _Cell:
        kind = cell.attributes.get("t", "n")
        text = "".join(one.text for one in cell.every("v"))
        if kind == "s" and text.isdigit() and int(text) < len(self._strings):
            self._used.add(int(text))
            text = self._strings[int(text)]
        elif kind == "inlineStr":
            text = _words(cell)
        number = kind == "n" and bool(text)
        if number and re.fullmatch(r"-?\d+\.0*", text):
            text = text.partition(".")[0]
        return _Cell(text.strip(), number, "".join(one.text for one in cell.every("f")), seen)

    def _in_parts(self, seen: set[str]) -> Iterator[Unseen]:
        """Strings that no cell has, and parts that are no sheets."""
        for at, text in enumerate(self._strings):
            if at not in self._used and numbers(text):
                yield Unseen("a text that no cell shows", text)
        for part, content in self._parts.items():
            if part in self._sheets or _HARMLESS.fullmatch(part):
                continue
            if not part.endswith((".xml", ".vml")):
                yield Unseen(part, "a file inside the file, which is not read")
                continue
            # What a chart draws is seen in it, if it is seen in a cell as well.
            known = seen if part.startswith("xl/charts/") else set[str]()
            for text in self._told(part, content):
                if numbers(text) - known:
                    yield Unseen(part, text)

    def _told(self, part: str, content: bytes) -> Iterator[str]:
        """The texts of a part, and what the cache of a pivot table holds in attributes."""
        drawn, written = _DRAWN.match(part), part.startswith("docProps/")
        for one in tree(self._file, part, content).every():
            own = " ".join(text for text in one.inside if isinstance(text, str)).strip()
            told = one.name in _SAID if drawn else not (written and one.name in _NOT_TOLD)
            if own and told:
                yield own
            if "pivotCache" in part and one.name in ("n", "s"):
                yield one.attributes.get("v", "")


def _in_sheet(name: str, cells: Cells, seen: set[str]) -> Iterator[Unseen]:
    ways: dict[str, tuple[str, str]] = {}
    for (row, column), cell in cells.items():
        where = f"{name}!{column}{row}"
        if cell.text == HIDDEN:
            style, first = ways.setdefault(column, (cell.style, where))
            if cell.style != style:
                yield Unseen(f"{where}, in another format than in {first}", cell.text)
        # The names of what stands beside them may be there to sort or to look up.
        if not cell.seen and (cell.number or (numbers(cell.text) and cell.text not in seen)):
            yield Unseen(f"{where}, which is hidden", cell.text)
        if cell.formula and numbers(cell.formula) and not _REFERENCE.search(cell.formula):
            yield Unseen(f"the formula in {where}", cell.formula)


def _in_names(book: Node) -> Iterator[Unseen]:
    for one in book.every("definedName"):
        if numbers(_REFERENCE.sub("", one.text)):
            yield Unseen(f"the name {one.attributes.get('name', '')}", one.text)


def _table(name: str, cells: Cells) -> Sheet | None:
    """The first table of a known shape in a sheet, which may have titles above and notes below."""
    rows: dict[int, dict[str, str]] = {}
    for (number, column), cell in cells.items():
        if cell.text:
            rows.setdefault(number, {})[column] = cell.text
    for number, head in rows.items():
        ours = headings.columns_of(head)
        columns = ours or {letters: text.lower() for letters, text in head.items()}
        records = tuple(_records(rows, number, columns))
        if ours:
            records = tuple(
                {column: headings.told(column, text) for column, text in one.items()}
                for one in records
            )
        table = Sheet(name, tuple(columns.values()), records)
        if table.table and len(set(table.columns)) == len(columns):
            return table
    return None


def _records(
    rows: Mapping[int, Mapping[str, str]], head: int, columns: Mapping[str, str]
) -> Iterator[Record]:
    number = head + 1
    while number in rows:
        yield {text: rows[number].get(letters, "") for letters, text in columns.items()}
        number += 1


def _is_hidden(one: Node, size: str) -> bool:
    """Whether a row or column is hidden, or has no height or width."""
    return one.attributes.get("hidden") in ("1", "true") or (
        size in one.attributes and float(one.attributes[size]) == 0
    )


def _words(one: Node) -> str:
    return "".join(text.text for text in one.every("t"))


def _position(letters: str) -> int:
    """1 for A, 27 for AA."""
    found = 0
    for letter in letters:
        found = 26 * found + ord(letter) - ord("A") + 1
    return found


def _letters(position: int) -> str:
    found = ""
    while position:
        position, left = divmod(position - 1, 26)
        found = chr(ord("A") + left) + found
    return found
