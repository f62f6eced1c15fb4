"""HR's counts of processes: what they give away, and the same months counted in two Releases."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations, permutations

from analysis.attack.findings import Tried
from analysis.attack.material import Material, Published
from analysis.attack.people_before import at_risk_elsewhere
from analysis.attack.processes import people_at_risk
from analysis.beside.procedures import Period
from analysis.plan import TablePlan
from analysis.release.model import Release
from analysis.release.processes import processes_of


def processes(material: Material) -> Tried:
    """Counts of processes: sums and differences, and the same months in two Releases."""
    tried = Tried()
    for one in material.releases:
        tried.count(len(one.release.procedures))
        said = [each.words for each in material.seen_through[one.name] if each.process]
        tried.add(f"{one.name}: {words}" for words in said)
    for one, other in combinations(material.releases, 2):
        tried.add(_other_counts(one.name, one.release, other.name, other.release))
    for one, other in permutations(material.releases, 2):
        tried.add(_told_by_another(one, other, material.plan_of(one.release)))
        found = at_risk_elsewhere(
            one.release, other.release, material.plan_of(one.release), other.name
        )
        tried.add(f"{one.name} and {other.name}: {breach.words}" for breach in found)
    return tried


def _told_by_another(one: Published, other: Published, plan: TablePlan | None) -> Iterator[str]:
    """What processes of another Release tell beside those of one, where both count the same people.

    Each Release by itself was looked at before.
    """
    own = one.release
    if not (own.procedures and other.release.procedures):
        return
    known = {(row.process, row.group) for row in own.procedures}
    more = [
        replace(row, process=f"{row.process} of {other.name}")
        for row in other.release.procedures
        if row.group in own.group_by_id and (row.process, row.group) not in known
    ]
    alone = {(found.group, found.kind) for found in people_at_risk(own, plan)}
    both = replace(own, procedures=(*own.procedures, *more))
    by_itself = replace(own, procedures=tuple(more))
    alone |= {(found.group, found.kind) for found in people_at_risk(by_itself, plan)}
    for found in people_at_risk(both, plan):
        if (found.group, found.kind) not in alone:
            yield f"{one.name} and {other.name}: {found.words}"


def _other_counts(name: str, release: Release, other_name: str, other: Release) -> Iterator[str]:
    """Other counts of one period, or periods that share months."""
    for process in processes_of(release):
        mine, theirs = (
            [row for row in each.procedures if row.process == process] for each in (release, other)
        )
        if not theirs:
            continue
        of, period = (Period.parse(rows[0].period) for rows in (mine, theirs))
        names = f"{name} and {other_name}"
        if of != period and of.overlaps(period):
            yield f"{names}: {process} for {of} and for {period}, which share months"
        elif of == period:
            then = {row.group: (row.at_risk, row.cases) for row in theirs}
            for row in mine:
                if row.group in then and then[row.group] != (row.at_risk, row.cases):
                    yield f"{names}: {process} for {of} with two counts of {row.group}"
