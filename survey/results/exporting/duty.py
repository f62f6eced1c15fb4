"""The tables that a report on the public sector equality duty needs."""

from __future__ import annotations

from collections.abc import Iterator

from analysis.plan import FORCE
from analysis.release import headings
from analysis.release.headings import HEADINGS
from analysis.release.model import Release
from analysis.release.rows import GroupRow, MeasureRow
from analysis.release.tables import Cell
from survey.results.equality import PROTECTED
from survey.results.exporting.sheets import CHANCE, HIDDEN, RANGE, ROUNDED, Row, Sheet
from survey.results.scope import picked

_ANSWERED = ("base", "headcount", "response_rate", "status")
_SAID = ("base", "positive", "positive_bound", "lower", "upper")
_FOUND = ("kind", "state", "gap", "lower", "upper", "people", "words")


def of_duty(release: Release) -> Iterator[Sheet]:
    """Who answered, what they said beside everyone else, and what stands out; empty ones not."""
    for sheet in (_answered(release), _said(release), _found(release)):
        if sheet.rows:
            yield sheet


def _named(release: Release, *, crossed: bool) -> Iterator[tuple[str, GroupRow]]:
    """Each characteristic and its groups, alone or with those where it is crossed."""
    known = {one.id for one in release.manifest.breakdowns}
    for name, ids in PROTECTED.items():
        for one in ids:
            if one not in known:
                continue
            for row in release.groups:
                by = dict(picked(release, row))
                if one in by and (crossed or len(by) == 1):
                    yield name, row


def _answered(release: Release) -> Sheet:
    names = ("label", *_ANSWERED, "group", "table", "parent")
    rows = [
        (name, row.label, *_cells(row, names[1:])) for name, row in _named(release, crossed=False)
    ]
    title = "Who answered, by protected characteristic"
    return _sheet("Equality, who answered", title, names, rows, (ROUNDED, HIDDEN))


def _said(release: Release) -> Sheet:
    names = (
        *("label", "measure_label", *_SAID, "gap", "gap_lower", "gap_upper", "status"),
        *("kind", "group", "measure"),
    )
    rows = [
        found
        for name, group in _named(release, crossed=False)
        for measure in release.measures
        if (found := _said_of(release, name, group, measure))
    ]
    title = "What was said beside everyone else, by protected characteristic"
    return _sheet("Equality, what was said", title, names, rows, (ROUNDED, HIDDEN, RANGE, CHANCE))


def _said_of(release: Release, name: str, group: GroupRow, measure: MeasureRow) -> Row | None:
    row = release.estimate_by_key.get((group.group, measure.measure))
    if row is None:
        return None
    made = release.comparison_by_key.get((group.group, measure.measure, FORCE))
    gap: tuple[Cell, ...] = (None, None, None)
    if made is not None and made.status == "shown":
        gap = (made.gap, made.lower, made.upper)
    shown = row.status == "shown"
    beside = [headings.written("gap", one, shown=shown) for one in gap]
    cells = (*_cells(row, _SAID), *beside, headings.written("status", row.status, shown=shown))
    return (name, group.label, measure.label, *cells, row.kind, group.group, measure.measure)


def _found(release: Release) -> Sheet:
    """Everything the rule raised of these groups, also where they are crossed with others."""
    names = ("label", "measure_label", *_FOUND, "group", "measure", "against")
    rows = []
    for name, group in _named(release, crossed=True):
        for row in release.concerns:
            if row.group == group.group:
                measure = release.measure_by_id[row.measure]
                ids = (row.group, row.measure, row.against or headings.NOT_AVAILABLE)
                rows.append((name, group.label, measure.label, *_cells(row, _FOUND), *ids))
    title = "Areas of concern and strengths, by protected characteristic"
    return _sheet("Equality, what stands out", title, names, rows, (RANGE, CHANCE))


def _cells(row: object, names: tuple[str, ...]) -> Row:
    shown = getattr(row, "status", "shown") == "shown"
    return tuple(headings.written(one, getattr(row, one), shown=shown) for one in names)


def _sheet(
    tab: str, title: str, names: tuple[str, ...], rows: list[Row], notes: tuple[str, ...]
) -> Sheet:
    columns = ("characteristic", *names)
    return Sheet(tab, title, tuple(HEADINGS[one] for one in columns), rows, notes)
