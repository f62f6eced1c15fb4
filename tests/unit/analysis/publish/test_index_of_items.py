"""A theme whose figure is the mean of its items' percents, in a Release."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import fixtures_analysis as fixtures
import fixtures_disclosure as small
import numpy as np
import pytest

from analysis.codebook import Index, Theme
from analysis.microdata import Microdata
from analysis.plan import FORCE
from analysis.policy import DisclosurePolicy
from analysis.publish import WaveFacts, figures, publish
from analysis.publish.compared import exact_differences
from analysis.publish.figures import exact
from analysis.release.model import Release

ITEMS = ("led", "seen")
WAVE = WaveFacts("autumn", "Autumn survey", date(2026, 11, 1))


def released(index: Index) -> Release:
    """Nearly nobody is asked the second statement, and all of those agree."""
    study = fixtures.small()
    book = study.codebook
    theme = replace(book.theme_by_id["leadership"], index=index)
    asked = np.arange(study.microdata.n) < 300
    agreed = len(book.item_by_id["seen"].codes) - 1
    seen = np.where(asked, study.microdata.items["seen"], -1).astype(np.int16)
    seen[:200] = min(agreed, 4)
    data = fixtures.with_answers(study, seen=seen).microdata
    return publish(
        *(replace(book, themes=(theme,)), study.plan, data),
        wave=WAVE,
        policy=DisclosurePolicy(),
    )


def test_its_figure_is_the_mean_of_the_published_percents_of_its_items() -> None:
    by_items, by_people = released("mean_of_items"), released("respondent_mean")
    parts = [by_items.estimate_by_key[FORCE, item].positive for item in ITEMS]
    found = by_items.estimate_by_key[FORCE, "leadership"].positive
    assert found == pytest.approx(sum(map(int, parts)) / 2, abs=1)  # type: ignore[arg-type]
    other = by_people.estimate_by_key[FORCE, "leadership"].positive
    assert found is not None
    assert other is not None
    assert abs(found - other) > 3


def test_the_release_says_of_what_it_is_the_mean_and_the_line_breaks_when_that_changes() -> None:
    by_items, by_people = (
        released(index).measure_by_id for index in ("mean_of_items", "respondent_mean")
    )
    assert by_items["leadership"].index == "mean_of_items"
    assert by_people["leadership"].index == "respondent_mean"
    assert by_items["led"].index == ""
    assert by_items["leadership"].fingerprint != by_people["leadership"].fingerprint
    assert by_items["led"].fingerprint == by_people["led"].fingerprint


def test_it_is_shown_only_where_all_its_items_are() -> None:
    release = released("mean_of_items")
    shown = {key for key, row in release.estimate_by_key.items() if row.status == "shown"}
    whole = {group for group, measure in shown if measure == "leadership"}
    assert whole
    assert all((group, item) in shown for group in whole for item in ITEMS)


def chances(index: Index, answering: float, waves: int) -> list[float]:
    """The p of every unit against the rest, where nobody differs from anybody.

    Args:
        index: of the theme, which has two items.
        answering: which part of the people answers the second of them.
        waves: how many are drawn.
    """
    items = tuple(fixtures.item(name, "t") for name in ITEMS)
    book = replace(fixtures.codebook(items), themes=(Theme("t", "T", ITEMS, index),))
    book = replace(book, variables=(fixtures.variable("unit", ("a", "b", "c", "d")),))
    plan = small.plan(
        [small.nested("unit", {"one": ["a", "b"], "two": ["c", "d"]})], [small.table("unit")]
    )
    unit = np.repeat(np.arange(4), 150).astype(np.int16)
    rng = np.random.default_rng(1)
    found = []
    for _ in range(waves):
        mood = rng.normal(0, 0.3, (2, 600)) + rng.normal(0, 1, (2, 600))
        led, seen = np.digitize(mood, [-1, -0.2, 0.5, 1.2]).astype(np.int16)
        seen[rng.random(600) >= answering] = -1
        data = Microdata(600, {"unit": unit}, {"led": led, "seen": seen})
        made = exact_differences(exact(book, plan, data), plan)
        found += [one.p for (_, measure), one in made.items() if measure == "t"]
    return found


def raised(chance: list[float]) -> float:
    return float(np.mean(np.array(chance) < 0.05))


def test_a_mean_of_items_is_as_sure_as_its_items_are(monkeypatch: pytest.MonkeyPatch) -> None:
    assert raised(chances("mean_of_items", 0.1, 80)) <= 0.05
    mended = figures._mean_of_items

    def as_sure_as_people(figure: figures.Figure, items: list[Any]) -> figures.Figure:
        found = mended(figure, items)
        return replace(found, spread=figure.spread, effective=figure.effective)

    with monkeypatch.context() as patch:
        patch.setattr(figures, "_mean_of_items", as_sure_as_people)
        assert raised(chances("mean_of_items", 0.1, 80)) > 0.1


def test_where_everybody_answered_everything_it_is_as_sure_as_the_people() -> None:
    by_items, by_people = (chances(index, 1.0, 2) for index in ("mean_of_items", "respondent_mean"))
    assert by_items == pytest.approx(by_people, abs=1e-4)
