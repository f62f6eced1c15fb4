"""What the doctor says: one line about one thing, and whether it is as it must be."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        about: what of the installation, in a word or two.
        holds: whether it is as it must be; None when that was not checked.
        sentence: what was found; where it is wrong, also what to do.
    """

    about: str
    holds: bool | None
    sentence: str


def right(about: str, sentence: str) -> Finding:
    """Something that is as it must be."""
    return Finding(about, True, sentence)


def wrong(about: str, sentence: str) -> Finding:
    """Something that must be mended."""
    return Finding(about, False, sentence)


def unknown(about: str, sentence: str) -> Finding:
    """Something that could not be looked at; the sentence says why."""
    return Finding(about, None, sentence)


def faults(about: str, found: Iterable[str], otherwise: str) -> Iterator[Finding]:
    """A finding for each fault, or one that says that there is none."""
    sentences = list(dict.fromkeys(found))
    yield from (wrong(about, sentence) for sentence in sentences)
    if not sentences:
        yield right(about, otherwise)
