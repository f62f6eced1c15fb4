"""A short form of the ladder's simulation: what is reached, and what is found there."""

from __future__ import annotations

import pytest
from simulated_ladders import climbed

pytestmark = pytest.mark.slow


def test_eight_are_never_shown_and_nothing_is_found_of_them() -> None:
    found = climbed(8, 5100, draws=1)
    assert (found["group"], found["margins"], found["absence"]) == (0, 1, 0)
    assert found["board margins"] == found["boards"]
    assert not found["emerging"] + found["confirmed"] + found["board emerging"] + found["sides"]


def test_sixty_are_shown_and_a_gap_of_theirs_is_found_by_all_who_look() -> None:
    draws = 3
    found = climbed(60, 5102, draws)
    assert (found["group"], found["hidden"]) == (1, 0)
    assert found["confirmed"] >= draws - 1
    assert found["clear"] > 0
    assert found["board group"] + found["board force"] == found["boards"]
    # Where nothing is true, hardly anything is raised, and hardly a comparison is clear.
    assert found["false"] + found["twice"] <= 1
    assert found["sides"] == 2 * draws
    assert found["unclear"] >= found["sides"] - 1
