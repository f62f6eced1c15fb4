"""What stands in published files where nobody sees it."""

from __future__ import annotations

from analysis.attack.findings import Tried
from analysis.attack.material import Material

_MOST = 60
"""Characters of a leftover that are said."""


def workbooks(material: Material) -> Tried:
    """Numbers in hidden sheets, rows and columns, notes, names, properties and caches."""
    tried = Tried()
    for book in material.workbooks:
        tried.count(book.looked)
        for one in book.unseen:
            tried.fell(f"{book.name}: “{one.text[:_MOST]}” stands in {one.where}")
    return tried
