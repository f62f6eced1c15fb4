"""The disclosure policy: no value is so low that it is unsafe or so high that nothing is left."""

from __future__ import annotations

import pytest

from analysis.errors import CandourError
from analysis.policy import _LIMITS, DisclosurePolicy

HUGE = 10**23 - 1


def test_every_value_has_limits() -> None:
    assert set(_LIMITS) == set(DisclosurePolicy().as_dict())


@pytest.mark.parametrize("rule", _LIMITS)
def test_absurd_value_is_refused_in_one_sentence(rule: str) -> None:
    with pytest.raises(CandourError, match=f"policy value {rule} is {HUGE}; it cannot be over"):
        DisclosurePolicy(**{rule: HUGE})
    with pytest.raises(CandourError, match=f"policy value {rule} is -1; it cannot be under"):
        DisclosurePolicy(**{rule: -1})


@pytest.mark.parametrize("rule", _LIMITS)
@pytest.mark.parametrize("value", [float("nan"), float("inf"), 60.0, 60.5, True, "60", None, [60]])
def test_what_is_no_whole_number_is_refused_in_one_sentence(rule: str, value: object) -> None:
    """Not a number is neither under a limit nor over one."""
    with pytest.raises(CandourError, match=f"policy value {rule} is .*; it must be a whole number"):
        DisclosurePolicy(**{rule: value})  # type: ignore[arg-type]


def test_strictest_values_of_all_are_one_policy() -> None:
    lower_is_stricter = {"top_code", "score_decimals"}
    strictest = {rule: limits[rule not in lower_is_stricter] for rule, limits in _LIMITS.items()}
    assert DisclosurePolicy(**strictest).is_at_least_as_strict_as(DisclosurePolicy())
