"""A theme in the policy's own step beside items that stand in coarser ones: does it open them?

Each of two commands has two shown parts, and 10 to 18 people in two that are not shown and agree
with each other. So its items take coarser steps, and its theme takes none for them. An attacker
puts all items and the theme of all groups into one program. Everybody answered everything, and all
bases are known: stricter than any reader.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

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

PARTS = ("a", "b", "few-1", "d", "e", "few-2")
"""Of two commands. Those who are few are in two units each, and answered as one."""
UNITS = {"one": ["a", "b", "c1", "c2"], "two": ["d", "e", "f1", "f2"]}
PLACES = tuple(unit for units in UNITS.values() for unit in units)
GROUPS = {
    **{f"unit={unit}": (unit,) for unit in "abde"},
    "unit=one": PARTS[:3],
    "unit=two": PARTS[3:],
    FORCE: PARTS,
}
THEME = "trust"
SCALE = (
    AnswerCategory("yes", "Yes", "positive", 100.0),
    AnswerCategory("no", "No", "negative", 0.0),
)
FEW = 20
TELLING = (35, 202, 230)
"""In these of 300 draws the theme tells of an item, unless they are looked at together."""
_NEARLY = 1e-6


@dataclass(frozen=True)
class Drawn:
    """People of every part, and how many of them answered each item so, shape (items, parts)."""

    people: tuple[int, ...]
    so: npt.NDArray[np.int64]


def drawn(seed: int) -> Drawn:
    """Half of the items are answered alike by the hidden, the others are not."""
    rng = np.random.default_rng(seed)
    people = tuple(
        int(rng.integers(10, 19) if part.startswith("few") else rng.integers(100, 300))
        for part in PARTS
    )
    items = int(rng.integers(2, 6))
    moods = rng.choice([0.03, 0.3, 0.6, 0.97], (items, len(PARTS)))
    return Drawn(people, rng.binomial(people, moods))


def released(of: Drawn) -> Release:
    sizes = dict(zip(PARTS, of.people, strict=True))
    names = [f"q{at}" for at in range(len(of.so))]
    units = np.concatenate([_units(*one) for one in sizes.items()])
    answers = {
        name: np.concatenate([np.arange(n) >= so for n, so in zip(of.people, row, strict=True)])
        for name, row in zip(names, of.so.tolist(), strict=True)
    }
    items = tuple(fixtures.item(name, THEME, categories=SCALE) for name in names)
    book = replace(fixtures.codebook(items), variables=(fixtures.variable("unit", PLACES),))
    return publish(
        *(book, small.plan([small.nested("unit", UNITS)], [small.table("unit")])),
        Microdata(
            len(units), {"unit": units}, {q: no.astype(np.int16) for q, no in answers.items()}
        ),
        wave=WaveFacts("w", "w", date(2026, 9, 30), polarity=dict.fromkeys(names, "kept")),
        policy=DisclosurePolicy(),
    )


def _units(part: str, people: int) -> npt.NDArray[np.int16]:
    """Where the people of a part are: the few in two units."""
    first = PLACES.index({"few-1": "c1", "few-2": "f1"}.get(part, part))
    second = first + part.startswith("few")
    return np.where(np.arange(people) < people // 2, second, first).astype(np.int16)


def told(release: Release, of: Drawn, *, theme: bool) -> int:
    """Of how many items too much is known of the rest, with their theme or without."""
    items, sizes = len(of.so), dict(zip(PARTS, of.people, strict=True))
    rows, limits = [], []
    for group, parts in GROUPS.items():
        inside = np.isin(PARTS, parts).astype(float)
        n = sum(sizes[part] for part in parts)
        for at, measure in enumerate([f"q{at}" for at in range(items)] + [THEME] * theme):
            weights = np.full(items, 1 / items) if measure == THEME else np.eye(items)[at]
            low, high = edges(release, release.estimate_by_key[group, measure])
            rows.append(np.outer(weights, inside).ravel())
            limits.append((n * low - _NEARLY, n * high + _NEARLY))
            score = release.estimate_by_key[group, measure].score
            if score is not None:  # Of items of yes and no it is the percent, in one decimal.
                rows.append(rows[-1])
                limits.append((n * (score - 0.05) / 100, n * (score + 0.05) / 100))
    low, high = np.array(limits).T
    bounds = [(0, n) for _ in range(items) for n in of.people]
    return sum(
        _exposed([_end(sign, at, np.array(rows), low, high, bounds) for sign in (1, -1)], n)
        for at, n in enumerate(of.people * items)
        if n < FEW
    )


def _end(
    sign: int, at: int, rows: Reals, low: Reals, high: Reals, bounds: list[tuple[int, int]]
) -> float:
    """The fewest, or the most, of the rest who answered an item so."""
    cost = np.zeros(rows.shape[1])
    cost[at] = sign
    both = np.vstack([rows, -rows]), np.concatenate([high, -low])
    return float(sign * linprog(cost, *both, bounds=bounds, method="highs").fun)


def _exposed(ends: list[float], people: int) -> bool:
    """D3: nearly all or nobody are known to have answered so, or how many."""
    low, high = ends
    pinned = np.floor(high + _NEARLY) - np.ceil(low - _NEARLY) < 1
    return bool(low > 0.9 * people or high < 0.1 * people or pinned)


def looked(seeds: Iterable[int]) -> tuple[int, int, int]:
    """Items told by items alone, and with themes; and items that are coarser than their theme."""
    alone = together = coarse = 0
    for seed in seeds:
        of = drawn(seed)
        made = released(of)
        alone += told(made, of, theme=False)
        together += told(made, of, theme=True)
        coarse += sum(
            made.coarser_by_key.get((group, THEME), 1) < step
            for (group, measure), step in made.coarser_by_key.items()
            if measure != THEME and group in GROUPS
        )
    return alone, together, coarse


def test_a_theme_that_is_finer_than_its_items_opens_none_of_them() -> None:
    assert looked(TELLING)[:2] == (0, 0)


def test_the_attacker_sees_themes_that_nobody_looks_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(coarser, "_beside", lambda _, shown, __: shown)
    alone, together, _ = looked(TELLING)
    assert alone == 0
    assert together >= len(TELLING)


@pytest.mark.slow
def test_nor_in_other_draws() -> None:
    alone, together, coarse = looked(range(30))
    assert (alone, together) == (0, 0)
    assert coarse > 30


@pytest.mark.long
def test_nor_in_many_draws() -> None:
    assert looked(range(600))[:2] == (0, 0)
