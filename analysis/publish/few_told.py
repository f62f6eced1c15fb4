"""Where it may not be known how few answered a sensitive item so: shown, or not small."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from analysis.disclosure.numerators import Numerators
from analysis.disclosure.unions import SMALL
from analysis.publish.shown import Shown
from analysis.publish.told import Telling


def numerators(look: Telling, shown: Shown, measure: str) -> Numerators | None:
    """The groups and unions of a sensitive item; None of other measures.

    Of weighted shares nothing is asked here: their bands are of people.
    """
    item = shown.figures.codebook.item_by_id.get(measure)
    if item is None or not item.sensitive or look.weighted:
        return None
    hidden = np.array([not shown.shows(group.id, measure) for group in shown.plan.groups])
    every, within = look.unions(hidden), shown.system.membership
    n = every.combination @ (within @ look.at_atoms(measure))
    kept = np.flatnonzero(every.seen | (n > SMALL * shown.policy.k - 0.5))
    return Numerators(
        names=tuple(every.names[at] for at in kept.tolist()),
        rows=sparse.csr_array(every.combination[kept] @ within),
        shown=np.where(every.seen[kept], kept, -1),
        few=shown.policy.min_numerator,
    )
