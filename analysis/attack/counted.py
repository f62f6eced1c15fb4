"""HR's counts of processes: what they give away, and the same months counted in two Releases."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from analysis.attack.findings import Tried
from analysis.attack.material import Material
from analysis.beside.procedures import Period
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
    return tried


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
