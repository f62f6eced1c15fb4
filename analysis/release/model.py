"""The Release as an object: frozen, with look-ups by group and measure."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from analysis.plan import Breakdown
from analysis.processes import Process
from analysis.release.certificates import Certificates
from analysis.release.rows import (
    BenchmarkRow,
    ChangeRow,
    ComparisonRow,
    ConcernRow,
    DistributionRow,
    DriverRow,
    EstimateRow,
    GroupRow,
    LadderRow,
    MeasureRow,
    ProcedureRow,
    ReliabilityRow,
    RepresentativenessRow,
    SlopeRow,
    StandardisedRow,
    TrendRow,
)

CoarserSteps = tuple[tuple[str, ...], tuple[tuple[str, int], ...]]
"""Groups, and the (measure, step in points) of all of them."""


@dataclass(frozen=True)
class BreakdownFacts:
    """A breakdown as the Release carries it: `values` are (id, label, level, parent) in order.

    `was` says what units were before they were reorganised, as `Breakdown.was`. `said_alone` are
    values that are answers themselves: who gives one is in it and in none of its parts.
    """

    id: str
    label: str
    levels: tuple[str, ...]
    values: tuple[tuple[str, str, str, str | None], ...]
    was: tuple[tuple[str, tuple[str, ...]], ...] = ()
    said_alone: tuple[str, ...] = ()

    @classmethod
    def of(cls, one: Breakdown) -> BreakdownFacts:
        """What is carried of a declared breakdown."""
        values = tuple((value.id, value.label, value.level, value.parent) for value in one.values)
        return cls(one.id, one.label, one.levels, values, one.was, one.said_alone)


@dataclass(frozen=True)
class Manifest:
    """What a Release says of itself.

    Attributes:
        wave: id of the wave; `closed` its closing date (ISO), the only date in a Release.
        policy: every disclosure threshold by name.
        methods: method name -> version or formula name.
        tables: (table id, its breakdown ids) in order.
        invited: people on the frame of the whole force, rounded to 10; None when unknown.
        answered: the published base of the whole force, rounded to 10.
        shown, not_shown: counts of declared groups.
        comparisons: how many comparisons the area-of-concern rule made.
        warnings: sentences, such as an item that runs against its theme.
        replaces: hash of the Release that this one corrects.
        correction: why it corrects that, in words for everybody; None when it corrects none.
        cards: codes that were made, as was told when the wave closed; None when nobody counted.
        received: sealed answers that were in the box, spoilt ones included, as was told with it.
        weight: name of the weight column that came with the file, if any.
        design_effect: for how many weighted answers, at most, 100 equally weighted ones tell as
            much (Kish), rounded up to tens; 100 without weights.
        not_published: (table id, level as `breakdown=level` joined by `&`): left out as a whole,
            as most of its groups would not be shown.
        ledger: hash of the last entry of the ledger that it was audited with; None when without.
        coarser: where shares stand in a coarser step than the policy's, for all parts of a group
            alike, those that are not shown included.
        processes: of which HR gave counts.
        standardise: (breakdown, its finest level) by which gaps are standardised.
        bands: (group, lower edge of its headcount), as everybody was told before the wave.
    """

    wave: str
    wave_title: str
    closed: str
    questionnaire: str
    questionnaire_version: str
    questionnaire_title: str
    questionnaire_fingerprint: str
    policy: dict[str, Any]
    methods: dict[str, str]
    breakdowns: tuple[BreakdownFacts, ...]
    tables: tuple[tuple[str, tuple[str, ...]], ...]
    intersections: tuple[tuple[str, str], ...]
    invited: int | None
    answered: int
    shown: int
    not_shown: int
    comparisons: int
    warnings: tuple[str, ...] = ()
    replaces: str | None = None
    weight: str | None = None
    not_published: tuple[tuple[str, str], ...] = ()
    ledger: str | None = None
    coarser: tuple[CoarserSteps, ...] = ()
    correction: str | None = None
    cards: int | None = None
    received: int | None = None
    processes: tuple[Process, ...] = ()
    standardise: tuple[tuple[str, str], ...] = ()
    bands: tuple[tuple[str, int], ...] = ()
    design_effect: int = 100


@dataclass(frozen=True)
class Release:
    """Everything that is published of one wave.

    Attributes:
        certificates: by which anybody can check what is hidden; None until it was audited, and
            then it can be neither written nor read.
    """

    manifest: Manifest
    measures: tuple[MeasureRow, ...]
    groups: tuple[GroupRow, ...]
    estimates: tuple[EstimateRow, ...]
    distributions: tuple[DistributionRow, ...]
    comparisons: tuple[ComparisonRow, ...]
    concerns: tuple[ConcernRow, ...]
    trends: tuple[TrendRow, ...]
    ladders: tuple[LadderRow, ...] = ()
    slopes: tuple[SlopeRow, ...] = ()
    benchmarks: tuple[BenchmarkRow, ...] = ()
    changes: tuple[ChangeRow, ...] = ()
    procedures: tuple[ProcedureRow, ...] = ()
    representativeness: tuple[RepresentativenessRow, ...] = ()
    reliability: tuple[ReliabilityRow, ...] = ()
    drivers: tuple[DriverRow, ...] = ()
    standardised: tuple[StandardisedRow, ...] = ()
    certificates: Certificates | None = None

    @cached_property
    def coarser_by_key(self) -> dict[tuple[str, str], int]:
        """The coarser step of shares in points, by (group, measure)."""
        return {
            (group, measure): step
            for groups, steps in self.manifest.coarser
            for group in groups
            for measure, step in steps
        }

    @cached_property
    def comparison_by_key(self) -> dict[tuple[str, str, str], ComparisonRow]:
        """Comparisons by (group, measure, against)."""
        return {(row.group, row.measure, row.against): row for row in self.comparisons}

    @cached_property
    def comparisons_by_group(self) -> dict[str, tuple[ComparisonRow, ...]]:
        """What each group is compared with, and in what, in the order of the file."""
        found: dict[str, list[ComparisonRow]] = {}
        for row in self.comparisons:
            found.setdefault(row.group, []).append(row)
        return {group: tuple(rows) for group, rows in found.items()}

    @cached_property
    def picked_by_group(self) -> dict[str, tuple[tuple[str, str], ...]]:
        """The (breakdown id, value id) pairs that pick the people of each group."""
        ids = [breakdown.id for breakdown in self.manifest.breakdowns]
        return {
            row.group: tuple(pair for pair in zip(ids, row.values, strict=True) if pair[1])
            for row in self.groups
        }

    @cached_property
    def label_by_value(self) -> dict[tuple[str, str], str]:
        """Labels of values by (breakdown id, value id)."""
        return {
            (breakdown.id, value): label
            for breakdown in self.manifest.breakdowns
            for value, label, _level, _parent in breakdown.values
        }

    @cached_property
    def standardised_by_key(self) -> dict[tuple[str, str], tuple[StandardisedRow, ...]]:
        """What of a gap goes with where people are found, by (group, measure)."""
        found: dict[tuple[str, str], list[StandardisedRow]] = {}
        for row in self.standardised:
            found.setdefault((row.group, row.measure), []).append(row)
        return {key: tuple(rows) for key, rows in found.items()}

    @cached_property
    def measure_by_id(self) -> dict[str, MeasureRow]:
        """Items and themes by id, themes first."""
        return {row.measure: row for row in self.measures}

    @cached_property
    def group_by_id(self) -> dict[str, GroupRow]:
        """Groups by id, in the order of the plan."""
        return {row.group: row for row in self.groups}

    @cached_property
    def estimate_by_key(self) -> dict[tuple[str, str], EstimateRow]:
        """Estimates by (group, measure)."""
        return {(row.group, row.measure): row for row in self.estimates}

    @cached_property
    def raised_keys(self) -> frozenset[tuple[str, str]]:
        """(group, measure) of all findings, and of the items in which they show most."""
        return frozenset(
            (row.group, one)
            for row in self.concerns
            if row.kind != "level"
            for one in (row.measure, *row.items)
        )

    @cached_property
    def distribution_by_key(self) -> dict[tuple[str, str], tuple[DistributionRow, ...]]:
        """The rows of one item in one group, in the order of its categories, by (group, item)."""
        found: dict[tuple[str, str], list[DistributionRow]] = {}
        for row in self.distributions:
            found.setdefault((row.group, row.item), []).append(row)
        return {key: tuple(rows) for key, rows in found.items()}

    @cached_property
    def trend_by_key(self) -> dict[tuple[str, str], tuple[TrendRow, ...]]:
        """The points of one line, oldest wave first, by (group, measure)."""
        found: dict[tuple[str, str], list[TrendRow]] = {}
        for row in self.trends:
            found.setdefault((row.group, row.measure), []).append(row)
        return {key: tuple(rows) for key, rows in found.items()}

    @cached_property
    def slope_by_key(self) -> dict[tuple[str, str], SlopeRow]:
        """How lines moved, by (group, measure)."""
        return {(row.group, row.measure): row for row in self.slopes}

    @cached_property
    def ladder_by_key(self) -> dict[tuple[str, str], tuple[LadderRow, ...]]:
        """The rows of the rung that is reached, by (ladder, group asked for)."""
        found: dict[tuple[str, str], list[LadderRow]] = {}
        for row in self.ladders:
            found.setdefault((row.ladder, row.asked), []).append(row)
        return {key: tuple(rows) for key, rows in found.items()}
