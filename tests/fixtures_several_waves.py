"""Waves of one questionnaire, each safe alone, of which several tell what one of them hides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise

import fixtures_disclosure as small
import numpy as np
from fixtures_states import PLAN as UNITS
from fixtures_states import answered, book, wave

from analysis.attack.material import Material, Published
from analysis.microdata import Microdata
from analysis.policy import DisclosurePolicy
from analysis.publish import publish
from analysis.release.model import Release

BOOK = small.codebook({"unit": ("a", "b", "c")})
PLAN = small.plan([small.flat("unit", ("a", "b", "c"))], [small.table("unit")])
EVERY = ("force", "unit=a", "unit=b", "unit=c")
SIX_MONTHS = {"w1": "2026-01-31", "w2": "2026-07-31"}


def bases(name: str, people: Mapping[str, int], *shown: str) -> Release:
    """A wave of three units, of which exact bases are shown."""
    counts = {(unit,): number for unit, number in people.items()}
    made = small.published(PLAN, small.bases(BOOK, PLAN, counts), frozenset(shown))
    facts = replace(made.manifest, wave=name, closed=SIX_MONTHS.get(name, "2026-09-30"))
    return replace(made, manifest=facts)


def given(*releases: Release, **more: object) -> Material:
    """What somebody holds who has these Releases."""
    published = tuple(Published(one.manifest.wave, one) for one in releases)
    return Material(published, **{"plan": PLAN, **more})  # type: ignore[arg-type]


def joined(joiners: int = 1) -> Material:
    """Of 95 people each wave shows another unit, so that five are left; a few join between."""
    first = bases("w1", {"a": 60, "b": 5, "c": 30}, "force", "unit=a")
    later = bases("w2", {"a": 60 + joiners, "b": 5, "c": 30}, "force", "unit=c")
    return given(first, later)


def pooled(*shown: str) -> Material:
    """Seven people of a unit are hidden in one wave; the other wave and both together show it."""
    first, later = {"a": 60, "b": 35, "c": 30}, {"a": 66, "b": 7, "c": 31}
    both = {unit: first[unit] + later[unit] for unit in first}
    return given(
        bases("w1", first, *EVERY),
        bases("w2", later, "force", "unit=a"),
        bases("year", both, *(shown or EVERY)),
        pools={"year": ("w1", "w2")},
    )


def rolling(*, first: bool) -> Material:
    """Two waves at a time; with the first one alone each of the others follows."""
    each = ({"a": 60, "b": 35, "c": 30}, {"a": 66, "b": 7, "c": 31}, {"a": 60, "b": 41, "c": 30})
    pairs = [{unit: one[unit] + other[unit] for unit in one} for one, other in pairwise(each)]
    windows = [bases(f"r{at}", people, *EVERY) for at, people in enumerate(pairs)]
    alone = [bases("w1", each[0], *EVERY)] if first else []
    return given(*alone, *windows, pools={"r0": ("w1", "w2"), "r1": ("w2", "w3")})


def late(people: int, answer: int, *, unit: int = 0) -> Material:
    """A wave, and its answers again under another name with a few more of one unit."""
    answers = answered(50, 10, 60, 65)
    more = Microdata(
        answers.n + people,
        {"unit": np.append(answers.variables["unit"], np.full(people, unit, np.int16))},
        {"safe": np.append(answers.items["safe"], np.full(people, answer, np.int16))},
    )
    made = [
        publish(*(book(), UNITS, data), wave=wave(name, month), policy=DisclosurePolicy())
        for name, month, data in (("w1", 3, answers), ("w2", 9, more))
    ]
    return given(*made, plan=UNITS)
