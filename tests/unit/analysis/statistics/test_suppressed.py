from __future__ import annotations

import copy
import doctest
import importlib
import pickle
import pkgutil

import numpy as np
import pytest

import analysis.statistics
from analysis.errors import EstimationError
from analysis.statistics.before_after import (
    difference_in_differences,
    regression_to_the_mean,
    stands_out,
)
from analysis.statistics.comparisons import (
    cautious_welch,
    fisher_midp,
    koopman_ratio,
    miettinen_nurminen,
    welch,
)
from analysis.statistics.concerns import smallest_gap
from analysis.statistics.drivers import lmg
from analysis.statistics.families import benjamini_hochberg, rejected_inside, simes
from analysis.statistics.heterogeneity import dersimonian_laird
from analysis.statistics.intervals import (
    hypergeometric,
    mean_interval,
    stratified_mean,
    wilson,
)
from analysis.statistics.measures import index_score, respondent_scores, share
from analysis.statistics.ordinal import mann_whitney, ordinal_superiority
from analysis.statistics.reliability import cronbach_alpha, item_total_correlations
from analysis.statistics.representativeness import are_missing, r_indicator, without_assumption
from analysis.statistics.standardisation import (
    Strata,
    composition,
    directly_standardised,
    mantel_haenszel,
)
from analysis.statistics.suppressed import SUPPRESSED, Suppressed
from analysis.statistics.together import waves_together
from analysis.statistics.trends import cochran_armitage, logistic, moved
from analysis.statistics.weighting import kish_effective_n, weighted_share

CALLS = [
    (wilson, (5, 20)),
    (hypergeometric, (5, 20, 25)),
    (mean_interval, (20, 10.0, 6.0)),
    (stratified_mean, ([20], [10.0], [6.0], [40])),
    (welch, (20, 10.0, 6.0, 30, 12.0, 7.0)),
    (cautious_welch, (20, 10.0, 6.0, 30, 12.0, 7.0)),
    (waves_together, ((20, 10.0, 6.0, 30, 12.0, 7.0), (20, 10.0, 6.0, 30, 12.0, 7.0))),
    (miettinen_nurminen, (5, 20, 12, 30)),
    (koopman_ratio, (5, 20, 12, 30)),
    (fisher_midp, (5, 20, 12, 30)),
    (ordinal_superiority, ([5, 6], [7, 8])),
    (mann_whitney, ([5, 6], [7, 8])),
    (benjamini_hochberg, ([0.1, 0.2],)),
    (simes, ([0.1, 0.2],)),
    (rejected_inside, ([0.1, 0.2], 1, 2)),
    (smallest_gap, (20, 500)),
    (share, ([5, 6], [True, False])),
    (index_score, ([40, 60], [0, 100])),
    (respondent_scores, (np.array([[0.0, 100.0]]), 0.5)),
    (cronbach_alpha, (20, np.ones(3), np.eye(3))),
    (item_total_correlations, (20, np.ones(3), np.eye(3))),
    (cochran_armitage, ([5, 6, 7], [20, 20, 20], [0, 1, 2])),
    (logistic, ([5, 6], [20, 20], [[0], [1]])),
    (moved, ([0.4, 0.5], [100, 120], [0, 1])),
    (difference_in_differences, ([5, 20, 5, 20], [6, 20, 5, 20])),
    (stands_out, (5.0, [1.0, 2.0, 3.0])),
    (regression_to_the_mean, (1.0, [1.0, 2.0, 3.0, 4.0], [1.0] * 4)),
    (directly_standardised, ([5], [20], [30])),
    (mantel_haenszel, ([5], [20], [7], [20])),
    (composition, (0.5, Strata([5], [20], [0.5], [0], [0]), 0.0)),
    (r_indicator, ([20, 30], [10, 12])),
    (are_missing, ([400], [200], [40], [2.5])),
    (without_assumption, (0.5, 0.5)),
    (dersimonian_laird, ([1.0, 2.0], [1.0, 1.0])),
    (lmg, (20, np.zeros(3), np.eye(3))),
    (kish_effective_n, (20.0, 25.0)),
    (weighted_share, (5.0, 20.0, 25.0)),
]


@pytest.mark.parametrize(
    ("estimator", "arguments"), CALLS, ids=lambda v: getattr(v, "__name__", "")
)
def test_every_estimator_given_a_suppressed_figure_returns_it(estimator, arguments):
    for position in range(len(arguments)):
        given = list(arguments)
        given[position] = SUPPRESSED
        assert estimator(*given) is SUPPRESSED


def test_suppressed_passes_through_keywords():
    assert wilson(5, 20, population=SUPPRESSED) is SUPPRESSED


def test_the_list_above_leaves_no_estimator_out():
    found = set()
    for module in pkgutil.iter_modules(analysis.statistics.__path__, "analysis.statistics."):
        content = vars(importlib.import_module(module.name))
        found |= {value for value in content.values() if hasattr(value, "__wrapped__")}
    assert found == {estimator for estimator, _ in CALLS}


@pytest.mark.parametrize(
    "use", [bool, float, int, abs, sum, np.asarray, lambda v: v + 1, lambda v: v < 1, lambda v: -v]
)
def test_a_suppressed_figure_cannot_be_used_as_a_number(use):
    with pytest.raises(TypeError):
        use(SUPPRESSED)


def test_a_suppressed_figure_inside_a_list_of_p_values_is_refused():
    with pytest.raises(TypeError):
        benjamini_hochberg([0.01, SUPPRESSED])


def test_there_is_one_suppressed_object_in_every_process():
    assert Suppressed() is SUPPRESSED
    assert pickle.loads(pickle.dumps(SUPPRESSED)) is SUPPRESSED
    assert copy.deepcopy(SUPPRESSED) is SUPPRESSED
    assert repr(SUPPRESSED) == "SUPPRESSED"


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_a_figure_that_is_not_finite_is_refused(value):
    with pytest.raises(EstimationError, match="wilson was given"):
        wilson(value, 20)


@pytest.mark.parametrize(
    "name", [m.name for m in pkgutil.iter_modules(analysis.statistics.__path__)]
)
def test_examples_in_docstrings_are_true(name):
    module = importlib.import_module(f"analysis.statistics.{name}")
    assert doctest.testmod(module).failed == 0
