"""A theme that is the mean of its items' percents: does it tell more of few people than they do?

A whole and one part of it are shown, with all items and the theme; the rest are few. Publishing
looks at each item by itself. Here an attacker puts the items and the theme into one program. All
bases are known, and everybody answered everything: stricter than any reader.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pytest
from scipy.optimize import linprog

Reals = npt.NDArray[np.float64]

K = 10
_NEARLY = 1e-6


@dataclass(frozen=True)
class Found:
    """Of how many items something is told of the rest, by the items alone and with the theme.

    Attributes:
        width: by how many people the range of an item is smaller with the theme, on average.
    """

    looked: int
    alone: int
    together: int
    width: float


def rounded(share: Reals | float, step: float) -> tuple[Reals, Reals]:
    """What shares can be that are published in steps of so many points."""
    middle = step * np.floor(100 * np.asarray(share) / step + 0.5)
    return np.maximum(middle - step / 2, 0) / 100, np.minimum(middle + step / 2, 100) / 100


def ranges(
    so: npt.NDArray[np.int64], sizes: tuple[int, int], step: int, theme: float | None
) -> Reals:
    """Fewest and most of the rest who answered each item so, shape (items, 2).

    Args:
        so: people of the part and of the rest who answered each item so, shape (2, items).
        sizes: people of the part and of the rest.
        step: in points.
        theme: the step in which the mean of the items is published, if it is.
    """
    items = so.shape[1]
    part, rest = np.eye(2 * items)[:items], np.eye(2 * items)[items:]
    whole, mean = sum(sizes), np.full(items, 1 / items)
    shares = [(part / sizes[0], so[0] / sizes[0]), ((part + rest) / whole, so.sum(axis=0) / whole)]
    if theme is not None:
        shares += [(mean[None] @ rows, np.array([mean @ of])) for rows, of in shares[:2]]
    steps = [step, step, theme or step, theme or step]
    limits = [rounded(of, each) for (_, of), each in zip(shares, steps, strict=False)]
    rows = np.vstack([of for of, _ in shares])
    low, high = (np.concatenate([one[end] for one in limits]) for end in (0, 1))
    bounds = [(0, sizes[0])] * items + [(0, sizes[1])] * items
    ends = [
        [
            sign * linprog(
                sign * one, A_ub=np.vstack([rows, -rows]), b_ub=np.concatenate([high, -low]),
                bounds=bounds, method="highs",
            ).fun
            for sign in (1.0, -1.0)
        ]
        for one in rest
    ]  # fmt: skip
    return np.array(ends)


def exposed(found: Reals, people: int) -> npt.NDArray[np.bool_]:
    """Whether nearly all or nobody are known to have answered so, or how many: D3."""
    low, high = found.T
    pinned = np.floor(high + _NEARLY) - np.ceil(low - _NEARLY) < 1
    return np.asarray((low > 0.9 * people) | (high < 0.1 * people) | pinned)


def searched(draws: int, *, score: bool) -> Found:
    """Drawn wholes of which 10 to 19 people are not shown.

    Args:
        draws: how many.
        score: whether the theme has a mean score besides, in one decimal, and items of yes or no:
            then that is the mean of their percents.
    """
    rng = np.random.default_rng(0)
    looked = alone = together = 0
    narrower = []
    for _ in range(draws):
        step = int(rng.choice([1, 5]))
        sizes = (int(rng.integers(100, 300)) if step == 1 else int(rng.integers(30, 80)),
                 int(rng.integers(K, 2 * K)))  # fmt: skip
        items = int(rng.integers(2, 8))
        mood = rng.choice([0.05, 0.3, 0.5, 0.8, 0.95])
        so = np.array([rng.binomial(of, mood, items) for of in sizes])
        one, both = (ranges(so, sizes, step, of) for of in (None, 0.1 if score else step))
        narrower.append(float((np.diff(one) - np.diff(both)).mean()))
        told, more = exposed(one, sizes[1]), exposed(both, sizes[1])
        looked, alone, together = looked + items, alone + told.sum(), together + more.sum()
        assert (more | ~told).all()
    return Found(looked, int(alone), int(together), float(np.mean(narrower)))


@pytest.mark.slow
def test_a_theme_in_the_steps_of_its_items_tells_hardly_more_than_they_do() -> None:
    found = searched(30, score=False)
    assert found.looked > 100
    assert 0 < found.alone <= found.together <= found.alone + 0.01 * found.looked
    assert found.width < 0.05


@pytest.mark.slow
def test_a_score_of_one_decimal_tells_a_little_more() -> None:
    """What publishing does not look at; docs/DISCLOSURE.md says how much it is."""
    found = searched(30, score=True)
    assert 0.1 < found.width < 0.5
    assert found.alone <= found.together <= found.alone + 0.05 * found.looked


@pytest.mark.long
def test_both_in_many_draws() -> None:
    plain, score = (searched(200, score=one) for one in (False, True))
    assert plain.looked == score.looked == 939
    assert [plain.alone, plain.together, score.together] == [59, 61, 92]
