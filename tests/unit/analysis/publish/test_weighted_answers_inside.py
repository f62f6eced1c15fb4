"""Answers of hidden people whose weights are large: told by weighted shares, and mended.

Two commands are shown, and 18 people of two small ones are not. Each of these counts for six of the
others, so the force's weighted share tells of them what that of people does not.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import fixtures_analysis as fixtures
import fixtures_disclosure as small
import numpy as np
import pytest

from analysis.codebook import AnswerCategory, Codebook
from analysis.microdata import Microdata
from analysis.plan import FORCE
from analysis.policy import DisclosurePolicy
from analysis.publish import WaveFacts, making, publish
from analysis.publish.amounts import Amounts
from analysis.publish.coarser import protect_answers
from analysis.publish.figures import Figures
from analysis.publish.shown import Shown
from analysis.publish.told import Telling
from analysis.release.model import Release
from analysis.tally import Tally, tally

WAVE = WaveFacts("one", "One", date(2026, 3, 31))
PEOPLE = {"a": 150, "b": 140, "c": 9, "d": 9}
HEAVY, HIDDEN = 6.0, 18
WHOLE = 150 + 140 + HEAVY * HIDDEN
YES_OR_NO = (
    AnswerCategory("yes", "Yes", "positive", 100.0),
    AnswerCategory("no", "No", "negative", 0.0),
)
ITEMS = 12


def released() -> Release:
    draws = np.random.default_rng(0)
    units = np.repeat(np.arange(len(PEOPLE)), list(PEOPLE.values())).astype(np.int16)
    hidden = units > 1
    items = {}
    for number in range(ITEMS):
        given = (draws.random(len(units)) > draws.uniform(0.3, 0.7)).astype(np.int16)
        given[hidden] = number % 2
        items[f"q{number}"] = given
    plan = small.plan([small.flat("unit", list(PEOPLE))], [small.table("unit")])
    book = fixtures.codebook(tuple(fixtures.item(q, categories=YES_OR_NO) for q in items), ())
    book = replace(book, themes=(), variables=(fixtures.variable("unit", tuple(PEOPLE)),))
    data = Microdata(len(units), {"unit": units}, items, np.where(hidden, HEAVY, 1.0))
    return publish(book, plan, data, wave=WAVE, policy=DisclosurePolicy(), weight="W")


def told_of(release: Release) -> Iterator[str]:
    """Items of which it is known that nearly all or nearly nobody of the hidden said yes."""
    for item in release.measure_by_id:
        ends = []
        for group, weight in ((FORCE, WHOLE), ("unit=a", -150.0), ("unit=b", -140.0)):
            row = release.estimate_by_key[group, item]
            half = release.coarser_by_key.get((group, item), 1) / 2
            if row.positive is None or row.positive_bound:
                break
            ends.append(sorted(weight * (row.positive + by) / 100 for by in (-half, half)))
        else:
            low, high = (sum(one[end] for one in ends) / (HEAVY * HIDDEN) for end in (0, 1))
            if low > 0.9 or high < 0.1:
                yield item


def test_weighted_shares_do_not_tell_of_the_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not list(told_of(released()))

    tallies: list[Tally] = []

    def noted(shown: Shown, counted: Tally) -> Telling:
        tallies.append(counted)
        return Telling(shown, counted)

    def of_people(_: Telling, shown: Shown, book: Codebook) -> Shown:
        counted = replace(tallies[-1], at_cells=tallies[-1].at_cells.unweighted())
        figures = Figures(book, shown.figures.names, counted.at_groups)
        plain = replace(shown, figures=figures)
        found = protect_answers(Telling(plain, counted), plain, book)
        return replace(shown, coarser=found.coarser, withheld=found.withheld)

    monkeypatch.setattr(making, "Telling", noted)
    monkeypatch.setattr(making, "protect_answers", of_people)
    assert list(told_of(released())), "the attacker sees through what is judged on people alone"


def test_amounts_are_people_where_nothing_is_weighted() -> None:
    study = fixtures.small()
    plain, weighted = (_amounts(study.microdata, study), _amounts(_alike(study), study))
    assert weighted.weighted
    assert not plain.weighted
    for measure in (*study.codebook.item_by_id, *study.codebook.theme_by_id):
        assert weighted.answered(measure) == pytest.approx(2 * plain.answered(measure))
    assert weighted.everybody() == pytest.approx(2 * plain.everybody())
    for item in study.codebook.item_by_id:
        assert weighted.of_item(item) == pytest.approx(2 * plain.of_item(item))
    for theme in study.codebook.theme_by_id:
        assert weighted.of_theme(theme) == pytest.approx(2 * plain.of_theme(theme))


def _alike(study: fixtures.Study) -> Microdata:
    return replace(study.microdata, weights=np.full(study.microdata.n, 2.0))


def _amounts(data: Microdata, study: fixtures.Study) -> Amounts:
    return Amounts(study.codebook, tally(study.codebook, study.plan, data).at_cells)
