"""What a theme's figures may tell: planted, seen by the auditor, and mended."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import fixtures_analysis as fixtures
import fixtures_disclosure as small
import numpy as np
import numpy.typing as npt
import pytest

from analysis.attack.answers import attack_answers
from analysis.attack.audit import Audit
from analysis.attack.opened import attack_opened
from analysis.attack.together import attack_together
from analysis.codebook import AnswerCategory, Index, Theme
from analysis.disclosure import rounding
from analysis.disclosure.answers import Told
from analysis.microdata import Microdata
from analysis.plan import TablePlan
from analysis.policy import DisclosurePolicy
from analysis.publish import WaveFacts, coarser, estimates, making, publish
from analysis.publish.rounded import Rounder
from analysis.publish.shown import Shown
from analysis.publish.told import Telling
from analysis.release.model import Release

POLICY = DisclosurePolicy()
WAVE = WaveFacts("autumn", "Autumn", date(2026, 9, 30))
YES_OR_NO = (
    AnswerCategory("yes", "Yes", "positive", 100.0),
    AnswerCategory("no", "No", "negative", 0.0),
)
YES, NO = 0, 1
ALL_BUT_ONE = {"whole": ("a", "few", "none", "e"), "other": ("d", "also")}
"""Of the first all parts are shown but two, which are few."""

Draw = Callable[[np.random.Generator, npt.NDArray[np.str_]], npt.NDArray[np.int16]]
"""Answers to one item, of people by their unit."""


def released(
    sizes: dict[str, int],
    themes: int,
    draws: Sequence[Draw],
    *,
    index: Index = "respondent_mean",
    sensitive: Sequence[bool] = (),
) -> tuple[Release, Microdata]:
    """Themes with one item for each of `draws`; all answer all of them."""
    rng = np.random.default_rng(0)
    names = tuple(sizes)
    units = np.repeat(np.arange(len(names)), list(sizes.values())).astype(np.int16)
    where = np.array(names)[units]
    banded = [*sensitive, *[False] * (len(draws) - len(sensitive))]
    items, answers = [], {}
    for theme in range(themes):
        for at, draw in enumerate(draws):
            name = f"q{theme}x{at}"
            items.append(
                fixtures.item(name, f"t{theme}", categories=YES_OR_NO, sensitive=banded[at])
            )
            answers[name] = draw(rng, where)
    of = tuple(
        Theme(f"t{n}", f"T{n}", tuple(f"q{n}x{at}" for at in range(len(draws))), index)
        for n in range(themes)
    )
    book = fixtures.codebook(tuple(items), of)
    book = replace(book, variables=(fixtures.variable("unit", names),))
    data = Microdata(len(units), {"unit": units}, answers)
    return publish(book, plan_of(sizes), data, wave=WAVE, policy=POLICY), data


def plan_of(sizes: Iterable[str]) -> TablePlan:
    nested = {whole: [one for one in parts if one in sizes] for whole, parts in ALL_BUT_ONE.items()}
    return small.plan([small.nested("unit", nested)], [small.table("unit")])


def likely(rng: np.random.Generator, where: npt.NDArray[np.str_]) -> npt.NDArray[np.int16]:
    return np.where(rng.random(len(where)) < rng.uniform(0.3, 0.7), YES, NO).astype(np.int16)


def rare(rng: np.random.Generator, where: npt.NDArray[np.str_]) -> npt.NDArray[np.int16]:
    """None to four of every unit."""
    found = np.full(len(where), NO, dtype=np.int16)
    for unit in np.unique(where):
        few = rng.choice(np.flatnonzero(where == unit), int(rng.integers(0, 5)), replace=False)
        found[few] = YES
    return found


UNITS = {"a": 134, "few": 9, "none": 8, "e": 110, "d": 160, "also": 40}
PLAN = plan_of(UNITS)

told_of = Telling.told


def only_of_items(look: Telling, shown: Shown, measure: str, at_atoms: Any) -> Iterator[Told]:
    """As if no theme were looked at by itself."""
    is_item = measure in shown.figures.codebook.item_by_id
    return told_of(look, shown, measure, at_atoms) if is_item else iter(())


def without_the_auditor(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(making, "attack_shares", lambda _: ())
    patch.setattr(making, "examine", lambda *_: Audit((), None))


def scored(release: Release) -> set[str]:
    return {row.measure for row in release.estimates if row.score is not None}


def counts(release: Release, group: str, theme: str) -> list[int]:
    """How many of a group can have said yes, by the score of a theme of one item."""
    row = release.estimate_by_key[group, theme]
    n = row.base or 0
    return [k for k in range(n + 1) if rounding.score(100 * k / n, n, POLICY) == row.score]


def test_a_theme_of_one_item_has_no_finer_score(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        without_the_auditor(patch)
        patch.setattr(estimates, "may_have_a_score", lambda *_: True)
        patch.setattr(making, "protect_answers", lambda _look, shown, _book: shown)
        careless, data = released(UNITS, 4, [likely])
    inside = np.isin(data.variables["unit"], [1, 2])
    alone = [
        theme
        for theme in sorted(scored(careless))
        if all(careless.estimate_by_key[f"unit={one}", theme].score for one in ("whole", "a", "e"))
    ]
    assert alone
    for theme in alone:
        left = {
            whole - one - other
            for whole in counts(careless, "unit=whole", theme)
            for one in counts(careless, "unit=a", theme)
            for other in counts(careless, "unit=e", theme)
        }
        assert left == {int((data.items[f"q{theme[1:]}x0"][inside] == YES).sum())}
    assert scored(careless)
    seen = {(one.kind, one.measure) for one in attack_together(careless)}
    assert seen == {("coding", theme) for theme in scored(careless)}
    mended, _ = released(UNITS, 4, [likely])
    assert not scored(mended)
    for row in (row for row in mended.estimates if row.kind == "theme"):
        item = mended.estimate_by_key[row.group, f"q{row.measure[1:]}x0"]
        figures = [(one.positive, one.positive_bound, one.base) for one in (row, item)]
        assert figures[0] == figures[1]


def can_be(release: Release, group: str, theme: str, n: int) -> tuple[set[int], set[int]]:
    """The few of a group of n that a sensitive item can be of: by itself, and beside its theme.

    Its theme is of one item more; everybody answered both.
    """
    mean, other, few = (
        release.estimate_by_key[group, one] for one in (theme, f"q{theme[1:]}x0", f"q{theme[1:]}x1")
    )

    def fits(row: object, share: float, *, sensitive: bool) -> bool:
        parts = (share, 1 - share)
        found = Rounder(POLICY, n, sensitive).percents(parts, parts)[0]
        return found == (getattr(row, "positive"), getattr(row, "positive_bound"))  # noqa: B009

    alone = {k for k in range(n + 1) if fits(few, k / n, sensitive=True)}
    others = [k for k in range(n + 1) if fits(other, k / n, sensitive=False)]
    beside = {
        one
        for one in alone
        for k in others
        if fits(mean, (k + one) / 2 / n, sensitive=True)
        if mean.score is None or rounding.score(50 * (k + one) / n, n, POLICY) == mean.score
    }
    return alone, beside


MIXED = {"a": 400, "d": 150, "e": 40, "also": 20}


def opened(release: Release) -> set[tuple[str, str]]:
    """Groups and themes beside which fewer than five are known to have said so."""
    found = set()
    for unit, n in MIXED.items():
        for theme in (row.measure for row in release.measures if row.kind == "theme"):
            group = f"unit={unit}"
            rows = [release.estimate_by_key[group, one] for one in (theme, f"q{theme[1:]}x1")]
            coarser_there = {one for of, one in release.coarser_by_key if of == group}
            of_theme = {theme, f"q{theme[1:]}x0", f"q{theme[1:]}x1"}
            if all(row.positive is not None for row in rows) and not of_theme & coarser_there:
                alone, beside = can_be(release, group, theme, n)
                if max(beside) < POLICY.min_numerator <= max(alone):
                    found.add((group, theme))
    return found


@pytest.mark.parametrize("score", [True, False])
def test_a_theme_opens_no_band_of_its_sensitive_item(
    monkeypatch: pytest.MonkeyPatch, *, score: bool
) -> None:
    with monkeypatch.context() as patch:
        without_the_auditor(patch)
        patch.setattr(estimates, "may_have_a_score", lambda *_: score)
        patch.setattr(coarser, "opened_bands", lambda *_: ())
        careless, _ = released(MIXED, 12, [likely, rare], sensitive=[False, True])
    told = opened(careless)
    assert told
    assert bool(scored(careless)) is score
    if score:
        assert {one.measure for one in attack_together(careless) if "score" in one.words} == scored(
            careless
        )
    else:
        # Where the base is rounded, a reader of nothing else sees a little less.
        exact = {key for key in told if MIXED[key[0].removeprefix("unit=")] >= POLICY.fine_base}
        assert exact
        # It takes every percent that can be a coarse one to be so, and sees a part of these.
        found = {(one.group, one.measure) for one in attack_opened(careless)}
        assert 2 * len(found & exact) > len(exact)
    mended, _ = released(MIXED, 12, [likely, rare], sensitive=[False, True])
    assert not scored(mended)
    assert not opened(mended)
    assert not list(attack_opened(mended))
    kept = [row for row in mended.estimates if row.kind == "theme" and row.positive is not None]
    assert any(row.group == "unit=a" for row in kept)


LARGE = {"a": 300, "few": 9, "none": 9, "e": 200, "d": 500, "also": 400}


def alike(rng: np.random.Generator, where: npt.NDArray[np.str_]) -> npt.NDArray[np.int16]:
    """As `likely`, but that all of the two small units say the same."""
    found = likely(rng, where)
    found[np.isin(where, ["few", "none"])] = YES
    return found


@pytest.mark.parametrize("index", ["mean_of_items", "respondent_mean"])
def test_a_score_tells_nobody_what_nearly_all_of_a_few_answered(
    monkeypatch: pytest.MonkeyPatch, index: Index
) -> None:
    with monkeypatch.context() as patch:
        without_the_auditor(patch)
        patch.setattr(Telling, "told", only_of_items)
        patch.setattr(coarser, "beside_its_theme", lambda *_: ())
        careless, _ = released(LARGE, 3, [alike, alike], index=index)
    words = [one.words for one in attack_answers(careless, PLAN, everybody_answered=True)]
    told = [one for one in words if "mean score" in one and "more than 90 %" in one]
    assert told
    assert all("whole without its shown parts" in one for one in told)
    mended, _ = released(LARGE, 3, [alike, alike], index=index)
    assert not list(attack_answers(mended, PLAN, everybody_answered=True))
    # A score is lost, and no more than that.
    kept = {row.measure for row in mended.estimates if row.kind == "theme" and row.positive}
    assert kept == {"t0", "t1", "t2"}
    assert scored(careless) == kept
