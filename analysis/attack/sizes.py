"""Sizes: rows that are not shown take up the same room, and files hold nothing that is not read."""

from __future__ import annotations

from collections.abc import Iterator

from analysis.attack.elements import Node
from analysis.attack.findings import Tried
from analysis.attack.markup import HIDDEN
from analysis.attack.material import Material, Page, Sheet

_LOOKS = ("class", "style", "hidden", "height")


def sizes(material: Material) -> Tried:
    """How long rows are beyond their labels, and files beyond what is read of them.

    Then the size of a file follows from what anybody reads in it, and tells nothing besides.
    """
    tried = Tried()
    for name, spare in material.spare.items():
        tried.count()
        if spare:
            tried.fell(f"{name}: {spare:,} bytes belong to nothing that is shown in the file")
    for sheet in material.sheets:
        tried.count(len(sheet.beyond))
        tried.add(_rows(sheet))
    for page in material.pages:
        for table in page.parsed[0].every("table"):
            tried.add(_table(tried, page, table))
    return tried


def _rows(sheet: Sheet) -> Iterator[str]:
    """Rows of a CSV file that are not shown, of which one has more quotes or spaces than others."""
    if not sheet.beyond or "status" not in sheet.columns:
        return
    first: tuple[int, str] | None = None
    for row, length in zip(sheet.rows, sheet.beyond, strict=True):
        if row["status"] != "c":
            continue
        name = row.get("group", "")
        first = first or (length, name)
        if length != first[0]:
            more = f"{length - first[0]:+} characters"
            yield f"{sheet.name}: the row of {name} is longer or shorter than others ({more})"


def _table(tried: Tried, page: Page, table: Node) -> Iterator[str]:
    """Rows of a page that are not shown, and drawn otherwise than the first of them."""
    first = None
    for row in table.every("tr"):
        cells = list(row.every("td"))
        if not cells or any(HIDDEN not in cell.text for cell in cells):
            continue
        tried.count()
        looks = {one: row.attributes.get(one) for one in _LOOKS}
        drawn = (sorted(row.attributes), looks)
        first = first or drawn
        if drawn != first:
            head = next((" ".join(one.text.split()) for one in row.every("th")), "")
            yield f"{page.name}: the row of {head}, which is hidden, is drawn otherwise than others"
