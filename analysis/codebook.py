"""What the answers mean: items, their categories, themes, and the grouping variables.

A `Codebook` is everything the analysis needs to know of a questionnaire. It is frozen and checked
on construction, so no function downstream checks again.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from analysis.audiences import Audience

Reading = Literal["positive", "neutral", "negative"]
READINGS: tuple[Reading, ...] = ("positive", "neutral", "negative")
Denominator = Literal["valid", "all"]
Index = Literal["respondent_mean", "mean_of_items"]


@dataclass(frozen=True)
class AnswerCategory:
    """One point of a response scale.

    Attributes:
        code: what a file of answers holds.
        label: what a reader sees.
        reading: positive, neutral or negative with the item's polarity already applied;
            None for "don't know", "not applicable" and the like, which are not valid answers.
        score: 0 to 100 in equal steps with polarity applied; None when not a valid answer.
    """

    code: str
    label: str
    reading: Reading | None
    score: float | None

    def __post_init__(self) -> None:
        if (self.reading is None) != (self.score is None):
            raise ValueError(f"category {self.code}: a reading and a score come together")

    @property
    def valid(self) -> bool:
        """Whether the answer counts in the denominator under the default rule."""
        return self.reading is not None


@dataclass(frozen=True)
class Item:
    """A question whose answers are published.

    Attributes:
        fingerprint: of wording, scale and polarity; a changed one breaks the trend line.
        sensitive: small numerators and their complements are banded.
        level: share of negative answers that is set in advance; a group that surely lies above it
            is a level of concern. None where none is set.
        audience: who is asked it; None where everybody is.
    """

    id: str
    text: str
    categories: tuple[AnswerCategory, ...]
    fingerprint: str
    theme: str | None = None
    sensitive: bool = False
    denominator: Denominator = "valid"
    level: float | None = None
    audience: Audience | None = None

    def __post_init__(self) -> None:
        if self.level is not None and not 0 < self.level < 1:
            raise ValueError(f"item {self.id}: a level of {self.level} is no share between 0 and 1")
        codes = [category.code for category in self.categories]
        if len(set(codes)) != len(codes):
            raise ValueError(f"item {self.id}: a category code stands twice")
        if not any(category.valid for category in self.categories):
            raise ValueError(f"item {self.id}: no category is a valid answer")

    @cached_property
    def codes(self) -> tuple[str, ...]:
        """Category codes in order; a microdata column holds positions in this tuple."""
        return tuple(category.code for category in self.categories)

    @cached_property
    def counted(self) -> list[int]:
        """Positions of the categories that are in the denominator."""
        return [
            position
            for position, category in enumerate(self.categories)
            if category.valid or self.denominator == "all"
        ]


@dataclass(frozen=True)
class Theme:
    """A named set of items that is reported as one score."""

    id: str
    label: str
    items: tuple[str, ...]
    index: Index = "respondent_mean"


@dataclass(frozen=True)
class VariableCategory:
    """One finest category of a grouping variable."""

    code: str
    label: str


@dataclass(frozen=True)
class Variable:
    """A grouping variable at its finest published categories; a missing answer is position -1."""

    id: str
    label: str
    categories: tuple[VariableCategory, ...]

    def __post_init__(self) -> None:
        if len(set(self.codes)) != len(self.codes):
            raise ValueError(f"variable {self.id}: a category code stands twice")

    @cached_property
    def codes(self) -> tuple[str, ...]:
        """Category codes in order; a microdata column holds positions in this tuple."""
        return tuple(category.code for category in self.categories)


@dataclass(frozen=True)
class Codebook:
    """Everything the analysis knows of a questionnaire.

    Attributes:
        outcome: id of the item that the themes are looked at beside, if any.
    """

    questionnaire: str
    version: str
    title: str
    fingerprint: str
    variables: tuple[Variable, ...]
    items: tuple[Item, ...]
    themes: tuple[Theme, ...]
    outcome: str | None = None

    def __post_init__(self) -> None:
        if self.outcome is not None and self.outcome not in self.item_by_id:
            raise ValueError(f"the outcome {self.outcome} is no item")
        ids = [*self.variable_by_id, *self.item_by_id]
        if len(ids) != len(self.variables) + len(self.items) or len(set(ids)) != len(ids):
            raise ValueError("an id stands twice among variables and items")
        for theme in self.themes:
            if theme.id in self.item_by_id:
                raise ValueError(f"theme {theme.id} has the id of an item")
            for item in theme.items:
                if item not in self.item_by_id:
                    raise ValueError(f"theme {theme.id} names item {item}, which does not exist")
            if len({self.item_by_id[item].audience for item in theme.items}) > 1:
                raise ValueError(f"the items of theme {theme.id} are asked of different people")

    @cached_property
    def variable_by_id(self) -> dict[str, Variable]:
        """Variables by id, in order."""
        return {variable.id: variable for variable in self.variables}

    @cached_property
    def item_by_id(self) -> dict[str, Item]:
        """Items by id, in order."""
        return {item.id: item for item in self.items}

    @cached_property
    def theme_by_id(self) -> dict[str, Theme]:
        """Themes by id, in order."""
        return {theme.id: theme for theme in self.themes}

    @cached_property
    def items_of(self) -> dict[str, tuple[Item, ...]]:
        """The items that each measure is made of: an item's own, or those of a theme."""
        themes = {
            theme.id: tuple(self.item_by_id[item] for item in theme.items) for theme in self.themes
        }
        return themes | {item.id: (item,) for item in self.items}

    def fingerprint_of(self, theme: Theme) -> str:
        """SHA-256 (hex) of what must not change for a theme's trend line to go on."""
        parts = [theme.index, *(self.item_by_id[item].fingerprint for item in sorted(theme.items))]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()

    def audience(self, measure: str) -> Audience | None:
        """Who is asked a measure; the items of a theme are asked of the same people."""
        return self.items_of[measure][0].audience

    @cached_property
    def sensitive_measures(self) -> frozenset[str]:
        """Sensitive items, and themes that hold one."""
        return frozenset(
            measure for measure, items in self.items_of.items() if any(i.sensitive for i in items)
        )

    @cached_property
    def readings_of(self) -> dict[str, tuple[Reading, ...]]:
        """Measure -> the readings that some valid answer to it, or to an item of it, has."""
        return {
            measure: tuple(
                reading
                for reading in READINGS
                if any(one.valid and one.reading == reading for i in items for one in i.categories)
            )
            for measure, items in self.items_of.items()
        }

    @cached_property
    def partial_measures(self) -> frozenset[str]:
        """Measures that count answers which no share is published of."""
        return frozenset(
            measure
            for measure, items in self.items_of.items()
            if any(item.denominator == "all" for item in items)
        )
