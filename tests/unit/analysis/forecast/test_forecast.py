"""What a forecast promises: the chances of a lone group, the real control, and who costs what."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import fixtures_coarser as coarse
import numpy as np
import pytest
from fixtures_analysis import Study, small
from fixtures_disclosure import codebook, flat, plan, table
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from analysis.codebook import Codebook
from analysis.errors import DataError
from analysis.forecast import Answering, Forecast, forecast, frame, offering
from analysis.forecast.drawing import _left_out
from analysis.ladders import Ladder, Rung
from analysis.microdata import Microdata
from analysis.plan import Table, TablePlan
from analysis.policy import DisclosurePolicy
from analysis.publish import WaveFacts, publish
from analysis.release.model import Release

POLICY = DisclosurePolicy()


def forecast_of(
    book: Codebook,
    tables: TablePlan,
    people: dict[str, int],
    answering: Answering,
    *,
    draws: int = 100,
    seed: int = 1,
    policy: DisclosurePolicy = POLICY,
) -> Forecast:
    return forecast(
        *(book, tables, frame(book, tables, people), answering),
        policy=policy,
        rng=np.random.default_rng(seed),
        draws=range(draws),
    )


def lone(people: int, rate: float, draws: int, k: int = 10) -> Forecast:
    """A force of one group, everybody in it: nothing but the threshold can hide it."""
    book = codebook({"unit": ["a"]})
    answering = Answering(rate, withheld=0)
    return forecast_of(
        *(book, plan([flat("unit", ["a"])], [table("unit")]), {"unit=a": people}, answering),
        draws=draws,
        policy=DisclosurePolicy(k=k),
    )


@pytest.mark.slow
@pytest.mark.parametrize(("people", "rate", "k"), [(15, 60, 10), (30, 60, 20)])
def test_a_lone_group_is_shown_as_often_as_the_binomial_says(
    people: int, rate: float, k: int
) -> None:
    group = lone(people, rate, 400, k).groups[-1]
    exact = binom.sf(k - 1, people, rate / 100)
    four_errors = 4 * (exact * (1 - exact) / 400) ** 0.5
    assert group.shown == pytest.approx(exact, abs=four_errors)
    assert group.small == pytest.approx(1 - exact, abs=four_errors)
    assert group.others == 0
    assert group.base == pytest.approx(people * rate / 100, abs=0.4)


@pytest.mark.slow
@settings(deadline=None, max_examples=10)
@given(
    people=st.integers(12, 60),
    rates=st.tuples(st.integers(10, 100), st.integers(10, 100)).map(sorted),
)
def test_a_lone_group_is_shown_more_often_at_a_higher_rate(people: int, rates: list[int]) -> None:
    # One seed: who answers at the lower rate answers at the higher.
    lower, higher = (lone(people, rate, 25).groups[-1].shown for rate in rates)
    assert lower <= higher


def test_a_coarser_answer_takes_people_out_of_the_parts_and_not_out_of_the_whole() -> None:
    people = {f"unit={one}": 1000 for one in "abcd"}
    answering = Answering(100, withheld=0, coarser=30)
    found = forecast_of(coarse.BOOK, coarse.ASKED.plan, people, answering, draws=10)
    for group in found.groups:
        size = {"force": 4000, "unit=north": 2000, "unit=south": 2000}.get(group.id, 700)
        assert group.base == pytest.approx(size, abs=0 if size > 700 else 30)
    few, none, many = (
        forecast_of(
            *(coarse.BOOK, coarse.ASKED.plan, people, replace(answering, coarser=share)), draws=20
        )
        for share in (0.2, 0, 30)
    )
    shown = {share: found.groups[-1].shown for share, found in ((0, none), (0.2, few), (30, many))}
    # With one to nine in a command, one of its departments goes.
    assert shown[0] == shown[30] == 1
    assert sum(group.others for group in few.groups) > 0
    assert offering(coarse.ASKED.plan) == ("Unit",)


def test_withholding_takes_people_out_of_the_group_and_not_out_of_the_force() -> None:
    book = codebook({"unit": ["a"]})
    tables = plan([flat("unit", ["a"])], [table("unit")])
    found = forecast_of(book, tables, {"unit=a": 1000}, Answering(100, withheld=20), draws=40)
    force, unit = found.groups
    assert force.base == 1000
    assert unit.base == pytest.approx(800, abs=10)


def test_a_group_can_have_a_rate_of_its_own_and_the_last_named_counts() -> None:
    book, tables = codebook({"unit": ["a", "b"]}), plan([flat("unit", ["a", "b"])], [table("unit")])
    rates = {"force": 50.0, "unit=b": 100.0}
    answering = Answering(10, rates, withheld=0)
    found = forecast_of(book, tables, {"unit=a": 400, "unit=b": 400}, answering)
    assert [group.base for group in found.groups[1:]] == [pytest.approx(200, abs=5), 400]


@pytest.mark.slow
def test_the_seed_decides_everything() -> None:
    study = small()
    people = margins(study.plan, 900)
    one, same, other = (
        forecast_of(study.codebook, study.plan, people, Answering(60), draws=5, seed=seed)
        for seed in (4, 4, 5)
    )
    assert one == same
    assert one != other


def margins(tables: TablePlan, people: int) -> dict[str, int]:
    """Equal headcounts for the finest groups of each single breakdown."""
    found = {"force": people}
    for breakdown in tables.breakdowns:
        inner = {value.parent for value in breakdown.values}
        values = [value for value in breakdown.values if value.id not in inner]
        for value in values:
            found[f"{breakdown.id}={value.id}"] = people // len(values)
    return found


def released(study: Study, people: dict[str, int], answering: Answering, seed: int) -> Release:
    """The Release of the wave that a forecast of one draw with this seed draws."""
    book, tables = study.codebook, study.plan
    made = frame(book, tables, people)
    answered = answering.drawn(book, tables, made, np.random.default_rng(seed))
    rng = np.random.default_rng(seed)
    items = {item.id: rng.integers(0, 5, answered.n).astype(np.int16) for item in book.items}
    return publish(
        *(book, tables, Microdata(answered.n, answered.variables, items)),
        wave=WaveFacts("w", "w", date(2026, 1, 1)),
        policy=POLICY,
    )


def groups_of(release: Release) -> set[str]:
    return {row.group for row in release.groups if row.status == "shown"}


@pytest.mark.parametrize("seed", range(6))
def test_the_release_of_a_drawn_wave_shows_what_was_forecast_for_it(seed: int) -> None:
    study = small()
    people, answering = margins(study.plan, 260), Answering(55)
    found = forecast_of(study.codebook, study.plan, people, answering, draws=1, seed=seed)
    shown = {group.id for group in found.groups if group.shown == 1}
    assert shown == groups_of(released(study, people, answering, seed))
    assert 0 < len(shown) < len(study.plan.groups)


def with_too_fine_a_table(study: Study) -> Study:
    """The study with every department by ethnic group by probation: cells of one or two people."""
    names = ("command", "ethnicity", "probationer")
    fine = Table("too-fine", names, (None, None, None))
    return replace(study, plan=replace(study.plan, tables=(*study.plan.tables, fine)))


SEED_OF_TOO_FINE = 3


@pytest.fixture(scope="module")
def with_too_fine() -> Forecast:
    """The forecast of one wave with a crossing that is too fine: it takes long, and two read it."""
    fine = with_too_fine_a_table(small())
    people = margins(small().plan, 600)
    return forecast_of(
        fine.codebook, fine.plan, people, Answering(60), draws=1, seed=SEED_OF_TOO_FINE
    )


@pytest.mark.slow
def test_a_crossing_that_is_too_fine_is_named_the_dearest(with_too_fine: Forecast) -> None:
    plain, after = small(), with_too_fine
    people = margins(plain.plan, 600)
    before = forecast_of(plain.codebook, plain.plan, people, Answering(60), draws=2)
    assert "too-fine" not in {table.id for table in before.tables}
    assert after.dearest is not None
    assert after.dearest.id == "too-fine"
    assert after.dearest.shown < len(after.dearest.groups) / 2
    assert after.dearest.cost
    # Its finest level is left out, so the other tables lose nothing to that.
    assert 1 in dict(after.dearest.left_out).values()
    assert not before.tables[0].left_out


@pytest.mark.slow
def test_the_cost_of_a_crossing_is_what_two_releases_differ_by(with_too_fine: Forecast) -> None:
    plain, fine = small(), with_too_fine_a_table(small())
    people, answering = margins(plain.plan, 600), Answering(60)
    shown = groups_of(released(plain, people, answering, SEED_OF_TOO_FINE))
    fewer = groups_of(released(fine, people, answering, SEED_OF_TOO_FINE))
    bases = {group.id: group.base for group in with_too_fine.groups}
    gained = sum(bases[group] for group in shown - fewer)
    lost = sum(bases[group] for group in fewer & set(plain.plan.group_by_id) - shown)
    assert with_too_fine.tables[-1].cost == gained - lost > 50


def test_crossings_with_room_for_everybody_cost_nothing() -> None:
    study = small()
    people = margins(study.plan, 9000)
    found = forecast_of(study.codebook, study.plan, people, Answering(60, withheld=0), draws=5)
    assert found.dearest is None
    assert [table.cost for table in found.tables] == [None, None, None, 0, 0]
    assert all(table.shown == len(table.groups) and not table.hidden for table in found.tables)


@pytest.mark.slow
def test_every_group_is_shown_small_or_hidden_for_others() -> None:
    study = small()
    found = forecast_of(
        study.codebook, study.plan, margins(study.plan, 260), Answering(50), draws=25
    )
    assert [group.id for group in found.groups] == [group.id for group in study.plan.groups]
    assert any(group.others for group in found.groups)
    for group in found.groups:
        assert group.shown + group.small + group.others == pytest.approx(1)


def test_nothing_is_shown_of_a_wave_that_too_few_answer() -> None:
    found = lone(12, 5, 40)
    assert found.nothing == 1
    assert not any(group.shown for group in found.groups)


@pytest.mark.parametrize("rate", [0, -5, 100.5, float("nan"), float("inf")])
def test_a_rate_that_is_none_is_refused(rate: float) -> None:
    with pytest.raises(DataError, match="over 0 and at most 100"):
        Answering(rate)
    with pytest.raises(DataError, match=r"rate of unit=a"):
        Answering(50, {"unit=a": rate})


@pytest.mark.parametrize("withheld", [-1, 100, float("nan")])
def test_a_share_withheld_or_coarser_that_is_none_is_refused(withheld: float) -> None:
    for share in ({"withheld": withheld}, {"coarser": withheld}):
        with pytest.raises(DataError, match="from 0 to under 100"):
            replace(Answering(50), **share)


def test_a_rate_of_no_group_and_no_draws_are_refused() -> None:
    study = small()
    book, tables, people = study.codebook, study.plan, margins(study.plan, 300)
    with pytest.raises(DataError, match="no group 'command=moon'"):
        forecast_of(book, tables, people, Answering(50, {"command=moon": 40}))
    with pytest.raises(DataError, match="one draw at least"):
        forecast_of(book, tables, people, Answering(50), draws=0)


def test_leaving_a_table_out_keeps_the_ladders_of_the_others() -> None:
    study = small()
    asked = "ethnicity=minority&probationer=yes"
    ladder = Ladder("watched", asked, (Rung("group", (asked,), ("Both",)),), named=True)
    laddered = replace(study.plan, ladders=(ladder,))
    crossings = {table.id: table for table in laddered.tables}
    kept = _left_out(laddered, crossings["command-ethnicity"])
    assert kept.ladders == (ladder,)
    assert not _left_out(laddered, crossings["ethnicity-probationer"]).ladders
