"""Which figures are rounded further than others of so many people, and to how many points."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from analysis.release.model import Release
from survey.results import words
from survey.results.scope import Scope, label


@dataclass(frozen=True)
class Further:
    """Groups of which the same figures are rounded further.

    Attributes:
        groups: their labels.
        figures: (`to 5 points`, labels of themes and statements).
    """

    groups: tuple[str, ...]
    figures: tuple[tuple[str, tuple[str, ...]], ...]


def further(release: Release, group: str, measure: str) -> int:
    """The step of a shown figure in points, where it is coarser than its base asks for; else 0."""
    step = release.coarser_by_key.get((group, measure), 0)
    row = release.estimate_by_key.get((group, measure))
    if not step or row is None or row.base is None:
        return 0
    policy = release.manifest.policy
    fine = row.base >= policy["fine_base"]
    return step if step > policy["share_step" if fine else "coarse_share_step"] else 0


def listed(release: Release, scope: Scope) -> tuple[Further, ...]:
    """All such figures that a page may show, the groups together that stand in the same steps."""
    found: dict[tuple[tuple[str, int], ...], list[str]] = {}
    for groups, steps in release.manifest.coarser:
        for group in groups:
            if group in scope.groups:
                here = [(one, further(release, group, one)) for one, _ in steps]
                figures = tuple((one, step) for one, step in here if step)
                found.setdefault(figures, []).append(label(release, release.group_by_id[group]))
    return tuple(
        Further(tuple(groups), _by_step(release, figures))
        for figures, groups in found.items()
        if figures
    )


def _by_step(
    release: Release, figures: Iterable[tuple[str, int]]
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    labels: dict[int, list[str]] = {}
    for measure, step in figures:
        labels.setdefault(step, []).append(release.measure_by_id[measure].label)
    return tuple((words.points([step]), tuple(labels[step])) for step in sorted(labels))
