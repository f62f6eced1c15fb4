"""What goes together with a declared outcome, as it is published."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import fixtures_analysis as fixtures
import numpy as np

from analysis.codebook import Codebook
from analysis.microdata import Microdata
from analysis.moments import moments
from analysis.policy import DisclosurePolicy
from analysis.publish import WaveFacts, publish
from analysis.publish.drivers import driver_rows
from analysis.statistics.drivers import lmg


def book(outcome: str | None = "stay") -> Codebook:
    items = [fixtures.item(name, "leadership") for name in ("a", "b", "c")]
    items += [fixtures.item("fair", "fairness"), fixtures.item("busy", "workload")]
    items += [fixtures.item("stay", "specialist")]
    return replace(fixtures.codebook(tuple(items)), outcome=outcome)


def answers(n: int) -> Microdata:
    """Whoever finds it fair stays; the other two themes have little to do with it."""
    data = fixtures.microdata(book(), n)
    rng = np.random.default_rng(4)
    noise = rng.integers(0, 5, (2, n)).astype(np.int16)
    follows = rng.random(n) < 0.7
    stay = np.where(follows, data.items["fair"], noise[0])
    return replace(data, items={**data.items, "stay": stay, "busy": noise[1]})


def test_shares_are_those_of_r_squared_in_whole_percents() -> None:
    found = moments(book(), answers(800))
    assert found.outcome is not None
    exact = lmg(*found.outcome.scores())
    rows = driver_rows(book(), found)
    assert [row.measure for row in rows] == ["leadership", "fairness", "workload"]
    assert [row.share for row in rows] == [
        round(100 * share / exact.r_squared) for share in exact.shares
    ]
    assert {row.explained for row in rows} == {round(100 * exact.r_squared)}
    assert (rows[1].first, rows[1].last) == (1, 1)
    assert (rows[2].last) == 3
    assert rows[1].share is not None
    assert rows[1].share > 60


def test_under_five_hundred_people_the_rows_are_empty() -> None:
    rows = driver_rows(book(), moments(book(), answers(450)))
    assert [(row.share, row.first, row.last, row.explained, row.status) for row in rows] == [
        (None, None, None, None, "c")
    ] * 3


def test_where_nobody_differs_the_rows_are_empty() -> None:
    data = answers(800)
    same = replace(data, items={**data.items, "stay": np.zeros(800, np.int16)})
    assert {row.status for row in driver_rows(book(), moments(book(), same))} == {"c"}


def test_without_a_declared_outcome_there_are_no_rows() -> None:
    assert driver_rows(book(None), moments(book(None), answers(800))) == ()


def test_a_release_holds_them_and_is_the_same_again() -> None:
    facts = WaveFacts("autumn", "Autumn survey", date(2026, 11, 1))
    parts = (book(), fixtures.plan(), answers(800))
    first, again = (publish(*parts, wave=facts, policy=DisclosurePolicy()) for _ in range(2))
    assert first.drivers == again.drivers == driver_rows(book(), moments(book(), answers(800)))
