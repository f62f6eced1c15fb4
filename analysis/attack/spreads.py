"""A mean beside its standard deviation and how many answered: do they leave one set of answers?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import combinations

import numpy as np
import numpy.typing as npt

from analysis.attack.findings import Tried
from analysis.attack.material import Material, Sheet, whole

_PEOPLE = ("base", "n", "people", "count", "respondents")
_MEAN = ("mean", "score", "average")
_SPREAD = ("sd", "stdev", "std", "std_dev", "standard_deviation", "spread")
_WHO = ("group", "unit", "label", "measure", "item")
_ENOUGH = 30
"""People; from here on so many sets of answers share a mean and a spread that none is told."""

_POINTS = 5
_NEARLY_ALL = 0.9

Counts = npt.NDArray[np.int64]


def spreads(material: Material) -> Tried:
    """Of a few people who answered in five points: all sets of answers that fit what is told.

    Points are 1 to 5, or from 0 to 100 where a mean of the table is above 5.
    """
    tried = Tried()
    for sheet in material.sheets:
        named = {one.strip().lower(): one for one in sheet.columns}
        columns = [next((named[one] for one in names if one in named), None)
                   for names in (_PEOPLE, _MEAN, _SPREAD)]  # fmt: skip
        if None not in columns:
            _of(tried, sheet, [one or "" for one in columns], named)
    return tried


def _of(tried: Tried, sheet: Sheet, columns: list[str], named: Mapping[str, str]) -> None:
    base, mean, spread = columns
    rows = [(row, n) for row in sheet.rows if (n := whole(row[base])) is not None]
    told = [(row, n, _number(row[mean]), _number(row[spread])) for row, n in rows]
    widest = max((one[0] for *_, one, _ in told if one is not None), default=0.0)
    points = np.linspace(0, 100, _POINTS) if widest > _POINTS else np.arange(1.0, _POINTS + 1)
    for row, n, middle, width in told:
        if middle is None or width is None or not 2 <= n < _ENOUGH:
            continue
        tried.count()
        sets = _fitting(n, points, middle, width)
        who = " ".join(row[named[one]] for one in _WHO if one in named)
        tried.add(f"{sheet.name}: {words} ({who})" for words in _said(sets, n))


def _said(sets: Counts, n: int) -> Iterator[str]:
    if len(sets) == 0:
        return
    least = int(sets.min(axis=0).max())
    if least > _NEARLY_ALL * n:
        yield f"mean and spread say that {least} or more of {n} people answered alike"
    elif len(sets) == 1:
        yield f"mean and spread leave one set of answers of {n} people"


def _number(text: str) -> tuple[float, float] | None:
    """A published number, and half a unit of its last decimal."""
    try:
        return float(text), 0.5 * 10.0 ** -len(text.strip().partition(".")[2])
    except ValueError:
        return None


def _fitting(
    n: int, points: npt.NDArray[np.float64], mean: tuple[float, float], spread: tuple[float, float]
) -> Counts:
    """How many of n people gave each answer: all sets with this mean and spread, a row each."""
    sets = _all_sets(n)
    means = sets @ points / n
    squares = np.maximum(sets @ points**2 - n * means**2, 0.0)
    near = np.abs(means - mean[0]) <= mean[1] + 1e-9
    fits = np.zeros(len(sets), dtype=np.bool_)
    for of in (n, n - 1):
        fits |= np.abs(np.sqrt(squares / of) - spread[0]) <= spread[1] + 1e-9
    return sets[near & fits]


@lru_cache(maxsize=_ENOUGH)
def _all_sets(n: int) -> Counts:
    """Every way in which n people can give five answers, shape (ways, 5)."""
    bars = np.array(list(combinations(range(n + _POINTS - 1), _POINTS - 1)))
    edges = np.hstack([np.full((len(bars), 1), -1), bars, np.full((len(bars), 1), n + _POINTS - 1)])
    return np.asarray(np.diff(edges, axis=1) - 1, dtype=np.int64)
