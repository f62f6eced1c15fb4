"""HR's counts of processes: what they give away, and the same months counted in two Releases."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations, permutations

from analysis.attack.findings import Tried
from analysis.attack.material import Material, Published
from analysis.attack.people_before import at_risk, nearly_those_asked
from analysis.attack.processes import few_silent, people_at_risk
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
        tried.add(_told_before(one, other, material.plan_of(one.release)))
    return tried


def _told_before(one: Published, other: Published, plan: TablePlan | None) -> Iterator[str]:
    """People at risk of another Release, who may be those who were asked in one.

    Of the same wave they are; of another one they may nearly be: see `nearly_those_asked`.
    """
    own, facts = one.release, other.release.manifest
    if facts.wave != own.manifest.wave and facts.closed > own.manifest.closed:
        return
    alone = {found.group for found in people_at_risk(own, plan)}
    for process in processes_of(other.release):
        rows = tuple(
            replace(row, process=f"{process} of {other.name}")
            for row in other.release.procedures
            if row.process == process and row.group in own.group_by_id
        )
        if facts.wave == own.manifest.wave:
            found = people_at_risk(replace(own, procedures=rows), plan)
        else:
            frame = nearly_those_asked(own, at_risk(other.release, rows))
            frames = [] if frame is None else [(f"{process} of {other.name}", frame)]
            found = few_silent(own, plan, [row.group for row in rows], frames)
        for breach in found:
            if breach.group not in alone:
                yield f"{one.name} and {other.name}: {breach.words}"


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
