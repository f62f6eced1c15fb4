"""The band of a sensitive category, opened by its reading and the reading's other categories."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import fixtures_analysis as fixtures
import fixtures_disclosure as small
import numpy as np
import pytest

from analysis.attack.audit import Audit
from analysis.attack.shares import attack_shares
from analysis.codebook import AnswerCategory
from analysis.microdata import Microdata
from analysis.policy import DisclosurePolicy
from analysis.publish import WaveFacts, category_percents, coarser, making, publish
from analysis.release.model import Release

POLICY = DisclosurePolicy()
CATEGORIES = (
    AnswerCategory("never", "Never", "positive", 100.0),
    AnswerCategory("once", "Once", "negative", 50.0),
    AnswerCategory("often", "Often", "negative", 0.0),
)
PEOPLE = {"a": 146, "b": 900, "c": 300}
ONCE, OFTEN = 55, (0, 1, 2)
"""In `a`, item by item."""


def released() -> Release:
    items = {}
    for number, often in enumerate(OFTEN):
        a = np.repeat([0, 1, 2], [PEOPLE["a"] - ONCE - often, ONCE, often])
        b, c = np.repeat([0, 1, 2], [500, 380, 20]), np.repeat([0, 1, 2], [160, 130, 10])
        items[f"q{number}"] = np.concatenate([a, b, c]).astype(np.int16)
    made = tuple(fixtures.item(q, categories=CATEGORIES, sensitive=True) for q in items)
    book = replace(
        fixtures.codebook(made, ()), themes=(), variables=(fixtures.variable("unit", tuple("abc")),)
    )
    units = np.repeat(range(3), list(PEOPLE.values())).astype(np.int16)
    plan = small.plan([small.flat("unit", [*"abc"])], [small.table("unit")])
    return publish(
        *(book, plan, Microdata(len(units), {"unit": units}, items)),
        wave=WaveFacts("one", "One", date(2026, 3, 31)),
        policy=POLICY,
    )


def planted(monkeypatch: pytest.MonkeyPatch) -> Release:
    """With every category shown, whatever their reading says, and nobody who looks at bands."""
    with monkeypatch.context() as patch:
        patch.setattr(category_percents, "_opens_a_band", lambda *_: False)
        patch.setattr(coarser, "numerators", lambda *_: None)
        patch.setattr(coarser, "opened_along_lines", lambda *_: ())
        patch.setattr(making, "attack_shares", lambda _: ())
        patch.setattr(making, "examine", lambda *_: Audit((), None))
        return released()


def opened(release: Release) -> Iterator[str]:
    """Items of which the reading less "once" leaves fewer than five "often" in `a`."""
    for item in release.measure_by_id:
        row = release.estimate_by_key["unit=a", item]
        if row.negative is None:
            continue
        fits = [
            often
            for often in range(PEOPLE["a"])
            for once in range(PEOPLE["a"] - often)
            if _shows(release, item, "once", once, 5)
            and _shows(release, item, "often", often, 1)
            and 100 * (once + often) // PEOPLE["a"] in (row.negative - 1, row.negative)
            and round(100 * (once + often) / PEOPLE["a"]) == row.negative
        ]
        if max(fits) < POLICY.min_numerator:
            yield item


def _shows(release: Release, item: str, code: str, people: int, step: int) -> bool:
    """Whether so many people would be shown so, as far as it is shown."""
    shown = {one.category: one for one in release.distribution_by_key["unit=a", item]}[code]
    if shown.percent is None:
        return True
    half, share = step / 2, 100 * people / PEOPLE["a"]
    if shown.bound == "or_less":
        return share < shown.percent + half
    return shown.percent - half <= share < shown.percent + half


def test_no_band_is_opened_by_its_own_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    made, before = released(), planted(monkeypatch)
    assert not list(opened(made))
    assert set(opened(before)) == set(made.measure_by_id)
    for item in made.measure_by_id:
        shown = [one.percent for one in made.distribution_by_key["unit=a", item]]
        assert shown[1] is None, "the other category goes"
        assert None not in (shown[0], shown[2])
        row = made.estimate_by_key["unit=a", item]
        assert row.negative == before.estimate_by_key["unit=a", item].negative


def test_the_auditor_sees_it(monkeypatch: pytest.MonkeyPatch) -> None:
    before, made = planted(monkeypatch), released()
    found = {(one.group, one.measure) for one in attack_shares(before)}
    assert found == {("unit=a", item) for item in made.measure_by_id}
    assert not list(attack_shares(made))


def test_an_item_is_not_lost_for_one_of_its_categories(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the auditor sees through is withheld whole, readings and all."""
    monkeypatch.setattr(category_percents, "_opens_a_band", lambda *_: False)
    lost = [row.measure for row in released().estimates if row.status != "shown"]
    assert set(lost) == {f"q{number}" for number in range(len(OFTEN))}
    monkeypatch.undo()
    assert {row.status for row in released().estimates} == {"shown"}
