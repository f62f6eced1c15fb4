"""A theme that is the mean of its items' percents: does it tell more of few people than they do?

A whole and one part of it are shown, with all items and the theme; the rest are few. An attacker
puts the items and the theme into one program. All bases are known, and everybody answered
everything: stricter than any reader. First against rounded percents as they are, without any
disclosure control, which says how much there is to protect; then against Releases.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from functools import cache

import fixtures_analysis as fixtures
import fixtures_disclosure as small
import numpy as np
import numpy.typing as npt
import pytest
from scipy.optimize import linprog

from analysis.attack.states import edges
from analysis.codebook import AnswerCategory
from analysis.microdata import Microdata
from analysis.plan import FORCE
from analysis.policy import DisclosurePolicy
from analysis.publish import WaveFacts, coarser, publish
from analysis.release.model import Release

Reals = npt.NDArray[np.float64]

K = 10
_NEARLY = 1e-6


@dataclass(frozen=True)
class Found:
    """Of how many items something is told of the rest, by the items alone and with the theme.

    Nothing is protected: percents are rounded, and that is all.

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
    part, rest = _unknowns(items)
    whole, mean = sum(sizes), np.full(items, 1 / items)
    shares = [(part / sizes[0], so[0] / sizes[0]), ((part + rest) / whole, so.sum(axis=0) / whole)]
    if theme is not None:
        shares += [(mean[None] @ rows, np.array([mean @ of])) for rows, of in shares[:2]]
    steps = [step, step, theme or step, theme or step]
    limits = [rounded(of, each) for (_, of), each in zip(shares, steps, strict=False)]
    rows = np.vstack([of for of, _ in shares])
    low, high = (np.concatenate([one[end] for one in limits]) for end in (0, 1))
    return _ends(sizes, rows, low, high)


def _unknowns(items: int) -> tuple[Reals, Reals]:
    """Those of the part and those of the rest who answered each item so."""
    return np.eye(2 * items)[:items], np.eye(2 * items)[items:]


def _ends(sizes: tuple[int, int], rows: Reals, low: Reals, high: Reals) -> Reals:
    """Fewest and most of the rest who answered each item so, by what some sums lie between."""
    items = rows.shape[1] // 2
    bounds = [(0, sizes[0])] * items + [(0, sizes[1])] * items
    ends = [
        [
            sign * linprog(
                sign * one, A_ub=np.vstack([rows, -rows]), b_ub=np.concatenate([high, -low]),
                bounds=bounds, method="highs",
            ).fun
            for sign in (1.0, -1.0)
        ]
        for one in _unknowns(items)[1]
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
    found = searched(30, score=True)
    assert 0.1 < found.width < 0.5
    assert found.alone <= found.together <= found.alone + 0.05 * found.looked


@pytest.mark.long
def test_both_in_many_draws() -> None:
    plain, score = (searched(200, score=one) for one in (False, True))
    assert plain.looked == score.looked == 939
    assert [plain.alone, plain.together, score.together] == [59, 61, 92]


THEME = "leadership"
UNITS = ("a", "b", "c")
"""The first one is shown, and the others are of 5 to 9 people each."""
SCALE = (
    AnswerCategory("yes", "Yes", "positive", 100.0),
    AnswerCategory("no", "No", "negative", 0.0),
)
DRAWS, TELLING = 600, (441,)
"""In these of so many draws the score tells of the rest, unless it is looked at."""


Whole = tuple[tuple[int, int], npt.NDArray[np.bool_]]
"""People of the part and of the rest; who answered each item so, the rest last."""


@cache
def wholes(seed: int = 1) -> list[Whole]:
    """Nearly all of them answered each of two or three items so, or nearly nobody."""
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(DRAWS):
        sizes = int(rng.integers(100, 105)), int(rng.integers(K, 2 * K - 1))
        items, mood = int(rng.integers(2, 4)), rng.choice([0.95, 0.05])
        found.append((sizes, np.vstack([rng.random((size, items)) < mood for size in sizes])))
    return found


def released(whole: Whole) -> Release:
    (part, rest), so = whole
    names = [f"q{at}" for at in range(so.shape[1])]
    items = tuple(fixtures.item(name, THEME, categories=SCALE) for name in names)
    book = replace(fixtures.codebook(items), variables=(fixtures.variable("unit", UNITS),))
    units = np.repeat(np.arange(len(UNITS)), [part, rest // 2, rest - rest // 2])
    answers = {
        name: np.where(of, 0, 1).astype(np.int16) for name, of in zip(names, so.T, strict=True)
    }
    return publish(
        *(book, small.plan([small.flat("unit", UNITS)], [small.table("unit")])),
        Microdata(len(so), {"unit": units.astype(np.int16)}, answers),
        wave=WaveFacts("w", "w", date(2026, 9, 30), polarity=dict.fromkeys(names, "kept")),
        policy=DisclosurePolicy(),
    )


def told(release: Release, whole: Whole, *, theme: bool) -> int:
    """Of how many items something is told of the rest, with their theme or without."""
    sizes, so = whole
    part, rest = _unknowns(so.shape[1])
    rows, limits = [], []
    for group, of, people in (("unit=a", part, sizes[0]), (FORCE, part + rest, sum(sizes))):
        for at, row in enumerate(of):
            rows.append(row)
            limits.append(_people(release, group, f"q{at}", people))
        if theme:
            rows += [of.mean(axis=0), of.mean(axis=0)]
            limits += [_people(release, group, THEME, people), _scored(release, group, people)]
    low, high = np.array(limits).T
    return int(exposed(_ends(sizes, np.array(rows), low - _NEARLY, high + _NEARLY), sizes[1]).sum())


def _people(release: Release, group: str, measure: str, people: int) -> tuple[float, float]:
    low, high = edges(release, release.estimate_by_key[group, measure])
    return people * low, people * high


def _scored(release: Release, group: str, people: int) -> tuple[float, float]:
    """Of items of yes and no the score is the percent positive, in one decimal."""
    score = release.estimate_by_key[group, THEME].score
    return (0.0, float(people)) if score is None else (
        people * (score - 0.05) / 100, people * (score + 0.05) / 100,
    )  # fmt: skip


def unguarded(whole: Whole) -> Release:
    """As published when nobody looks at items beside their theme."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(coarser, "_beside", lambda _, shown, __: shown)
        return released(whole)


def test_a_release_tells_nothing_by_items_and_their_theme() -> None:
    """Where the score alone would tell, and in others, in which nothing is lost for it."""
    looked = [wholes()[at] for at in (*TELLING, *range(6))]
    before, after = ([made(one) for one in looked] for made in (unguarded, released))
    assert [told(one, of, theme=False) for one, of in zip(before, looked, strict=True)] == [0] * 7
    assert [told(one, of, theme=True) for one, of in zip(before, looked, strict=True)] == [
        *[1], *[0] * 6,
    ]  # fmt: skip
    assert [told(one, of, theme=True) for one, of in zip(after, looked, strict=True)] == [0] * 7
    assert before[1:] == after[1:]


@pytest.mark.long
def test_a_release_tells_nothing_in_many_draws() -> None:
    before, after = (
        np.array([told(made(one), one, theme=True) for one in wholes()])
        for made in (unguarded, released)
    )
    assert (np.flatnonzero(before) == TELLING).all()
    assert after.sum() == 0
