"""An attacker of our own: reads a Release and nothing else, and tries.

It shares no code with what protects: it sees rows as a reader does, takes bases as known only as
far as they are published, and reports in words what it could work out.
"""

from __future__ import annotations

from collections.abc import Iterator

from analysis.attack.answers import attack_answers
from analysis.attack.bases import attack_bases
from analysis.attack.breaches import Breach
from analysis.attack.rates import attack_rates
from analysis.attack.shares import attack_shares
from analysis.errors import ReleaseError
from analysis.plan import TablePlan
from analysis.release.consistency import check
from analysis.release.model import Release

__all__ = ["Breach", "audit"]


def audit(release: Release, plan: TablePlan | None = None) -> tuple[Breach, ...]:
    """Everything that this attacker could work out from a Release.

    Args:
        release: what is published.
        plan: tells whether a value is wholly made up of its parts. Without it the attacker takes
            every value to be, and only the topmost level to have unknown answers.

    Returns:
        Breaches; empty when it found nothing.
    """
    return (
        *_leaks(release),
        *_missing_rows(release),
        *attack_rates(release, plan),
        *attack_bases(release, plan),
        *attack_shares(release),
        *attack_answers(release, plan),
    )


def _leaks(release: Release) -> Iterator[Breach]:
    try:
        check(release)
    except ReleaseError as error:
        yield Breach("leak", "", str(error))


def _missing_rows(release: Release) -> Iterator[Breach]:
    """An absent row would tell an empty group from a small one."""
    categories = {
        row.measure: len(row.categories) for row in release.measures if row.kind == "item"
    }
    for group in release.group_by_id:
        for measure in release.measure_by_id:
            key = (group, measure)
            rows = len(release.distribution_by_key.get(key, ()))
            if key not in release.estimate_by_key or rows != categories.get(measure, 0):
                yield Breach(
                    "presence", group, f"{group} has not the rows for {measure} that others have"
                )
