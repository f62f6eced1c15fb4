"""What follows from the other figures of a Release is worked out again when it is read.

Ranges without assumption, weighted figures, who is missing and the smallest visible gap are made of
published figures alone. Whoever reads them need not believe them.
"""

from __future__ import annotations

from operator import attrgetter

from analysis.errors import EstimationError, ReleaseError
from analysis.release.families import judged
from analysis.release.model import Release
from analysis.release.nonresponse import BESIDE, beside_figures, representativeness_rows
from analysis.release.visible import smallest


def expect_follows(release: Release) -> None:
    """Refuse figures that are not those that follow from the others.

    Raises:
        ReleaseError: naming the table and the group.
    """
    try:
        _estimates_follow(release)
        _response_follows(release)
    except (EstimationError, KeyError, ZeroDivisionError) as error:
        raise ReleaseError(
            "representativeness: bases, headcounts and rates do not fit together."
        ) from error
    _gaps_follow(release)


def _estimates_follow(release: Release) -> None:
    told = attrgetter(*BESIDE)
    for row, found in zip(release.estimates, beside_figures(release), strict=True):
        if told(row) != found:
            raise ReleaseError(
                f"estimates: what non-response could change of {row.group} ({row.measure}) does "
                "not follow from the published figures."
            )


def _response_follows(release: Release) -> None:
    said, found = release.representativeness, representativeness_rows(release)
    if said != found:
        other = next((row for row in said if row not in found), None)
        other = other or next((row for row in found if row not in said), found[0])
        raise ReleaseError(
            f"representativeness: what is said of {other.group} ({other.parts_level}) does not "
            "follow from the published figures."
        )


def _gaps_follow(release: Release) -> None:
    of_group = judged(release)
    for row in release.comparisons:
        if row.smallest != smallest(release, row, of_group):
            raise ReleaseError(
                f"comparisons: the smallest gap of {row.group} ({row.measure}) against "
                f"{row.against} does not follow from the published figures."
            )
