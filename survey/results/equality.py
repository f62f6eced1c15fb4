"""Disparity by protected characteristic, in the shape of a public sector equality duty report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from analysis.plan import FORCE
from analysis.release.model import BreakdownFacts, Release
from analysis.release.rows import GroupRow, MeasureRow
from survey.results import findings, response, words
from survey.results.findings import Finding
from survey.results.reading import Reading
from survey.results.rounded import further
from survey.results.scope import Scope, picked

PROTECTED: Mapping[str, tuple[str, ...]] = {
    "Age": ("age",),
    "Disability": ("disability", "condition"),
    "Gender reassignment": ("gender_identity",),
    "Marriage and civil partnership": ("marital_status",),
    "Pregnancy and maternity": ("pregnancy",),
    "Race": ("ethnicity",),
    "Religion or belief": ("religion",),
    "Sex": ("sex",),
    "Sexual orientation": ("orientation",),
}
"""The characteristics of the Equality Act 2010 -> ids of breakdowns that are about each."""


@dataclass(frozen=True)
class Cell:
    """A theme in a group: percent positive, and the gap to everyone else with its range.

    Attributes:
        mark: "concern" or "strength" where the rule raised the gap.
    """

    figure: str
    gap: str = ""
    mark: str = ""


@dataclass(frozen=True)
class Line:
    """A group: how many answered, and a cell for each theme."""

    answered: response.ResponseRow
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Characteristic:
    """A protected characteristic that the survey asked about.

    Attributes:
        id: of the breakdown; `asked` what the survey calls it.
        lines: its groups, in the order of the questionnaire.
        findings: what stands out among its groups, and where it is crossed with something else.
    """

    id: str
    label: str
    asked: str
    lines: tuple[Line, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class Equality:
    """The page.

    Attributes:
        themes: labels of the columns.
        characteristics: those that are published, in the order of the Act.
        missing: those that the survey did not ask about, or that no table is published by.
    """

    themes: tuple[str, ...]
    characteristics: tuple[Characteristic, ...]
    missing: tuple[str, ...]


def equality(reading: Reading) -> Equality:
    """Every protected characteristic of a wave."""
    facts = {one.id: one for one in reading.release.manifest.breakdowns}
    found, missing = [], []
    for name, ids in PROTECTED.items():
        about = [facts[one] for one in ids if one in facts]
        found += [_characteristic(reading, name, one) for one in about]
        missing += [] if about else [name]
    themes = tuple(one.label for one in _themes(reading.release))
    return Equality(themes, tuple(found), tuple(missing))


def is_asked(release: Release) -> bool:
    """Whether a wave has figures by any protected characteristic."""
    known = {one for ids in PROTECTED.values() for one in ids}
    return any(one.id in known for one in release.manifest.breakdowns)


def _characteristic(reading: Reading, name: str, facts: BreakdownFacts) -> Characteristic:
    release = reading.release
    named = [row for row in release.groups if facts.id in dict(picked(release, row))]
    alone = [row for row in named if len(picked(release, row)) == 1]
    scope = Scope(None, frozenset(row.group for row in named) | {FORCE})
    found = findings.findings(release, scope, releases=reading.releases)
    return Characteristic(
        facts.id,
        name,
        facts.label,
        tuple(_line(release, row) for row in alone),
        (*found.concerns, *found.strengths),
    )


def _line(release: Release, row: GroupRow) -> Line:
    return Line(
        response.answered(release, row),
        tuple(_cell(release, row.group, theme.measure) for theme in _themes(release)),
    )


def _cell(release: Release, group: str, theme: str) -> Cell:
    row = release.estimate_by_key.get((group, theme))
    if row is None:
        return Cell("[x]")
    figure = words.figure_with_range(row, further(release, group, theme))
    made = release.comparison_by_key.get((group, theme, FORCE))
    if row.status != "shown" or made is None or made.status != "shown" or made.gap is None:
        return Cell(figure)
    gap = words.with_range(made.gap, made.lower, made.upper, signed=True, digits=0)
    return Cell(figure, gap, findings.marks(release).get((group, theme), ""))


def _themes(release: Release) -> list[MeasureRow]:
    return [one for one in release.measures if one.kind == "theme"]
