"""What an attack reports: what it tried, what fell, and claims to hold against the truth."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

Values = tuple[str, ...]
"""One value id per breakdown of the plan, "" for all of it: how a Release names a group."""

Sum = tuple[tuple[Values, int], ...]
"""Groups, each with its sign: `((whole, 1), (part, -1))` is the rest of a whole."""


@dataclass(frozen=True)
class Claim:
    """A number of people that an attacker says to know: at least `low`, at most `high`.

    Attributes:
        wave: id of the wave that it is of.
        of: whose number it is.
        item: whose answers are counted; "" for the people themselves.
        answer: the category's code, or a reading; "" for everybody who answered the item.
    """

    wave: str
    of: Sum
    low: float
    high: float
    item: str = ""
    answer: str = ""


@dataclass(frozen=True)
class Fall:
    """Something that gave way: in words and, where it can be checked, as a claim."""

    words: str
    claim: Claim | None = None


@dataclass
class Tried:
    """How many things an attack tried, and what fell; attacks add to it as they go."""

    tries: int = 0
    falls: list[Fall] = field(default_factory=list)

    def count(self, tries: int = 1) -> None:
        """Remember that so many things were tried."""
        self.tries += tries

    def fell(self, words: str, claim: Claim | None = None) -> None:
        """Remember something that fell, once."""
        fall = Fall(words, claim)
        if fall not in self.falls:
            self.falls.append(fall)

    def add(self, words: Iterable[str]) -> None:
        """Remember what fell, in words only."""
        for sentence in words:
            self.fell(sentence)
