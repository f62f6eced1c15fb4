"""The disclosure policy: no value is so low that it is unsafe or so high that nothing is left."""

from __future__ import annotations

import pytest

from analysis.errors import CandourError
from analysis.policy import RULES, DisclosurePolicy, Rule

HUGE = 10**23 - 1


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_every_value_says_what_it_is_for(rule: Rule) -> None:
    assert all((rule.unit, rule.meaning, rule.reason, rule.source))
    assert rule.stricter in {"higher", "lower"}


def test_defaults_are_the_loosest_there_is() -> None:
    """So a wave's policy can only be tightened."""
    for name, rule in RULES.items():
        loosest = rule.lowest if rule.stricter == "higher" else rule.highest
        assert getattr(DisclosurePolicy(), name) == loosest


@pytest.mark.parametrize("rule", RULES)
def test_absurd_value_is_refused_in_one_sentence(rule: str) -> None:
    with pytest.raises(CandourError, match=f"policy value {rule} is {HUGE}; it cannot be over"):
        DisclosurePolicy(**{rule: HUGE})
    with pytest.raises(CandourError, match=f"policy value {rule} is -1; it cannot be under"):
        DisclosurePolicy(**{rule: -1})


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("value", [float("nan"), float("inf"), 60.0, 60.5, True, "60", None, [60]])
def test_what_is_no_whole_number_is_refused_in_one_sentence(rule: str, value: object) -> None:
    """Not a number is neither under a limit nor over one."""
    with pytest.raises(CandourError, match=f"policy value {rule} is .*; it must be a whole number"):
        DisclosurePolicy(**{rule: value})  # type: ignore[arg-type]


def test_strictest_values_of_all_are_one_policy() -> None:
    strictest = {
        name: rule.highest if rule.stricter == "higher" else rule.lowest
        for name, rule in RULES.items()
    }
    assert DisclosurePolicy(**strictest).is_at_least_as_strict_as(DisclosurePolicy())
