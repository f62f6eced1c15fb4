"""Procedures and perceptions: what HR counted, beside what the same people say of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from analysis.beside.procedures import Period
from analysis.plan import FORCE
from analysis.processes import Process
from analysis.release.model import Release
from analysis.release.rows import ProcedureRow
from analysis.statistics.disproportion import ratio_digits
from survey.results import bands, words
from survey.results.against import said
from survey.results.charts.heat_map import BandPlan
from survey.results.rounded import further

NOT_SHOWN = "[c]"


@dataclass(frozen=True)
class Line:
    """A group in one process, in words for the cells of a table.

    Attributes:
        rate: of every 100, the group's and everyone else's.
        gap, ratio: with their plausible range.
        said: its figure for each statement that speaks of the process.
    """

    label: str
    cases: str
    rate: str
    gap: str
    ratio: str
    clear: bool
    said: tuple[str, ...]


@dataclass(frozen=True)
class Band:
    """Groups under one heading."""

    title: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Clear:
    """A difference that stands out, and what the same people say.

    Attributes:
        said: (statement, figure and what the comparison with everyone else says).
    """

    words: str
    said: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Block:
    """One process.

    Attributes:
        ratio: what the ratio is of.
        summary: in a few words, what was seen.
        told: about the whole force; or that nothing is shown.
        open: what is said where no group stands out; "" where one does, or nothing is shown.
        clear: groups that clearly fare worse than everyone else.
        better: labels of those that clearly fare better.
    """

    id: str
    label: str
    period: str
    summary: str
    told: str
    open: str
    ratio: str
    clear: tuple[Clear, ...]
    better: tuple[str, ...]
    measures: tuple[str, ...]
    bands: tuple[Band, ...]
    more: tuple[tuple[str, tuple[Band, ...]], ...]


def blocks(release: Release) -> tuple[Block, ...]:
    """A block for each process that HR counted, in the order of the questionnaire."""
    given = {row.process for row in release.procedures}
    return tuple(
        _block(release, process) for process in release.manifest.processes if process.id in given
    )


def _block(release: Release, process: Process) -> Block:
    rows = {row.group: row for row in release.procedures if row.process == process.id}
    measures = [one for one in process.measures if one in release.measure_by_id]
    found = _Found(release, rows, tuple(measures))
    force = rows[FORCE]
    adverse = process.outcome == "adverse"
    clear = [row for row in rows.values() if row.clear]
    compared = sum(row.clear is not None for row in rows.values())
    worse = [row for row in clear if _is_worse(row, process.outcome)]
    # The first band is everybody, who stands in the others' first one.
    units = bands.commands(release, lambda _unit: "")[1:]
    crossings = [("Departments", bands.departments(release)), *bands.command_crossings(release)]
    return Block(
        id=process.id,
        label=process.label,
        period=Period.parse(force.period).words,
        summary=_summary(force.status == "shown", compared, len(worse), len(clear)),
        told=force.words or words.NOT_SHOWN,
        open="" if clear or force.status != "shown" else words.no_clear_process(compared),
        ratio="Times as many" if adverse else "Risk of going without, times",
        clear=tuple(Clear(row.words or "", found.in_words(row)) for row in worse),
        better=tuple(release.group_by_id[row.group].label for row in clear if row not in worse),
        measures=tuple(release.measure_by_id[one].label for one in measures),
        bands=tuple(found.bands([*bands.across_force(release), *units])),
        more=tuple(
            (title, lines) for title, plans in crossings if (lines := tuple(found.bands(plans)))
        ),
    )


def _summary(shown: bool, compared: int, worse: int, clear: int) -> str:
    if not shown:
        return "not shown"
    if not compared:
        return "too few cases to compare groups"
    if worse:
        said = f"{worse} group{'s' if worse > 1 else ''} clearly worse off"
    elif clear:
        said = f"{clear} group{'s' if clear > 1 else ''} clearly better off"
    else:
        said = "no clear difference seen"
    return f"{said}, among {compared} comparison{'s' if compared > 1 else ''}"


def _is_worse(row: ProcedureRow, outcome: str) -> bool:
    """Whether more of what is adverse, or less of what is favourable, happens to a group."""
    gap = row.rate_gap or 0.0
    return gap > 0 if outcome == "adverse" else gap < 0


@dataclass(frozen=True)
class _Found:
    release: Release
    rows: dict[str, ProcedureRow]
    measures: tuple[str, ...]

    def bands(self, plans: Iterable[BandPlan]) -> Iterator[Band]:
        """Those headings under which HR gave counts."""
        for plan in plans:
            lines = tuple(
                self._line(self.rows[group.group], label)
                for group, label, _ in plan.groups
                if group.group in self.rows
            )
            if lines:
                yield Band(plan.title, lines)

    def in_words(self, row: ProcedureRow) -> tuple[tuple[str, str], ...]:
        """What the people of a group say, statement by statement, beside everyone else."""
        return tuple(
            (self.release.measure_by_id[one].label, self._sentence(row.group, one))
            for one in self.measures
        )

    def _sentence(self, group: str, measure: str) -> str:
        found = self.release.estimate_by_key[group, measure]
        if found.status != "shown":
            return words.NOT_SHOWN
        figure = words.figure_with_range(found, further(self.release, group, measure))
        return f"{figure} positive. {said(self.release, group, measure)}"

    def _line(self, row: ProcedureRow, label: str) -> Line:
        figures = []
        for measure in self.measures:
            found = self.release.estimate_by_key[row.group, measure]
            figures.append(
                words.figure_with_range(found, further(self.release, row.group, measure))
            )
        if row.at_risk is None or row.cases is None or row.rate is None:
            return Line(label, *(NOT_SHOWN,) * 4, clear=False, said=tuple(figures))
        rate, gap, ratio = f"{row.rate:.1f}", words.NO_FIGURE, words.NO_FIGURE
        if row.rate_gap is not None and row.rest_rate is not None:
            rate = f"{rate} (others {row.rest_rate:.1f})"
            gap = words.with_range(row.rate_gap, row.gap_lower, row.gap_upper, signed=True)
        if row.ratio is not None:
            digits = ratio_digits(row.ratio)
            ratio = words.with_range(row.ratio, row.ratio_lower, row.ratio_upper, digits=digits)
        cases = f"{row.cases:,} (of {row.at_risk:,})"
        return Line(label, cases, rate, gap, ratio, clear=bool(row.clear), said=tuple(figures))
