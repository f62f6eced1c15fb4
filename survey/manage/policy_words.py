"""A wave's disclosure policy in words."""

from __future__ import annotations

from collections.abc import Iterator

from analysis.policy import RULES, DisclosurePolicy


def stricter(policy: DisclosurePolicy) -> Iterator[str]:
    """Each value of a policy that is not the default, in words."""
    usual = DisclosurePolicy()
    for name, rule in RULES.items():
        value, default = getattr(policy, name), getattr(usual, name)
        if value != default:
            yield f"{name} is {value:,} {rule.unit} (and not {default:,})"


def in_words(policy: DisclosurePolicy) -> str:
    """What is stricter than usual, in a line."""
    return "; ".join(stricter(policy)) or "those that everybody has"
