"""Weights that meet several margins at once, beside raking with every answer in hand."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.errors import EstimationError
from analysis.statistics.calibration import calibrated, filled
from analysis.statistics.weighting import rake

SIZES = (12, 2, 4)


def force(seed: int):
    """Three characteristics that hang together, and answering that depends on each.

    Returns:
        Respondents and positive answers by all three, and the targets of each.
    """
    rng = np.random.default_rng(seed)
    a = rng.integers(0, 12, 6000)
    b = (rng.random(6000) < 0.3 + 0.03 * a).astype(int)
    c = (rng.integers(0, 3, 6000) + b) % 4
    drawn = (a, b, c)
    rate, level = (
        sum(rng.uniform(-0.15, 0.15, size)[one] for one, size in zip(drawn, SIZES, strict=True))
        for _ in range(2)
    )
    here = rng.random(6000) < 0.6 + rate
    positive = rng.random(6000) < 0.5 + level
    joint, yes = np.zeros(SIZES), np.zeros(SIZES)
    for table, inside in ((joint, here), (yes, here & positive)):
        np.add.at(table, tuple(one[inside] for one in drawn), 1)
    people = [
        np.bincount(one, minlength=size) * here.sum() / 6000
        for one, size in zip(drawn, SIZES, strict=True)
    ]
    return joint, yes, people


def margins(table):
    return [table.sum(axis=tuple({0, 1, 2} - {axis})) for axis in range(3)]


def crossings(table):
    return {(0, 1): table.sum(axis=2), (0, 2): table.sum(axis=1), (1, 2): table.sum(axis=0)}


@pytest.mark.parametrize("seed", range(4))
def test_it_moves_a_share_as_raking_with_every_answer_does(seed) -> None:
    joint, yes, people = force(seed)
    n = margins(joint)
    found = calibrated(n, people, crossings(joint))
    weights = rake(joint, dict(enumerate(people)))
    exact = (weights * yes).sum() / joint.sum() - yes.sum() / joint.sum()
    shares = [one / of for one, of in zip(margins(yes), n, strict=True)]
    assert found.shift(n, shares) == pytest.approx(exact, abs=0.0015)
    kish = (weights * joint).sum() ** 2 / (weights**2 * joint).sum()
    assert found.effective == pytest.approx(kish, rel=0.005)


def test_the_weights_meet_every_margin() -> None:
    joint, _, people = force(7)
    found = calibrated(margins(joint), people, crossings(joint))
    a, b, c = found.terms
    weights = 1 + a[:, None, None] + b[None, :, None] + c[None, None, :]
    for mine, wanted in zip(margins(joint * weights), people, strict=True):
        assert mine == pytest.approx(wanted)


def test_one_answer_never_counts_for_more_than_three() -> None:
    few = np.array([[10.0, 40.0], [60.0, 400.0]])
    margin = [few.sum(axis=1), few.sum(axis=0)]
    people = [np.array([300.0, 210.0]), margin[1]]
    with pytest.raises(EstimationError, match="too little or too much"):
        calibrated(margin, people, {(0, 1): few})


def test_headcounts_that_no_weights_can_meet_are_refused() -> None:
    # Everybody of one kind is of the other: their headcounts cannot differ.
    same = np.diag([200.0, 300.0])
    margin = [same.sum(axis=1), same.sum(axis=0)]
    people = [np.array([250.0, 250.0]), np.array([230.0, 270.0])]
    with pytest.raises(EstimationError, match="no weights meet"):
        calibrated(margin, people, {(0, 1): same})


def test_hidden_cells_are_filled_to_their_margins() -> None:
    whole = np.array([[30.0, 70.0, 5.0], [60.0, 140.0, 5.0], [4.0, 3.0, 3.0]])
    cells = whole.copy()
    cells[:, 2] = cells[2, :] = np.nan
    full = filled(cells, whole.sum(axis=1), whole.sum(axis=0))
    assert full[:2, :2] == pytest.approx(whole[:2, :2])
    assert full.sum(axis=0) == pytest.approx(whole.sum(axis=0), abs=0.01)
    assert full.sum(axis=1) == pytest.approx(whole.sum(axis=1), abs=0.01)
