"""Two waves of which the second one's finding tells how few people of the first answered.

North is 120 people: 101 in a part that is shown, 19 in one that is not. The 19 are what North
leaves when its shown part is taken off.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache

import fixtures_analysis as fixtures
import fixtures_disclosure as small
import numpy as np
import pytest

from analysis.attack.audit import Audit
from analysis.codebook import Codebook, Theme
from analysis.microdata import Microdata
from analysis.plan import FORCE
from analysis.policy import DisclosurePolicy
from analysis.publish import WaveFacts, making, publish
from analysis.release.model import Release
from analysis.release.rows import ConcernRow, ConcernState

PEOPLE = {"n-large": 101, "n-few": 19, "s-one": 120, "s-two": 130}
PLAN = small.plan(
    [small.nested("unit", {"north": ["n-large", "n-few"], "south": ["s-one", "s-two"]})],
    [small.table("unit")],
)
AGREE, DISAGREE = 1, 3
NORTH, THEME = "unit=north", "safety"


def wave(name: str, month: int) -> WaveFacts:
    return WaveFacts(name, name, date(2026, month, 28))


def book(*more: str) -> Codebook:
    """A theme of one item, or of several."""
    names = ("safe", *more)
    items = tuple(fixtures.item(name, THEME) for name in names)
    found = fixtures.codebook(items, (Theme(THEME, "Safety", names),))
    return replace(found, variables=(fixtures.variable("unit", tuple(PEOPLE)),))


def answered(*agree: int) -> Microdata:
    """So many of each unit agree, and all others disagree."""
    units = np.repeat(np.arange(len(PEOPLE)), list(PEOPLE.values())).astype(np.int16)
    safe = np.concatenate(
        [
            np.repeat([AGREE, DISAGREE], [some, n - some])
            for some, n in zip(agree, PEOPLE.values(), strict=True)
        ]
    ).astype(np.int16)
    return Microdata(len(units), {"unit": units}, {"safe": safe})


@cache
def careless() -> Release:
    """Nearly all of the 19 agree, and shares in steps of five hide that."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(making, "protect_answers", lambda _, shown, __: shown)
        patch.setattr(making, "examine", lambda *_: Audit((), None))
        made = publish(
            *(book(), PLAN, answered(46, 19, 65, 70)),
            wave=wave("spring", 3),
            policy=DisclosurePolicy(),
        )
    told = {NORTH: 55, "unit=n-large": 40}
    bare = {"neutral": None, "negative": None, "score": None}
    rows = tuple(
        replace(row, positive=told[row.group], **bare) if row.group in told else row  # type: ignore[arg-type]
        for row in made.estimates
    )
    hidden = ("base", "positive", "neutral", "negative", "score", "lower", "upper")
    none = {**dict.fromkeys(hidden), "positive_bound": "", "status": "c"}
    rows = tuple(
        replace(row, **none) if row.group == "unit=n-few" else row  # type: ignore[arg-type]
        for row in rows
    )
    groups = tuple(
        replace(row, base=None, status="c") if row.group == "unit=n-few" else row
        for row in made.groups
    )
    steps = ((tuple(told), ((THEME, 5), ("safe", 5))),)
    return replace(
        made,
        groups=groups,
        estimates=rows,
        distributions=(),
        comparisons=(),
        concerns=(),
        manifest=replace(made.manifest, coarser=steps),
    )


def later(state: ConcernState) -> Release:
    """A second wave with a finding of North that rests on the first."""
    row = ConcernRow(NORTH, THEME, "strength", state, "force", 6, 3, 9, 5, "words", "spring")
    facts = replace(careless().manifest, wave="autumn", closed="2026-09-28")
    rows = tuple(
        replace(one, positive=70) if one.group == NORTH else one for one in careless().estimates
    )
    return replace(careless(), manifest=facts, estimates=rows, concerns=(row,))


def of_two_items(release: Release, force: int | None = None) -> Release:
    """The theme has a second item, which says the same; the force may say something else."""
    item = release.measure_by_id["safe"]
    rows = tuple(
        replace(row, positive=force) if force is not None and row.group == FORCE else row
        for row in release.estimates
    )
    second = tuple(replace(row, measure="sound") for row in rows if row.measure == "safe")
    measures = (*release.measures, replace(item, measure="sound"))
    return replace(release, measures=measures, estimates=(*rows, *second))
