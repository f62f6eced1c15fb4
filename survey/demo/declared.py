"""What the demo's northern board declares that it did after the second wave, as a board would."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from pathlib import Path

from analysis.beside.interventions import COLUMNS

FILE = "interventions.csv"
AFTER_CLOSE = timedelta(weeks=6)
"""How long after that wave closed the board says what it will do."""

THEME = "discrimination"
_TALKS = "Talks led by the superintendent in every shift; sergeants trained to step in"
ACTED = (
    ("command=response-north", "The board took up sexism in two of its departments"),
    ("command=brackenhill-response", _TALKS),
    ("command=dunsmere-response", _TALKS),
)
"""Groups, and what was done there."""


def write(path: Path, before: str, closed: date) -> None:
    """Write the file of interventions.

    Args:
        path: where it goes.
        before: id of the last wave before the board acted.
        closed: the day on which that wave closed.
    """
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(COLUMNS)
        for group, done in ACTED:
            day = (closed + AFTER_CLOSE).isoformat()
            rows.writerow([group, THEME, before, done, "low_score", day])
