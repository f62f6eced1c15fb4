"""Cohen's kappa against worked examples, and where it says nothing."""

from __future__ import annotations

import pytest

from analysis.statistics.agreement import cohens_kappa


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        # The example of Cohen (1960) in two categories, and two of its kind worked by hand.
        ((20, 5, 10, 15), 0.4),
        ((45, 15, 25, 15), 0.1304),
        ((25, 35, 5, 35), 0.2593),
        ((10, 0, 0, 10), 1.0),
        ((0, 10, 10, 0), -1.0),
    ],
)
def test_kappa_is_that_of_worked_examples(table: tuple[int, ...], expected: float) -> None:
    assert cohens_kappa(*table) == pytest.approx(expected, abs=5e-5)


def test_kappa_says_nothing_where_nothing_could_differ() -> None:
    assert cohens_kappa(0, 0, 0, 0) is None
    assert cohens_kappa(7, 0, 0, 0) is None
    assert cohens_kappa(0, 0, 0, 7) is None
