"""Saved pages: what stands in their markup, seen or not, at what is not shown.

A row of which every cell says `[c]` is a row that is not shown. The rules, which need no truth:

- All cells `[c]` of a table have the same markup, whatever row they stand in.
- A row that is not shown has no digit in its cells, in no attribute and no hidden text. What an
  earlier survey told may stand beside it.
- Of drawings, all `[c]` of one drawing stand at the same height.
- No comment in the markup and no hidden element has a digit in it.

With the truth in hand, a number tells something where it is that of a hidden group and stands in
one element, row or record with the group's id or name; numbers anywhere else are chance.
"""

from __future__ import annotations

import re

from analysis.attack.elements import DRAWN, Node, numbers
from analysis.attack.findings import Tried
from analysis.attack.material import Material

HIDDEN = "[c]"
_PLACED = {"x", "x1", "x2", "cx"}
_RANGE = r"(?: \(\d+ to \d+\))?"
_EARLIER = re.compile(
    rf"\d+%(?: or (?:less|more))?{_RANGE}(?:, weighted \d+%{_RANGE})?(?:, rounded to \d+)? then, "
    r"(?=\[c\] now)"
)
"""A figure of an earlier survey and its range, beside what is not shown any more."""


def pages(material: Material) -> Tried:
    """Colours, titles, labels, coordinates, hidden text and comments at what is not shown."""
    tried = Tried()
    for page in material.pages:
        root, comments = page.parsed
        for table in root.every("table"):
            _table(tried, page.name, table)
        for drawing in root.every("svg"):
            _drawing(tried, page.name, drawing)
        for comment in comments:
            tried.count()
            if numbers(comment):
                tried.fell(f"{page.name}: a comment in the markup says “{comment.strip()[:60]}”")
        for node in root.every("tr", "td", "th", "li", "p", "div", "span"):
            if "hidden" in node.attributes or "display:none" in _style(node):
                tried.count()
                if numbers(node.told):
                    tried.fell(f"{page.name}: hidden in the page: “{node.text.strip()[:60]}”")
    return tried


def _table(tried: Tried, name: str, table: Node) -> None:
    ways: dict[str, str] = {}
    for row in table.every("tr"):
        head = next(iter(row.every("th")), None)
        where = "" if head is None else " ".join(head.text.split())
        cells = list(row.every("td"))
        empty = [cell for cell in cells if HIDDEN in cell.text]
        for cell in empty:
            tried.count()
            if not _EARLIER.search(cell.text):
                ways.setdefault(cell.written + str(sorted(cell.attributes.items())), where)
        if cells and len(empty) == len(cells):
            tried.count()
            told = {
                one for cell in cells for one in numbers(_EARLIER.sub("", cell.told))
            } | {one for key, value in row.attributes.items() if key not in DRAWN
                 for one in numbers(value)}  # fmt: skip
            if told:
                tried.fell(f"{name}: {', '.join(sorted(told))} stands at {where}, which is hidden")
    if len(ways) > 1:
        rows = " and ".join(list(ways.values())[:2])
        tried.fell(f"{name}: what is not shown is written differently, at {rows}")


def _drawing(tried: Tried, name: str, drawing: Node) -> None:
    ways = set()
    for node in drawing.every("text"):
        if HIDDEN in node.text:
            tried.count()
            ways.add(str(sorted((k, v) for k, v in node.attributes.items() if k not in _PLACED)))
    if len(ways) > 1:
        tried.fell(f"{name}: a drawing puts what is not shown in {len(ways)} different ways")


def _style(node: Node) -> str:
    return node.attributes.get("style", "").replace(" ", "").lower()
