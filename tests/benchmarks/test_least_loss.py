"""People hidden for others' sake against the fewest possible: `make loss` prints the table."""

from __future__ import annotations

import time

import benchmark_tables
import numpy as np
import pytest

from analysis.disclosure import protect
from analysis.disclosure.optimum import least_loss
from analysis.policy import DisclosurePolicy

K = DisclosurePolicy().k
BAR = 1.05

pytestmark = [
    pytest.mark.long,
    pytest.mark.real_data,
    pytest.mark.skipif(
        not benchmark_tables.FOLDER.is_dir(), reason=f"{benchmark_tables.FOLDER} is absent"
    ),
]


@pytest.mark.parametrize("name", ["T2", "T4", "T3", "T5"])
def test_loss_is_near_the_proven_optimum(name: str) -> None:
    """The optimum is of the same promise: D1 and no pinned group, fractions of people allowed."""
    system = benchmark_tables.read(name)[1]
    few = system.bases < K
    begun = time.process_time()
    shown = protect(system, DisclosurePolicy(), {}).shown
    ours = time.process_time() - begun
    hidden = np.array([group.id not in shown for group in system.groups])
    lost = int(system.bases[hidden & ~few].sum())
    begun = time.process_time()
    best = least_loss(system, benchmark_tables.known(system, K), few, K)
    proof = time.process_time() - begun
    least = best.bound
    print(
        f"\n{name}: {len(system.groups)} groups, {lost} people hidden in {ours:.2f} s of CPU time; "
        f"{'proven optimum' if best.hidden is not None else 'no pattern below'} {least:.0f} "
        f"in {proof:.1f} s and {best.rounds} rounds; gap {lost / least - 1:.1%}"
    )
    assert least - 0.5 <= lost <= BAR * least
    if best.hidden is not None:
        assert round(least) == int(system.bases[best.hidden & ~few].sum())
