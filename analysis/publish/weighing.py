"""How much less weighted answers tell: one number for a whole Release.

The effective n of one group would tell of those in it who left an item out, and limits made of it
what no published figure does.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from analysis.publish.figures import Figure, Figures
from analysis.publish.pairs import pairs, rests
from analysis.publish.shown import Shown, measures

UNWEIGHTED = 100


def design_effect(shown: Shown) -> int:
    """The largest of Kish's design effects of what is shown, in hundredths, rounded up to tens.

    Looked at are all groups and their rests, in every measure that is shown of them.

    Source: Kish (1965).
    """
    worst = max((one.people / one.effective for one in _seen(shown)), default=1.0)
    return max(UNWEIGHTED, 10 * math.ceil(10 * worst - 1e-9))


def _seen(shown: Shown) -> Iterator[Figure]:
    declared = pairs(shown.plan)
    names = tuple(pair.group for pair in declared)
    sums = shown.figures.sums.combined(rests(shown.plan, declared))
    rest = Figures(shown.figures.codebook, names, sums)
    for measure in measures(shown.figures.codebook):
        for row, group in enumerate(shown.plan.groups):
            found = shown.figures.row(row, measure) if shown.shows(group.id, measure) else None
            if found is not None:
                yield found
        for row, pair in enumerate(declared):
            if shown.shows(pair.group, measure) and shown.shows(pair.against, measure):
                found = rest.row(row, measure)
                if found is not None and found.people >= shown.policy.k:
                    yield found
