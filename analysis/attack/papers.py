"""A page that was saved as PDF, laid out again as the elements that an attacker looks through.

What stands in a row becomes a row of a table, headed by what stands first in it. Whatever else the
file says (properties, bookmarks, descriptions of drawings) becomes paragraphs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any

from analysis.attack.material import Page
from analysis.errors import DataError

_APART = re.compile(r" {2,}")
"""Between two cells of a row; words of a cell are one space apart."""


def read(file: Path) -> Page:
    """A PDF as a page.

    Raises:
        DataError: if it is none, or the package that reads it is not installed.
    """
    try:
        from pypdf import PdfReader
        from pypdf.errors import PyPdfError
    except ImportError:
        raise DataError(
            f"{file}: reading a PDF needs the package pypdf; `pip install candour[pdf]`."
        ) from None
    try:
        reader = PdfReader(file)
        sheets = [one.extract_text(extraction_mode="layout") for one in reader.pages]
        said = [*_said(reader)]
    except (PyPdfError, OSError) as error:
        raise DataError(f"{file}: this is not a PDF that can be read ({error}).") from None
    written = [f"<table>{''.join(_rows(sheet))}</table>" for sheet in sheets]
    return Page(str(file), "".join([*written, *(f"<p>{escape(one)}</p>" for one in said)]))


def _rows(sheet: str) -> Iterator[str]:
    """A row from each line of several cells; lines of one, and indented ones, go to its head."""
    found: list[list[str]] = [[""]]
    for line in filter(str.strip, sheet.split("\n")):
        cells = [escape(cell) for cell in _APART.split(line.strip())]
        if len(cells) > 1 and not line.startswith(" "):
            found.append(cells)
        else:
            found[-1][0] += f"<span>{' '.join(cells)}</span>"
    for head, *rest in found:
        yield f"<tr><th>{head}</th>{''.join(f'<td>{cell}</td>' for cell in rest)}</tr>"


def _said(reader: Any) -> Iterator[str]:
    """Properties, bookmarks, and every text by which something is described."""
    yield from map(str, (reader.metadata or {}).values())
    yield from _titles(reader.outline)
    for number in range(1, int(reader.trailer["/Size"])):
        one = reader.get_object(number)
        if isinstance(one, dict):
            told = (one.get(key) for key in ("/Alt", "/ActualText", "/Contents"))
            yield from (text for text in told if isinstance(text, str))


def _titles(outline: list[Any]) -> Iterator[str]:
    for one in outline:
        yield from _titles(one) if isinstance(one, list) else [str(one.title)]
