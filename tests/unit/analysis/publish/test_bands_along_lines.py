"""The band of a sensitive category, opened by groups around and other categories at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import fixtures_analysis as fixtures
import fixtures_disclosure as small
import numpy as np
import numpy.typing as npt
import pytest

from analysis.attack.audit import audit
from analysis.codebook import AnswerCategory
from analysis.microdata import Microdata
from analysis.plan import FORCE
from analysis.policy import DisclosurePolicy
from analysis.publish import WaveFacts, coarser, few_told, publish
from analysis.publish.along_lines import item_along_lines
from analysis.release.model import Release

Ints = npt.NDArray[np.int64]

POLICY = DisclosurePolicy()
CATEGORIES = (
    AnswerCategory("never", "Never", "positive", 100.0),
    AnswerCategory("once", "Once", "negative", 50.0),
    AnswerCategory("often", "Often", "negative", 0.0),
)
SAID = {"a": (89, 55, 2), "b": (500, 380, 20)}
"""Never, once and often, in two units."""
PEOPLE = {unit: sum(said) for unit, said in SAID.items()}
ITEM = "q"


def released(elsewhere: tuple[int, int, int] | None = None) -> Release:
    """A force of two units, or three."""
    said = SAID if elsewhere is None else {**SAID, "c": elsewhere}
    answers = np.concatenate([np.repeat([0, 1, 2], one) for one in said.values()])
    items = (fixtures.item(ITEM, categories=CATEGORIES, sensitive=True),)
    book = replace(
        fixtures.codebook(items, ()),
        themes=(),
        variables=(fixtures.variable("unit", tuple(said)),),
    )
    units = np.repeat(range(len(said)), [sum(one) for one in said.values()]).astype(np.int16)
    return publish(
        *(book, small.plan([small.flat("unit", [*said])], [small.table("unit")])),
        Microdata(len(units), {"unit": units}, {ITEM: answers.astype(np.int16)}),
        wave=WaveFacts("one", "One", date(2026, 3, 31)),
        policy=POLICY,
    )


def often_in_a(release: Release) -> Ints:
    """Every number of "often" in `a` with which whole people fit all percents of both units."""
    once, often = np.meshgrid(np.arange(40, 75), np.arange(15), indexing="ij")
    mine = _fitting(release, "unit=a", PEOPLE["a"], once, often)
    there, most = np.meshgrid(np.arange(360, 400), np.arange(40), indexing="ij")
    theirs = _fitting(release, "unit=b", PEOPLE["b"], there, most)
    found = set()
    for one, few in zip(once[mine].tolist(), often[mine].tolist(), strict=True):
        everybody = sum(PEOPLE.values())
        both = _fitting(release, FORCE, everybody, one + there[theirs], few + most[theirs])
        if both.any():
            found.add(few)
    return np.array(sorted(found))


def _fitting(
    release: Release, group: str, n: int, once: Ints, often: Ints
) -> npt.NDArray[np.bool_]:
    """Whether so many people are shown so."""
    row = release.estimate_by_key[group, ITEM]
    if row.status != "shown":
        return np.ones_like(once, dtype=bool)
    step = release.coarser_by_key.get((group, ITEM), 1)
    of: Mapping[str, Ints] = {"never": n - once - often, "once": once, "often": often}
    rows = release.distribution_by_key[group, ITEM]
    told = [(of[one.category], one.percent, one.bound) for one in rows]
    told += [(n - once - often, row.positive, row.positive_bound)]
    told += [(once + often, row.negative, row.negative_bound)]
    fits = np.ones_like(once, dtype=bool)
    for people, percent, bound in told:
        if percent is not None:
            # Beside a band the others stand in steps of five.
            half = max(step, 5 if percent % 5 == 0 and not bound else 1) / 2
            share = 100 * people / n
            fits &= (bound == "or_less") | (share >= percent - half)
            fits &= (bound == "or_more") | (share < percent + half)
    return fits


def test_no_band_is_opened_by_all_that_stands_around_it(monkeypatch: pytest.MonkeyPatch) -> None:
    made = released()
    assert made.estimate_by_key["unit=a", ITEM].status == "shown"
    assert often_in_a(made).max() >= POLICY.min_numerator
    assert list(audit(made)) == []
    monkeypatch.setattr(coarser, "opened_along_lines", lambda *_: ())
    planted = released()
    assert often_in_a(planted).max() < POLICY.min_numerator
    shown = {row.status for row in planted.estimates}
    assert shown == {"shown"}, "no program of one category sees it"


def test_it_takes_lines_and_whole_people(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(few_told, "item_along_lines", lambda _, item: item)
    assert often_in_a(released()).max() < POLICY.min_numerator
    monkeypatch.setattr(few_told, "item_along_lines", item_along_lines)
    assert often_in_a(released()).max() >= POLICY.min_numerator


def test_nothing_is_lost_where_a_third_unit_leaves_it_open() -> None:
    made = released((160, 130, 10))
    assert {row.status for row in made.estimates} == {"shown"}
    assert not made.coarser_by_key
