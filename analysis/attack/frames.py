"""Headcounts of all Releases of one wave together: told in one, left out in another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from analysis.attack.findings import Tried
from analysis.attack.material import Material, Published
from analysis.attack.rates import attack_headcounts
from analysis.release.known import people
from analysis.release.rows import GroupRow


def frames(material: Material) -> Tried:
    """Takes a headcount that is left out in one Release to be what another one says."""
    tried = Tried()
    for one, other in _pairs(material):
        rows = tuple(_filled(row, other) for row in one.release.groups)
        names = f"{one.name} and {other.name}"
        policy = one.release.manifest.policy
        for row, filled in zip(one.release.groups, rows, strict=True):
            if row.headcount is not None or filled.headcount is None:
                continue
            tried.count()
            if row.base is None:
                continue
            most = people(filled.headcount, other.release.manifest.policy)[1]
            silent = most - people(row.base, policy)[0]
            if silent < policy["k"]:
                tried.fell(f"{names}: at most {silent} people of {row.group} did not answer")
        if any(row.headcount is not None for row in rows):
            tried.count()
            found = attack_headcounts(replace(one.release, groups=rows), material.plan)
            tried.add(f"{names}: {breach.words}" for breach in found)
    return tried


def _pairs(material: Material) -> Iterator[tuple[Published, Published]]:
    for one in material.releases:
        for other in material.releases:
            if other is not one and other.release.manifest.wave == one.release.manifest.wave:
                yield one, other


def _filled(row: GroupRow, other: Published) -> GroupRow:
    """The row with the headcount that the other Release tells, where it has none itself."""
    found = other.release.group_by_id.get(row.group)
    same = found is not None and found.values == row.values
    if found is None or not same or row.headcount is not None:
        return row
    return replace(row, headcount=found.headcount)
