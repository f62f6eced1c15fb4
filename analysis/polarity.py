"""What the release officers decide of an item that runs against its theme.

Whether agreeing is good or bad stands in the questionnaire. Where that was a slip, answers show it:
those who are content with all else in the theme are not content here. A slip is put right when the
Release is made, by those who sign it, and the Release says so.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Literal

from analysis.codebook import Codebook, Item, Reading
from analysis.errors import DataError

Decision = Literal["kept", "reversed"]
Polarity = Mapping[str, Decision]
"""Item id -> what was decided of it."""

_MIRRORED: dict[Reading | None, Reading | None] = {
    "positive": "negative",
    "neutral": "neutral",
    "negative": "positive",
    None: None,
}


def decided(codebook: Codebook, polarity: Polarity) -> Codebook:
    """The codebook with the polarity of reversed items turned round.

    Their fingerprints change, so that no line goes on across the correction.

    Raises:
        DataError: for an item that the questionnaire does not have.
    """
    unknown = sorted(set(polarity) - set(codebook.item_by_id))
    if unknown:
        raise DataError(f"--polarity {unknown[0]}: the questionnaire has no item of this id.")
    items = tuple(
        _turned(item) if polarity.get(item.id) == "reversed" else item for item in codebook.items
    )
    return replace(codebook, items=items)


def sentences(codebook: Codebook, polarity: Polarity) -> Iterable[str]:
    """What a Release says of each decision."""
    for item, decision in polarity.items():
        text = codebook.item_by_id[item].text
        if decision == "reversed":
            yield (
                f"“{text}” was read the wrong way round in the questionnaire: those who signed "
                "this Release turned it, so it cannot be compared with earlier surveys."
            )
        else:
            yield (
                f"“{text}” runs against the others of its theme. Those who signed this Release "
                "confirm that it is read the right way round."
            )


def is_turned(one: str, other: str) -> bool:
    """Whether two fingerprints are of one item, turned round in one of the two."""
    return other == _of_turned(one) or one == _of_turned(other)


def _turned(item: Item) -> Item:
    categories = tuple(
        replace(
            category,
            reading=_MIRRORED[category.reading],
            score=None if category.score is None else 100 - category.score,
        )
        for category in item.categories
    )
    return replace(item, categories=categories, fingerprint=_of_turned(item.fingerprint))


def _of_turned(fingerprint: str) -> str:
    return hashlib.sha256(f"{fingerprint}\nreversed".encode()).hexdigest()
