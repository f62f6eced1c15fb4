"""Findings: one sentence about one thing, and whether it is as it must be.

What cannot be told from what was given is a finding too, so that nobody takes it for checked.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        about: what of the wave it is about, in a word.
        holds: whether it is as it must be; None when that cannot be told.
        sentence: for a person.
    """

    about: str
    holds: bool | None
    sentence: str


def judged(about: str, holds: bool, yes: str, no: str) -> Finding:
    """A finding with one sentence for when it holds and one for when it does not."""
    return Finding(about, holds, yes if holds else no)


def as_many(about: str, one: str, found: Sequence[object], wanted: int | None) -> Finding:
    """Whether there is one for each answer, or for each redeemed code."""
    of = "redeemed code" if about == "redemptions" else "answer"
    if wanted is None and found and of == "answer":
        return Finding(about, False, f"There are {len(found):,} {one}s and no answers are told.")
    if wanted is None:
        return Finding(about, None, f"{len(found):,} {one}s; how many {of}s there are is not told.")
    return judged(
        about,
        len(found) == wanted,
        f"{len(found):,} {one}s, one for each {of}.",
        f"There are {len(found):,} {one}s and {wanted:,} {of}s.",
    )


def all_different(about: str, one: str, found: Sequence[Hashable]) -> Finding:
    """Whether nothing is listed twice."""
    twice = len(found) - len(set(found))
    return judged(
        about,
        not twice,
        f"No {one} stands there twice.",
        f"{twice:,} {one}s stand there more than once.",
    )


def in_order(about: str, found: Sequence[str] | Sequence[bytes]) -> Finding:
    """Whether a list is sorted."""
    return judged(
        about,
        all(a <= b for a, b in pairwise(found)),  # type: ignore[operator]  # texts or bytes alone
        "They are sorted, so their order tells nothing.",
        "They are not sorted, so their order could tell who came when.",
    )
