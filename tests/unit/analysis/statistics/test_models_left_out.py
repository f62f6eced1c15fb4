"""Models that are not used, pinned to their worked values, and what they would say of our figures.

Each is fitted here in a few lines, for the tests alone. Where one of them and a method of ours look
at the same thing they have to agree; where a model pulls a small group towards the others, this
shows by how much, which is why none is published.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pytest
from scipy.optimize import minimize
from scipy.special import betaln, expit, gammaln, log_expit

from analysis.statistics.heterogeneity import dersimonian_laird
from analysis.statistics.ordinal import ordinal_superiority

Numbers = npt.NDArray[np.float64]


def log_choose(n: Numbers, k: Numbers) -> Numbers:
    return np.asarray(gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1))


def best(loss, start):
    """The minimum, from a simplex and then by gradients."""
    found = minimize(loss, start, method="Nelder-Mead", options={"xatol": 1e-7, "fatol": 1e-10,
                                                                 "maxiter": 20_000})  # fmt: skip
    return minimize(loss, found.x, method="BFGS", options={"gtol": 1e-7})


def random_intercepts(
    positive: Numbers, n: Numbers, rows: Numbers, group: npt.NDArray[np.intp], nodes: int
) -> tuple[Numbers, float]:
    """Coefficients of a logistic model and the variance of its groups' intercepts.

    One node of Gauss and Hermite's quadrature around each group's mode is Laplace's method.
    """
    at, weight = np.polynomial.hermite.hermgauss(nodes)
    groups = int(group.max()) + 1

    def loss(parameters: Numbers) -> float:
        fixed, spread = rows @ parameters[:-1], np.exp(parameters[-1])
        mode = modes(positive, n, fixed, group, spread**2)
        share = expit(fixed + mode[group])
        bend = np.bincount(group, n * share * (1 - share), groups) + spread**-2
        scale = np.sqrt(2 / bend)
        peak = likelihood(positive, n, fixed, group, mode, spread)
        total = np.zeros(groups)
        for place, heavy in zip(at, weight, strict=True):
            near = likelihood(positive, n, fixed, group, mode + scale * place, spread)
            total += heavy * np.exp(near + place**2 - peak)
        marginal = peak + np.log(total * scale) - 0.5 * np.log(2 * np.pi * spread**2)
        return -float(marginal.sum())

    found = best(loss, np.append(np.zeros(rows.shape[1]), -0.5)).x
    return found[:-1], float(np.exp(2 * found[-1]))


def modes(positive, n, fixed, group, variance):
    """The most likely intercept of each group."""
    groups = int(group.max()) + 1
    mode = np.zeros(groups)
    for _ in range(25):
        share = expit(fixed + mode[group])
        slope = np.bincount(group, positive - n * share, groups) - mode / variance
        bend = np.bincount(group, n * share * (1 - share), groups) + 1 / variance
        mode = mode + slope / bend
    return mode


def likelihood(positive, n, fixed, group, intercept, spread):
    """Logarithm, of each group's answers together with its intercept; constants left out."""
    eta = fixed + intercept[group]
    told = positive * log_expit(eta) + (n - positive) * log_expit(-eta)
    return np.bincount(group, told, len(intercept)) - intercept**2 / (2 * spread**2)


def test_proportional_odds_agree_with_the_probability_of_superiority():
    # O05: R 4.2.2 MASS::polr, counts of O01, B against A.
    first, second = np.array([5, 10, 20, 40, 25]), np.array([15, 20, 25, 25, 15])

    def loss(parameters):
        thresholds = np.cumsum([parameters[1], *np.exp(parameters[2:])])
        total = 0.0
        for counts, moved in ((first, 0.0), (second, parameters[0])):
            below = np.array([0.0, *expit(thresholds - moved), 1.0])
            parts = [high - low for low, high in pairwise(below)]
            total -= float(counts @ np.log(parts))
        return total

    found = best(loss, np.array([0.0, -2, 0, 0, 0]))
    assert found.x[0] == pytest.approx(-0.95372, abs=5e-5)
    assert found.fun == pytest.approx(300.6681126, abs=5e-5)
    ours = ordinal_superiority(first.tolist(), second.tolist())
    # Odds of 2.6 to 1 of standing higher are a probability of superiority of about 0.65.
    odds = np.exp(-found.x[0])
    implied = odds * (odds - 1 - np.log(odds)) / (odds - 1) ** 2
    assert ours.probability == pytest.approx(implied, abs=0.01)
    assert ours.p < 0.001


def test_beta_binomial_spread_agrees_with_ours_and_pulls_groups_together():
    # E01: R VGAM 1.1-7 betabinomial.
    y = np.array([35, 48, 22, 61, 15, 70, 40, 28, 55, 33, 19, 12.0])
    n = np.array([80, 90, 60, 110, 30, 120, 85, 40, 100, 75, 50, 20.0])

    def shape(parameters):
        mu, rho = expit(parameters)
        return mu * (1 - rho) / rho, (1 - mu) * (1 - rho) / rho

    def loss(parameters):
        a, b = shape(parameters)
        return -float((log_choose(n, y) + betaln(a + y, b + n - y) - betaln(a, b)).sum())

    found = best(loss, np.array([0.0, -4.0]))
    mu, rho = expit(found.x)
    assert (mu, rho) == pytest.approx((0.50648, 0.012487), abs=2e-4)
    assert found.fun == pytest.approx(37.736373666, abs=2e-4)
    a, b = shape(found.x)
    pulled = (a + y) / (a + b + n)
    assert pulled[:3] == pytest.approx((0.47179, 0.52077, 0.44616), abs=2e-4)
    share = y / n
    ours = dersimonian_laird(share.tolist(), np.sqrt(share * (1 - share) / n).tolist())
    assert ours.mean == pytest.approx(mu, abs=0.01)
    assert ours.between == pytest.approx(rho * mu * (1 - mu), rel=0.6)
    assert (np.abs(pulled - mu) < np.abs(share - mu)).all()


def test_a_multilevel_model_is_far_too_kind_to_a_small_stratum():
    # E03: R lme4 1.1-31 glmer, eight strata without predictors.
    n = np.array([700, 90, 120, 18, 420, 60, 80, 12.0])
    y = np.array([490, 54, 72, 7, 280, 33, 44, 4.0])
    rows, group = np.ones((8, 1)), np.arange(8)
    (intercept,), variance = random_intercepts(y, n, rows, group, nodes=1)
    assert (intercept, variance) == pytest.approx((0.4165689, 0.06989716), abs=2e-4)
    assert variance / (variance + np.pi**2 / 3) == pytest.approx(0.02080418, abs=2e-4)
    (closer,), wider = random_intercepts(y, n, rows, group, nodes=25)
    assert (closer, wider) == pytest.approx((0.4161855, 0.0702247), abs=2e-4)
    fitted = expit(intercept + modes(y, n, np.full(8, intercept), group, variance))
    raw = y / n
    assert raw[3] == pytest.approx(0.3888889, abs=1e-6)
    assert fitted[3] == pytest.approx(0.5524896, abs=2e-4)
    # Seven of eighteen answered positively: the model says 55 of 100.
    assert fitted[3] - raw[3] > 0.16
