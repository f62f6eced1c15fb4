"""What is left of groups by their shown parts, where that is few."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from analysis.disclosure.unions import SMALL, unions
from analysis.publish.shown import Shown


def small_rests(shown: Shown) -> sparse.csr_array:
    """What is left of groups, and is few, as sums and differences of groups, shape (L, G)."""
    hidden = np.array([group.id not in shown.protection.shown for group in shown.plan.groups])
    every = unions(shown.system, hidden).combination
    n = every @ shown.system.bases
    several = np.diff(every.indptr) > 1
    return sparse.csr_array(every[(n > 0.5) & (n < SMALL * shown.policy.k - 0.5) & several])
