"""What a published base can stand for, against rounding every number there is."""

from __future__ import annotations

from datetime import date

import fixtures_analysis as fixtures
import pytest

from analysis.disclosure import rounding
from analysis.policy import DisclosurePolicy
from analysis.publish import WaveFacts, publish
from analysis.release.known import people


@pytest.mark.parametrize("fine", [100, 103, 150])
@pytest.mark.parametrize("step", [5, 6, 8, 10, 25, 30, 60])
def test_a_base_stands_for_the_numbers_that_round_to_it(step: int, fine: int) -> None:
    policy = DisclosurePolicy(base_step=step, fine_base=fine)
    from_base: dict[int, list[int]] = {}
    for n in range(10, 2 * fine):
        from_base.setdefault(rounding.base(n, policy), []).append(n)
    for base, numbers in from_base.items():
        low, high = people(base, policy.as_dict())
        assert (max(10, low), high) == (numbers[0], numbers[-1])


@pytest.mark.parametrize("step", [8, 10, 60])
def test_a_wave_can_be_published_with_bases_in_other_steps(step: int) -> None:
    """Halves are rounded upwards, so an even step reaches further down than up."""
    study = fixtures.small(150, seed=1)
    policy = DisclosurePolicy(base_step=step)
    facts = WaveFacts("one", "One", date(2026, 3, 31))
    made = publish(study.codebook, fixtures.plan(), study.microdata, wave=facts, policy=policy)
    assert {row.base % step for row in made.groups if row.base and row.base < 100} == {0}
