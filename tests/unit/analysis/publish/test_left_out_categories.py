"""A category that is left out does not follow from the rule by which it is.

A reader writes down every way in which all people can have answered, and keeps those of which the
same would be published. Everybody answered, and it is known of how many.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from types import SimpleNamespace
from typing import Any

import fixtures_analysis as fixtures
import pytest

from analysis.codebook import AnswerCategory, Item
from analysis.policy import DisclosurePolicy
from analysis.publish import category_percents as made
from analysis.publish.rounded import Percent, Rounder

POLICY = DisclosurePolicy()
ONCE = AnswerCategory("once", "Once", "negative", 50.0)
TWICE = AnswerCategory("twice", "Twice", "negative", 25.0)
PEOPLE = 150

Counts = tuple[int, ...]


@dataclass(frozen=True)
class Asked:
    """An item, and how many can have answered "never"."""

    between: tuple[AnswerCategory, ...]
    never: range

    @cached_property
    def item(self) -> Item:
        never = AnswerCategory("never", "Never", "positive", 100.0)
        often = AnswerCategory("often", "Often", "negative", 0.0)
        return fixtures.item("q", categories=(never, *self.between, often), sensitive=True)

    def answers(self) -> Iterator[Counts]:
        for never in self.never:
            for some in product(range(PEOPLE - never + 1), repeat=len(self.between)):
                if sum(some) <= PEOPLE - never:
                    yield (never, *some, PEOPLE - never - sum(some))

    def published(self, counts: Counts) -> tuple[tuple[Percent, ...], tuple[Percent, ...]]:
        """Percents of the categories and of the readings."""
        shares = [one / PEOPLE for one in counts]
        readings = {"positive": shares[0], "neutral": 0.0, "negative": sum(shares[1:])}
        plain = SimpleNamespace(categories=shares, **readings)
        figure: Any = SimpleNamespace(plain=plain, categories=shares, **readings)
        rounds = Rounder(POLICY, PEOPLE, sensitive=True, has=("positive", "negative"))
        return made.category_percents(rounds, figure, self.item), rounds.readings(figure)

    def left_out(self) -> tuple[int, int]:
        """Answers of which a category is left out; and those of them that it tells too much of.

        It does where fewer than `min_numerator` chose some category, whatever looks the same.
        """
        alike: dict[tuple[tuple[Percent, ...], ...], list[Counts]] = defaultdict(list)
        for counts in self.answers():
            alike[self.published(counts)].append(counts)
        left = [every for (shown, _), every in alike.items() if None in (one for one, _ in shown)]
        few = POLICY.min_numerator
        told = [every for every in left if any(max(one) < few for one in zip(*every, strict=True))]
        return sum(map(len, left)), sum(map(len, told))


THREE = Asked((ONCE,), range(60, 120))
FOUR = Asked((ONCE, TWICE), range(105, 106))
"""105 are 70 %, and no other number of 150 people is."""


@pytest.mark.parametrize("asked", [THREE, FOUR])
def test_what_is_left_out_does_not_follow_from_the_rule(asked: Asked) -> None:
    left, told = asked.left_out()
    assert left > 200
    assert told == 0


def test_a_reader_sees_what_is_left_out_for_its_own_percent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(made, "_others", lambda _: [])
    left, told = THREE.left_out()
    assert left == told > 100


def test_a_reader_knows_that_what_is_left_out_is_in_no_band(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(made, "_beyond", lambda rounds: (0, rounds.base))
    assert FOUR.left_out()[1] > 50
