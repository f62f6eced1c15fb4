"""Bands of sensitive items, opened by their theme, the other items and the groups around.

A command has two shown units. In one of them fewer than five said no to a sensitive item. An
attacker puts all items and the theme of all groups into one program. Everybody answered everything.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import fixtures_analysis as fixtures
import fixtures_disclosure as small
import numpy as np
import pytest
from scipy.optimize import linprog

from analysis.attack.states import edges
from analysis.codebook import AnswerCategory, Theme
from analysis.disclosure.lines import Line
from analysis.microdata import Microdata
from analysis.plan import FORCE
from analysis.policy import DisclosurePolicy
from analysis.publish import WaveFacts, beside_themes, publish
from analysis.publish.along_lines import along_lines
from analysis.release.model import Release

POLICY = DisclosurePolicy()
SCALE = (
    AnswerCategory("yes", "Yes", "positive", 100.0),
    AnswerCategory("no", "No", "negative", 0.0),
)
UNITS = {"one": ["a", "b"], "two": ["c"]}
GROUPS = {"unit=a": "a", "unit=b": "b", "unit=one": "ab", "unit=two": "c", FORCE: "abc"}
THEMES = 3
TELLING = (24, 38)
"""In these of 40 forces a theme opens a band where the groups around are not looked at."""


def released(seed: int) -> tuple[Release, dict[str, int]]:
    """A force, and the people of its units."""
    rng = np.random.default_rng(seed)
    people = {"a": rng.integers(101, 260), "b": rng.integers(101, 260), "c": rng.integers(150, 500)}
    sizes = {unit: int(n) for unit, n in people.items()}
    items, answers, themes = [], {}, []
    for number in range(THEMES):
        count, sensitive = int(rng.integers(2, 5)), int(rng.integers(1, 3))
        names = tuple(f"t{number}q{at}" for at in range(count))
        for at, name in enumerate(names):
            columns = []
            for unit, n in sizes.items():
                few = {"a": (0, 5), "b": (5, 16), "c": (5, 40)}[unit]
                if at < sensitive:
                    so = max(0, n - int(rng.integers(*few)))
                else:
                    so = int(n * rng.choice([0.3, 0.5, 0.7, 0.9]))
                columns.append(rng.permutation(np.repeat([0, 1], [so, n - so])))
            answers[name] = np.concatenate(columns).astype(np.int16)
            items.append(
                fixtures.item(name, f"t{number}", categories=SCALE, sensitive=at < sensitive)
            )
        themes.append(Theme(f"t{number}", f"T{number}", names))
    book = replace(
        fixtures.codebook(tuple(items)),
        themes=tuple(themes),
        variables=(fixtures.variable("unit", tuple(sizes)),),
    )
    unit = np.repeat(np.arange(len(sizes)), list(sizes.values())).astype(np.int16)
    release = publish(
        *(book, small.plan([small.nested("unit", UNITS)], [small.table("unit")])),
        Microdata(len(unit), {"unit": unit}, answers),
        wave=WaveFacts("w", "w", date(2026, 9, 30), polarity=dict.fromkeys(answers, "kept")),
        policy=POLICY,
    )
    return release, sizes


def opened(release: Release, sizes: dict[str, int], *, themes: bool) -> Iterator[tuple[str, str]]:
    """Units and sensitive items of which fewer than five are known to have said no."""
    for theme in (one.measure for one in release.measures if one.kind == "theme"):
        items = [one for one in release.measures if one.theme == theme]
        rows, limits = [], []
        for group, units in GROUPS.items():
            inside = np.array([float(unit in units) for unit in sizes])
            n = sum(sizes[unit] for unit in units)
            for at, measure in enumerate([*(one.measure for one in items), theme]):
                row = release.estimate_by_key[group, measure]
                if row.status != "shown" or (measure == theme and not themes):
                    continue
                weights = np.full(len(items), 1 / len(items))
                if measure != theme:
                    weights = np.eye(len(items))[at]
                rows.append(np.outer(weights, inside).ravel())
                low, high = edges(release, row)
                limits.append((n * low - 1e-6, n * high + 1e-6))
                if row.score is not None:  # Of yes and no it is the percent, in one decimal.
                    rows.append(rows[-1])
                    limits.append((n * (row.score - 0.05) / 100, n * (row.score + 0.05) / 100))
        low, high = np.array(limits).T
        both = np.vstack([rows, -np.array(rows)]), np.concatenate([high, -low])
        bounds = [(0, n) for _ in items for n in sizes.values()]
        for at, item in enumerate(items):
            for place, (unit, n) in enumerate(sizes.items()):
                row = release.estimate_by_key.get((f"unit={unit}", item.measure))
                if item.sensitive and row is not None and row.status == "shown":
                    cost = np.zeros(len(bounds))
                    cost[at * len(sizes) + place] = 1.0
                    fewest = linprog(cost, *both, bounds=bounds, method="highs").fun
                    if n - fewest < POLICY.min_numerator - 1e-4:
                        yield f"unit={unit}", item.measure


@pytest.mark.parametrize("seed", TELLING)
def test_a_theme_opens_no_band_through_the_groups_around(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert list(opened(*released(seed), themes=True)) == []
    monkeypatch.setattr(beside_themes, "along_lines", lambda _, low, high, __: (low, high))
    monkeypatch.setattr(beside_themes, "item_along_lines", lambda _, item: item)
    unguarded = released(seed)
    assert list(opened(*unguarded, themes=True))
    assert not list(opened(*unguarded, themes=False)), "it is the theme that tells"


@pytest.mark.slow
def test_in_no_force_of_forty_a_theme_opens_a_band_in_one_program() -> None:
    assert [seed for seed in range(40) if any(opened(*released(seed), themes=True))] == []


LINES = (Line(0, (1, 2)), Line(1, (3, 4, 5)), Line(0, (6, 7)))
PARTS = (range(12), range(8), range(8, 12), range(3), range(3, 5), range(5, 7), range(6), (7, 9))


@pytest.mark.parametrize("seed", range(20))
def test_lines_narrow_what_is_told_and_the_truth_stays_in_it(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n, so = rng.integers(0, 40, 12), rng.random(12)
    people = np.array([n[[*part]].sum() for part in PARTS], dtype=float)
    truth = np.array([(n * so)[[*part]].sum() for part in PARTS])
    told = rng.random(len(PARTS)) < 0.7
    low = np.where(told, np.maximum(truth - 3 * rng.random(len(PARTS)), 0), 0.0)
    high = np.where(told, np.minimum(truth + 3 * rng.random(len(PARTS)), people), people)
    least, most = along_lines(LINES, low[None], high[None], people)
    assert ((least[0] <= truth + 1e-9) & (truth <= most[0] + 1e-9)).all()
    assert ((low <= least[0]) & (most[0] <= high)).all()
    # One whole less all of its parts but one, with nobody in none of them.
    one = along_lines(LINES[:1], low[None], high[None], np.array([*people[:1], *people[1:]]))
    rest = people[0] - people[1] - people[2]
    assert one[1][0][1] == pytest.approx(min(high[1], high[0] - low[2]))
    assert one[0][0][1] == pytest.approx(max(low[1], low[0] - high[2] - rest))
