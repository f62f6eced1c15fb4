"""The shown groups in which it may not be known how few answered a sensitive item so."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from analysis.disclosure.numerators import Numerators
from analysis.publish.shown import Shown
from analysis.publish.told import Telling


def numerators(look: Telling, shown: Shown, measure: str) -> Numerators | None:
    """All that show a sensitive item; None of other measures.

    Of weighted shares nothing is asked here: their bands are of people.
    """
    item = shown.figures.codebook.item_by_id.get(measure)
    if item is None or not item.sensitive or look.weighted:
        return None
    shows = np.array([shown.shows(group.id, measure) for group in shown.plan.groups])
    kept = np.flatnonzero(shows)
    return Numerators(
        names=tuple(shown.plan.groups[at].id for at in kept.tolist()),
        rows=sparse.csr_array(shown.system.membership[kept]),
        shown=kept,
        few=shown.policy.min_numerator,
    )
