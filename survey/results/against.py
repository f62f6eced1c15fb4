"""What a group's comparison with everyone else says, in words."""

from __future__ import annotations

from analysis.plan import FORCE
from analysis.release.model import Release
from survey.results import standardised, words
from survey.results.findings import name


def said(release: Release, group: str, measure: str) -> str:
    """The finding that was raised, or else the comparison with the rest of the force.

    What was raised was decided before rounding: its limits, rounded outward, may reach 0. How much
    goes with where people work follows what was raised, and nothing else.
    """
    return " ".join((_alone(release, group, measure), *standardised.said(release, group, measure)))


def _alone(release: Release, group: str, measure: str) -> str:
    for row in release.concerns:
        if (row.group, row.measure) == (group, measure) and row.kind != "level":
            return row.words.removeprefix(f"{name(release, group)}: ")  # the page names it
    estimate = release.estimate_by_key.get((group, measure))
    base = None if estimate is None else estimate.base
    return words.comparison(release.comparison_by_key.get((group, measure, FORCE)), base)
