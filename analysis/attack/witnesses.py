"""Certificates of the audit: of the tables that it found, in exact numbers, as few as show all.

They come from the published files alone, since the auditor has nothing else, and are checked by
code that it does not share (`analysis.release.claims`).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction

import numpy as np

from analysis.attack.bases import Attack
from analysis.attack.breaches import Breach
from analysis.attack.searching import Reals
from analysis.plan import TablePlan
from analysis.release.certificates import MOST, FittingTable, Proof
from analysis.release.claims import Claims, Flags
from analysis.release.model import Release
from analysis.release.sums import Counts, Sums

_SMALLEST = 1000
"""A fraction of people is taken for the nearest with at most this denominator."""


def partial(release: Release, plan: TablePlan | None) -> tuple[tuple[str, str], ...]:
    """Breakdown and value of those that have people who are in none of their parts.

    Without a plan they are those that the Release's own certificates name.
    """
    if plan is None:
        return () if release.certificates is None else release.certificates.partial
    found = []
    for breakdown in plan.breakdowns:
        for value in breakdown.values:
            parts = [one.categories for one in breakdown.values if one.parent == value.id]
            if parts and not value.categories <= frozenset[str]().union(*parts):
                found.append((breakdown.id, value.id))
    return tuple(found)


def certify(release: Release, sums: Sums, attack: Attack) -> Proof | Breach:
    """The proof of what an attack that found nothing saw; a breach when it does not hold.

    Args:
        release: what is published.
        sums: of the Release, with the values that are `partial`.
        attack: after its search for breaches.
    """
    claims = Claims(release, sums, attack.measure)
    tables = list(_exact(sums, attack))
    parts = np.array([table.parts for table in tables], dtype=np.int64)
    counts = claims.counts(tables)
    right = np.flatnonzero(~claims.misfits(counts, parts)[0])
    tables, counts, parts = [tables[at] for at in right], counts[:, right], parts[right]
    goals = claims.goals(counts, parts)
    for words in claims.missing(goals):
        return Breach("uncertain", "force", f"no table in exact numbers shows {words}")
    return Proof(attack.measure, tuple(tables[at] for at in _covering(goals.hits)))


def _exact(sums: Sums, attack: Attack) -> Iterator[FittingTable]:
    """The tables that were found, each once, in whole numbers of parts of people."""
    place = np.array([attack.cells[cell] for cell in sums.cells])[sums.finest]
    halves = 2 if attack.measure else 1
    kept: dict[FittingTable, None] = {}
    for table in attack.fits.seen:
        finest = np.concatenate([table[place + half * len(sums.cells)] for half in range(halves)])
        parts = _parts(finest)
        if parts * max(1.0, finest.max(initial=0.0)) < MOST:
            counts = np.rint(finest * parts).astype(np.int64).reshape(halves, -1)
            kept[FittingTable(parts, tuple(map(_sparse, counts)))] = None
    yield from kept


def _parts(counts: Reals) -> int:
    """Into how many parts people are cut."""
    cut = np.unique(np.round(counts % 1.0, 9))
    fractions = (Fraction(one).limit_denominator(_SMALLEST) for one in cut.tolist())
    return math.lcm(*(one.denominator for one in fractions))


def _sparse(counts: Counts) -> tuple[tuple[int, int], ...]:
    at = np.flatnonzero(counts)
    return tuple(zip(at.tolist(), counts[at].tolist(), strict=True))


def _covering(hits: Flags) -> list[int]:
    """Few tables that show everything: again and again the one that shows most of what is left."""
    chosen: list[int] = []
    left = hits.copy()
    while len(left):
        best = int(np.argmax(left.sum(axis=0)))
        chosen.append(best)
        left = left[~left[:, best]]
    return sorted(chosen) or [0]
