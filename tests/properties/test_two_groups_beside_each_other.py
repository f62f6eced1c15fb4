"""Ranges of two groups beside each other hold the exact ones, and so the true gap."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from analysis.disclosure import rounding
from analysis.policy import DisclosurePolicy
from analysis.publish.figures import Figure
from analysis.publish.rounded import Rounder
from analysis.release.limits import with_limits
from analysis.release.model import Manifest, Release
from analysis.release.rows import EstimateRow, GroupRow, Kind, MeasureRow, ReliabilityRow
from analysis.release.sides import side_row
from analysis.statistics.comparisons import Difference, cautious_welch, miettinen_nurminen

POLICY = DisclosurePolicy()
DRAWS = 120
STATEMENTS = 8
MANIFEST = Manifest(
    *[""] * 7,
    policy=POLICY.as_dict(),
    methods={},
    breakdowns=(),
    tables=(),
    intersections=(),
    invited=None,
    answered=0,
    shown=0,
    not_shown=0,
    comparisons=0,
)

ALPHA = 0.76
"""Of eight statements of which any two have the correlation 1 / 3.5, as `drawn` draws them."""
TOGETHER = (ReliabilityRow("m", "force", STATEMENTS, ALPHA, None, None, "shown"),)

Shares = npt.NDArray[np.float64]


def drawn(rng: np.random.Generator, kind: Kind, n: int, share: float) -> Shares:
    """Respondents' shares of positive answers, to one statement or to several that go together."""
    if kind == "item":
        return (rng.random(n) < share).astype(float)
    liking = rng.beta(2.5 * share, 2.5 * (1 - share), n)
    return rng.binomial(STATEMENTS, liking) / STATEMENTS


def figure(shares: Shares, kind: Kind) -> Figure:
    n, mean = len(shares), float(shares.mean())
    spread = float((shares**2).mean()) - mean**2
    score = None if kind == "item" else 50.0
    return Figure(n, float(n), mean, 0.0, 1 - mean, score, (mean, 1 - mean), spread)


def row(name: str, of: Figure, kind: Kind) -> EstimateRow:
    rounds = Rounder(POLICY, of.people, sensitive=False)
    shares = (of.positive, of.negative)
    shown = rounds.percents(shares, shares)[0]
    base = rounding.base(of.people, POLICY)
    return EstimateRow(
        *(name, "m", kind, base, *shown, None, "", None, "", None, None, None, None, "shown")
    )


def exactly(mine: Figure, theirs: Figure, kind: Kind) -> Difference:
    if kind == "theme":
        return cautious_welch(*mine.sums(), *theirs.sums())
    (n1, x1, _), (n2, x2, _) = mine.sums(), theirs.sums()
    return miettinen_nurminen(x1, n1, x2, n2)


@pytest.mark.parametrize("kind", ["theme", "item"])
def test_a_range_of_two_groups_holds_the_exact_one(kind: Kind) -> None:
    rng = np.random.default_rng(24)
    wide, exact, missed, holds = 0.0, 0.0, 0, 0
    for _ in range(DRAWS):
        share = rng.uniform(0.25, 0.8)
        shares = max(0.05, share - rng.choice([0, 0.17])), share
        sizes = int(rng.integers(POLICY.k, 99)), int(rng.integers(40, 700))
        mine, theirs = (
            figure(drawn(rng, kind, n, one), kind) for n, one in zip(sizes, shares, strict=True)
        )
        release = with_limits(
            Release(
                MANIFEST,
                (MeasureRow("m", kind, "", None, False, "", ()),),
                tuple(GroupRow(one, "", "", None, (), None, None, None, "shown") for one in "ab"),
                (row("a", mine, kind), row("b", theirs, kind)),
                *((), (), (), ()),
                reliability=TOGETHER if kind == "theme" else (),
            )
        )
        found, of = side_row(release, "a", "b", "m"), exactly(mine, theirs, kind)
        assert found.lower is not None
        assert found.upper is not None
        holds += found.lower <= 100 * of.lower + 1e-6 and found.upper >= 100 * of.upper - 1e-6
        wide, exact = wide + found.upper - found.lower, exact + 100 * (of.upper - of.lower)
        missed += not found.lower <= 100 * (shares[0] - shares[1]) <= found.upper
    assert 1.3 < wide / exact < 2
    # The spread of few people's means may be wider than that of everybody's, which limits take.
    assert holds == DRAWS if kind == "item" else holds >= 0.95 * DRAWS
    assert missed <= 0.02 * DRAWS
