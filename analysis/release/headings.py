"""How columns of a Release's tables are called in a workbook, and how a workbook is read back.

A column has one heading in every sheet and a heading is of one column, so that whoever reads a
sheet (a person, or `candour attack`) finds the published table in it again.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from analysis.release.tables import Cell

NOT_SHOWN, BREAK, LOW_BASE, NOT_AVAILABLE = "[c]", "[b]", "[u]", "[x]"
EVERYBODY = "All"

SYMBOLS: Mapping[str, str] = MappingProxyType(
    {
        NOT_SHOWN: "not shown: too few people, or hidden to protect others",
        BREAK: "break in the series: figures before and after cannot be compared",
        LOW_BASE: "low base: few people answered, so the figure is rounded further and less sure",
        NOT_AVAILABLE: "not available, or does not apply here",
    }
)
"""Symbols of the standard for statistics in spreadsheets, and what they mean here."""

_BOUNDS = {"": "as given", "or_more": "or more", "or_less": "or less"}
_STATUS = {"shown": "shown", "c": NOT_SHOWN}

HEADINGS: Mapping[str, str] = MappingProxyType(
    {
        "group": "Group id",
        "measure": "Measure id",
        "item": "Statement id",
        "category": "Answer id",
        "against": "Compared with id",
        "label": "Group",
        "measure_label": "Statement or theme",
        "item_label": "Statement",
        "category_label": "Answer",
        "against_label": "Compared with",
        "process_label": "Process",
        "wave_label": "Survey",
        "characteristic": "Characteristic",
        "table": "Table id",
        "parent": "Larger group id",
        "base": "People who answered",
        "headcount": "People asked",
        "response_rate": "Response rate (%)",
        "status": "Status",
        "kind": "Kind",
        "positive": "Positive (%)",
        "positive_bound": "Positive is",
        "neutral": "Neutral (%)",
        "neutral_bound": "Neutral is",
        "negative": "Negative (%)",
        "negative_bound": "Negative is",
        "score": "Score (0 to 100)",
        "lower": "Range from",
        "upper": "Range to",
        "weighted": "Weighted positive (%)",
        "weighted_lower": "Weighted range from",
        "weighted_upper": "Weighted range to",
        "least": "Positive of everybody, at least (%)",
        "most": "Positive of everybody, at most (%)",
        "percent": "Share (%)",
        "bound": "Figure is",
        "gap": "Gap (points)",
        "smallest": "Narrowest gap it could show (points)",
        "state": "State",
        "people": "About so many people",
        "words": "In words",
        "before": "Earlier survey id",
        "after": "Later survey id",
        "items": "Statements in which it shows most, ids",
        "wave": "Survey id",
        "value": "Figure (%)",
        "comparable": "Comparable",
        "was": "Earlier groups, ids",
        "since": "First survey that can be compared, id",
        "waves": "Surveys that can be compared",
        "change": "Change (points)",
        "direction": "Direction",
        "source": "Source",
        "year": "Year",
        "ladder": "Ladder",
        "asked": "Asked for, group id",
        "rung": "Rung",
        "done": "What was done",
        "picked": "Picked because",
        "declared": "Declared on",
        "value_before": "Positive before (%)",
        "value_after": "Positive after (%)",
        "others": "Others of its kind",
        "others_change": "Change of the others (points)",
        "excess": "Change beyond the others (points)",
        "regression": "Would have come back anyway (points)",
        "process": "Process id",
        "period": "Period",
        "at_risk": "People it could happen to",
        "cases": "People it happened to",
        "rate": "Rate (%)",
        "rest_rate": "Rate of everyone else (%)",
        "rate_gap": "Gap of rates (points)",
        "gap_lower": "Gap from (points)",
        "gap_upper": "Gap to (points)",
        "ratio": "Ratio of risks",
        "ratio_lower": "Ratio from",
        "ratio_upper": "Ratio to",
        "clear": "Stands out",
        "breakdown": "Breakdown id",
        "parts_level": "Level of the parts",
        "indicator": "Evenness (R-indicator)",
        "effective": "Equally weighted answers",
        "moved": "Most that weighting moves (points)",
        "partial": "Part in unevenness",
        "missing": "Missing people",
        "item_count": "Statements of the theme",
        "alpha": "Cronbach's alpha",
        "outcome": "Outcome, statement id",
        "share": "Share of what is explained (%)",
        "first": "Best rank",
        "last": "Worst rank",
        "explained": "Explained (%)",
        "goes_with": "Goes with where people are (points)",
        "stays": "Stays (points)",
        "theme": "Theme id",
        "sensitive": "Sensitive",
        "fingerprint": "Fingerprint of the wording",
        "level": "Level of concern (%)",
        "index": "Theme is the mean of",
        "asked_of": "Asked of",
        "reading": "Counts as",
    }
)
"""Column -> heading, with columns of labels that stand beside ids in a workbook."""

Value = str | int | float
"""What stands in a cell of a sheet."""

_BACK = {heading: column for column, heading in HEADINGS.items()}
_TOLD = {NOT_AVAILABLE: "", NOT_SHOWN: "", EVERYBODY: ""} | {
    said: text for text, said in _BOUNDS.items()
}


def breakdown_heading(label: str) -> str:
    """The heading of a breakdown's column, which is no other column's."""
    return f"{label} (breakdown)"


def written(column: str, cell: Cell, *, shown: bool, everybody: bool = False) -> Value:
    """What stands in a sheet for a published cell; never nothing.

    Args:
        column: its name.
        cell: as published; None or "" where there is nothing.
        shown: whether its row is.
        everybody: whether nothing stands for everybody, as in breakdowns.
    """
    if column == "status":
        return _STATUS[str(cell)]
    if cell is None or cell == "":
        if everybody:
            return EVERYBODY
        if not shown:
            return NOT_SHOWN
        return _BOUNDS[""] if column.endswith("bound") else NOT_AVAILABLE
    if isinstance(cell, bool):
        return "yes" if cell else BREAK if column == "comparable" else "no"
    return _BOUNDS.get(cell, cell) if isinstance(cell, str) and column.endswith("bound") else cell


def columns_of(headings: Mapping[str, str]) -> dict[str, str] | None:
    """Place -> column, of the headings of a sheet that was made here; None of another one."""
    if not all(text in _BACK for text in headings.values() if not text.endswith(" (breakdown)")):
        return None
    return {place: _BACK.get(text, text.lower()) for place, text in headings.items()}


def told(column: str, text: str) -> str:
    """A cell of such a sheet as the published table has it."""
    if column == "status":
        return "c" if text == NOT_SHOWN else "shown"
    return _TOLD.get(text, text)
