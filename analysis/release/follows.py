"""What follows from the other figures of a Release is worked out again when it is read.

Ranges without assumption, weighted figures, who is missing, levels of concern, comparisons of two
declared groups, the smallest visible gap and what goes with where people are found are made of
published figures alone. Whoever reads them need not believe them.
"""

from __future__ import annotations

from dataclasses import replace
from operator import attrgetter
from typing import TypeVar

from analysis.errors import EstimationError, LeakingRelease, ReleaseError
from analysis.release.families import judged
from analysis.release.levels import level_rows
from analysis.release.model import Release
from analysis.release.nonresponse import BESIDE, beside_figures, representativeness_rows
from analysis.release.sides import is_side, side_row
from analysis.release.standardised import standardised_rows
from analysis.release.visible import smallest

Row = TypeVar("Row")


def expect_follows(release: Release) -> None:
    """Refuse figures that are not those that follow from the others.

    Raises:
        ReleaseError: naming the table and the group.
        LeakingRelease: when two groups are compared by more than what is published of both.
    """
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
