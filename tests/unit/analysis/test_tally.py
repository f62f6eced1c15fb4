"""What the tally refuses, and edges that properties seldom meet."""

from __future__ import annotations

from dataclasses import replace

import fixtures_analysis as fixtures
import numpy as np
import pytest

from analysis import tally as counting
from analysis.errors import DataError
from analysis.microdata import Microdata
from analysis.plan import Breakdown, TablePlan, Value
from analysis.publish import exact
from analysis.tally import tally

STUDY = fixtures.small(200)


def weighted(*weights: float) -> Microdata:
    data = fixtures.microdata(STUDY.codebook, len(weights))
    return replace(data, weights=np.array(weights))


@pytest.mark.parametrize("wrong", [0.0, -1.0, float("nan"), float("inf"), 1e6, 1e-3])
def test_a_weight_that_cannot_be_one_is_refused_with_its_place(wrong: float) -> None:
    with pytest.raises(DataError, match="weight of answer 2 is"):
        tally(STUDY.codebook, STUDY.plan, weighted(1.0, wrong, 1.0))


def test_weights_that_would_lose_exactness_are_refused() -> None:
    with pytest.raises(DataError, match="too large together"):
        tally(STUDY.codebook, STUDY.plan, weighted(*[9e4] * 60))


def test_weights_of_one_give_the_unweighted_figures() -> None:
    plain = exact(STUDY.codebook, STUDY.plan, STUDY.microdata)
    ones = replace(STUDY.microdata, weights=np.ones(200))
    same = exact(STUDY.codebook, STUDY.plan, ones)
    for measure in ("leadership", "led"):
        one, other = plain.at("force", measure), same.at("force", measure)
        assert one is not None
        assert other is not None
        assert other.plain == one
        assert other.positive == pytest.approx(one.positive, abs=1e-6)
        assert other.effective == pytest.approx(one.people)


def test_a_plan_without_breakdowns_counts_everybody_in_one_cell() -> None:
    plan = TablePlan((), ())
    counted = tally(STUDY.codebook, plan, STUDY.microdata)
    assert len(counted.cells) == 1
    assert counted.at_groups.people.tolist() == [200]
    assert (counted + counted).at_groups.people.tolist() == [400]


def test_people_of_unknown_category_are_in_the_force_and_in_no_group() -> None:
    nobody = np.full(200, -1)
    study = fixtures.with_answers(STUDY, ethnicity=nobody)
    figures = exact(study.codebook, study.plan, study.microdata)
    by_group = dict(zip(figures.names, figures.sums.people.tolist(), strict=True))
    assert by_group["force"] == 200
    assert by_group["ethnicity=majority"] == by_group["ethnicity=minority"] == 0
    assert figures.at("ethnicity=minority", "led") is None


def test_many_variables_are_numbered_without_a_table_of_all_their_cells() -> None:
    """Past 2**24 possible cells the numbering sorts; the counts must not notice."""
    names = [f"v{number}" for number in range(9)]
    codes = tuple(f"c{number}" for number in range(6))
    book = replace(STUDY.codebook, variables=tuple(fixtures.variable(n, codes) for n in names))
    breakdowns = tuple(
        Breakdown(name, name, name, ("all",), (Value("c0", "C0", "all", None, frozenset({"c0"})),))
        for name in names
    )
    rng = np.random.default_rng(3)
    data = Microdata(
        300,
        {name: rng.integers(-1, 6, 300).astype(np.int16) for name in names},
        fixtures.microdata(STUDY.codebook, 300).items,
    )
    counted = tally(book, TablePlan(breakdowns, ()), data)
    assert (counted.cells.people.sum(), counted.cells.profiles.shape[1]) == (300, 9)
    everyone = {tuple(int(data.variables[name][i]) for name in names) for i in range(300)}
    assert {tuple(row) for row in counted.cells.profiles.tolist()} == everyone


@pytest.mark.parametrize("weights", [None, np.linspace(0.5, 2, 200)])
def test_many_ways_in_many_cells_are_counted_by_sorting_with_the_same_result(
    weights: np.ndarray | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = replace(STUDY.microdata, weights=weights)
    by_table = tally(STUDY.codebook, STUDY.plan, data)
    monkeypatch.setattr(counting, "is_small", lambda *_: False)
    by_sorting = tally(STUDY.codebook, STUDY.plan, data)
    for one, other in zip(
        by_table.at_cells.themes.values(), by_sorting.at_cells.themes.values(), strict=True
    ):
        for name, sums in vars(one).items():
            assert np.array_equal(sums, getattr(other, name)), name


def test_a_breakdown_of_a_variable_that_does_not_exist_is_refused() -> None:
    plan = TablePlan((replace(fixtures.probationer(), variable="rank"),), ())
    with pytest.raises(DataError, match="variable rank"):
        tally(STUDY.codebook, plan, STUDY.microdata)


def test_tallies_of_different_questionnaires_do_not_add() -> None:
    one = tally(STUDY.codebook, STUDY.plan, STUDY.microdata)
    other = tally(replace(STUDY.codebook, version="2"), STUDY.plan, STUDY.microdata)
    with pytest.raises(DataError, match="different questionnaires"):
        one + other
    weights = replace(STUDY.microdata, weights=np.ones(200))
    with pytest.raises(DataError, match="unweighted"):
        one + tally(STUDY.codebook, STUDY.plan, weights)
