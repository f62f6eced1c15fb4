"""What the demo promises holds in other forces too: it is planted, and not picked by a seed."""

from __future__ import annotations

from dataclasses import replace

import pytest
from simulated_demo import PROMISES, promises

from survey.demo.truths import AFTER_ACTION, TRUTHS

SEED = 1
FORCES = range(30)

pytestmark = pytest.mark.slow


def test_another_force_keeps_the_promises() -> None:
    found = promises(SEED)
    assert [found[one] for one in PROMISES] == [1, 1, 1, 1]


def test_a_force_in_which_the_gap_only_closes_need_not_be_cleared() -> None:
    """Planted: nobody is better off than elsewhere after the board acted."""
    only_closed = tuple(
        replace(truth, shifts=tuple(one for one in truth.shifts if one.waves != AFTER_ACTION))
        for truth in TRUTHS
    )
    assert not promises(SEED, only_closed)[PROMISES[2]]


@pytest.mark.long
def test_nearly_every_force_keeps_all_of_them() -> None:
    kept = [promises(seed)["all"] for seed in FORCES]
    print(f"{sum(kept)} of {len(kept)} forces")
    assert sum(kept) >= 0.9 * len(kept)
