"""What follows from the other figures of a Release is worked out again when it is read.

Ranges without assumption, weighted figures, who is missing, levels of concern, comparisons of two
declared groups, the smallest visible gap, what goes with where people are found and every limit of
a percent or a gap are made of published figures alone. Whoever reads them need not believe them.
"""

from __future__ import annotations

from dataclasses import replace
from operator import attrgetter
from typing import TypeVar

from analysis.errors import EstimationError, LeakingRelease, ReleaseError
from analysis.release.families import judged
from analysis.release.levels import level_rows
from analysis.release.limits import gap_limits, limits_of, said_of
from analysis.release.model import Release
from analysis.release.nonresponse import BESIDE, beside_figures, representativeness_rows
from analysis.release.rows import ComparisonRow, ConcernRow
from analysis.release.sides import is_side, side_row
from analysis.release.standardised import standardised_rows
from analysis.release.visible import smallest

Row = TypeVar("Row")


def expect_follows(release: Release) -> None:
    """Refuse figures that are not those that follow from the others.

    Raises:
        ReleaseError: naming the table and the group.
        LeakingRelease: when two groups are compared by more than what is published of both, or a
            limit says more than the figure that it is of.
    """
    _limits_follow(release)
    try:
        _estimates_follow(release)
        _response_follows(release)
    except (EstimationError, KeyError, ZeroDivisionError) as error:
        raise ReleaseError(
            "representativeness: bases, headcounts and rates do not fit together."
        ) from error
    _levels_follow(release)
    _sides_follow(release)
    _gaps_follow(release)
    _standardised_follow(release)


def _limits_follow(release: Release) -> None:
    """Limits of exact counts would tell these: they are those of published figures and bases."""
    lost, weighted = release.manifest.design_effect, release.manifest.weight is not None
    if lost < 100 or (lost > 100 and not weighted):
        raise ReleaseError("manifest: the design effect is 100 or more, and 100 without weights.")
    for one in release.estimates:
        if (one.lower, one.upper) != limits_of(release, one):
            raise _telling("estimates", one.group, one.measure)
    said = said_of(release)
    for row in release.comparisons:
        if is_side(release, row):
            continue
        of = said.get((row.group, row.measure, row.against))
        if (row.lower, row.upper) != gap_limits(release, row, of):
            raise _telling("comparisons", row.group, row.measure)
    for found in release.concerns:
        if found.kind == "level":
            continue
        beside = release.comparison_by_key.get((found.group, found.measure, found.against))
        if beside is None or _ranged(found) != _ranged(beside):
            raise _telling("concerns", found.group, found.measure)
    for point in release.trends:
        own = release.estimate_by_key.get((point.group, point.measure))
        this = point.wave == release.manifest.wave and point.status == "shown"
        if this and (
            own is None
            or (point.value, point.bound, point.lower, point.upper)
            != (own.positive, own.positive_bound, own.lower, own.upper)
        ):
            raise _telling("trends", point.group, point.measure)


def _ranged(row: ComparisonRow | ConcernRow) -> tuple[int | None, int | None, int | None]:
    return row.gap, row.lower, row.upper


def _estimates_follow(release: Release) -> None:
    told = attrgetter(*BESIDE)
    for row, found in zip(release.estimates, beside_figures(release), strict=True):
        if told(row) != found:
            raise ReleaseError(
                f"estimates: what non-response could change of {row.group} ({row.measure}) does "
                "not follow from the published figures."
            )


def _response_follows(release: Release) -> None:
    other = _unlike(release.representativeness, representativeness_rows(release))
    if other is not None:
        raise ReleaseError(
            f"representativeness: what is said of {other.group} ({other.parts_level}) does not "
            "follow from the published figures."
        )


def _levels_follow(release: Release) -> None:
    said = tuple(row for row in release.concerns if row.kind == "level")
    other = _unlike(said, level_rows(release))
    if other is not None:
        raise ReleaseError(
            f"concerns: the level of concern of {other.group} ({other.measure}) does not follow "
            "from the published figures."
        )


def _unlike(said: tuple[Row, ...], found: tuple[Row, ...]) -> Row | None:
    """A row that stands in one only, or the first where only their order differs."""
    if said == found:
        return None
    alone = [*(row for row in said if row not in found), *(row for row in found if row not in said)]
    return next(iter(alone), said[0])


def _standardised_follow(release: Release) -> None:
    other = _unlike(release.standardised, standardised_rows(release))
    if other is not None:
        raise ReleaseError(
            f"standardised: what goes with where {other.group} is found ({other.measure}) does not "
            "follow from the published figures."
        )


def _sides_follow(release: Release) -> None:
    """A comparison of two declared groups says what their other rows say, and no more."""
    for row in release.comparisons:
        if not is_side(release, row):
            continue
        follows = side_row(release, row.group, row.against, row.measure)
        if replace(row, smallest=None) != follows:
            raise LeakingRelease(
                f"comparisons: {row.group} against {row.against} ({row.measure}) does not follow "
                "from their published figures."
            )


def _gaps_follow(release: Release) -> None:
    of_group = judged(release)
    for row in release.comparisons:
        if row.smallest != smallest(release, row, of_group):
            raise ReleaseError(
                f"comparisons: the smallest gap of {row.group} ({row.measure}) against "
                f"{row.against} does not follow from the published figures."
            )


def _telling(table: str, group: str, measure: str) -> LeakingRelease:
    return LeakingRelease(
        f"{table}: the limits of {group} ({measure}) do not follow from the published figures."
    )
