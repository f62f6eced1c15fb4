"""What a Release says once earlier waves' sums are in hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import cache

import numpy as np
import pytest
from fixtures_analysis import Study, fallen, small

from analysis.attack.audit import audit
from analysis.earlier_tallies import EarlierTallies, identity, kept
from analysis.policy import DisclosurePolicy
from analysis.publish import WaveFacts, publish
from analysis.publish.pairs import pairs
from analysis.publish.pooling import EarlierWaves
from analysis.release.model import Release
from analysis.release.rows import ConcernRow
from analysis.tally import tally
from analysis.theme_values import STEP

POLICY = DisclosurePolicy()
KEY = ("command=south-b", "leadership")
CLOSED = [date(2025, 5, 1), date(2025, 11, 1), date(2026, 5, 1), date(2026, 11, 1)]


def study(wave: int, fall: int) -> Study:
    return fallen(1200, wave, fall)


def published(
    wave: int,
    of: Study,
    previous: Sequence[Release] = (),
    tallies: Sequence[EarlierTallies] = (),
    **more: str,
) -> Release:
    facts = WaveFacts(f"wave-{wave}", f"Wave {wave}", CLOSED[wave - 1])
    return publish(
        *(of.codebook, of.plan, of.microdata),
        wave=facts,
        policy=POLICY,
        previous=previous,
        previous_tallies=tallies,
        **more,  # type: ignore[arg-type]
    )


def sums(of: Study, release: Release) -> EarlierTallies:
    return kept(tally(of.codebook, of.plan, of.microdata), release)


@cache
def line(*falls: int) -> tuple[tuple[Release, ...], tuple[EarlierTallies, ...]]:
    """Waves one after the other, each published with all earlier ones in hand."""
    if not falls:
        return (), ()
    releases, tallies = line(*falls[:-1])
    of = study(len(falls), falls[-1])
    release = published(len(falls), of, releases, tallies)
    return (*releases, release), (*tallies, sums(of, release))


def found(release: Release) -> ConcernRow | None:
    return next((row for row in release.concerns if (row.group, row.measure) == KEY), None)


def states(*falls: int) -> list[str]:
    return [row.state if (row := found(one)) else "" for one in line(*falls)[0]]


@pytest.mark.slow
def test_a_gap_is_emerging_then_confirmed_then_cleared_and_then_forgotten() -> None:
    assert states(2, 2, 0, 0) == ["emerging", "serious", "cleared", ""]


def test_a_gap_that_is_gone_names_the_wave_and_no_people() -> None:
    row = found(line(2, 2, 0)[0][-1])
    assert row is not None
    assert (row.kind, row.before, row.people) == ("concern", "wave-2", 0)
    assert "This was a confirmed concern." in row.words


def test_the_wave_that_is_pooled_with_is_named_and_figures_are_of_this_wave() -> None:
    release = line(2, 2)[0][-1]
    row = found(release)
    assert row is not None
    assert (row.before, row.against) == ("wave-1", "force")
    assert "It was also lower last time" in row.words
    same = next(one for one in release.comparisons if (one.group, one.measure) == KEY)
    assert (row.gap, row.lower, row.upper) == (same.gap, same.lower, same.upper)
    assert not audit(release)


def test_without_tallies_a_second_wave_is_emerging_too() -> None:
    (first,), _ = line(2)
    row = found(published(2, study(2, 2), [first]))
    assert row is not None
    assert (row.state, row.before) == ("emerging", "")


def _wording(tallies: EarlierTallies) -> EarlierTallies:
    return replace(tallies, fingerprints={**tallies.fingerprints, KEY[1]: "another"})


def _people(tallies: EarlierTallies) -> EarlierTallies:
    return replace(tallies, groups={**tallies.groups, KEY[0]: "others"})


def _hidden(tallies: EarlierTallies) -> EarlierTallies:
    at = list(tallies.groups).index(KEY[0])
    arrays = [one.copy() for one in (tallies.n, tallies.total, tallies.squares)]
    for one in arrays:
        one[:, at] = 0
    return replace(tallies, n=arrays[0], total=arrays[1], squares=arrays[2])


def _later(tallies: EarlierTallies) -> EarlierTallies:
    return replace(tallies, closed=CLOSED[3])


@pytest.mark.parametrize("changed", [_wording, _people, _hidden, _later])
def test_what_cannot_be_compared_is_not_pooled(changed) -> None:  # type: ignore[no-untyped-def]
    (first,), (tallies,) = line(2)
    row = found(published(2, study(2, 2), [first], [changed(tallies)]))
    assert row is not None
    assert row.state == "emerging"


def test_a_wave_that_cannot_be_compared_is_passed_over() -> None:
    releases, (first, second) = line(2, 2)
    row = found(published(3, study(3, 2), releases, [first, _wording(second)]))
    assert row is not None
    assert (row.state, row.before) == ("serious", "wave-1")
    assert "It was also lower in an earlier survey" in row.words
    assert "last time" not in row.words


def test_a_wave_whose_sums_nobody_kept_was_the_last_one_all_the_same() -> None:
    releases, (first, _) = line(2, 2)
    row = found(published(3, study(3, 2), releases, [first]))
    assert row is not None
    assert row.before == "wave-1"
    assert "It was also lower in an earlier survey" in row.words


def test_a_wave_with_weights_is_not_pooled() -> None:
    (first,), (tallies,) = line(2)
    of = study(2, 2)
    weighted = replace(of.microdata, weights=np.ones(of.microdata.n))
    again = Study(of.codebook, of.plan, weighted)
    row = found(published(2, again, [first], [tallies], weight="weight"))
    assert row is not None
    assert row.state == "emerging"


def _answers(n: int, percent: int) -> tuple[int, int, int]:
    """Sums of people of whom so many in a hundred answer everything positively."""
    whole = round(1 / STEP)
    return n, n * percent // 100 * whole, n * percent // 100 * whole**2


def test_a_change_of_the_whole_forces_level_is_no_gap() -> None:
    # 20 people of the group, then 60; 500 of the rest both times; all 10 points higher.
    plan = small(60).plan
    group, theme = KEY
    pair = next(one for one in pairs(plan) if one.group == group)
    sides = (_answers(20, 50), _answers(520, 50))
    n, total, squares = (np.array([list(column)]) for column in zip(*sides, strict=True))
    ids = {one: identity(plan, plan.group_by_id[one]) for one in (group, pair.against)}
    then = EarlierTallies("wave-1", CLOSED[0], {theme: "x"}, ids, n, total, squares)
    earlier = EarlierWaves(plan, (then,), {}, {theme: "x"}, POLICY.k, "wave-1")
    found = earlier.before(pair, theme, (_answers(60, 60), _answers(500, 60)), alike=0)
    assert found is not None
    assert found.pooled.gap == pytest.approx(0, abs=1e-12)


def test_order_of_the_tallies_changes_nothing() -> None:
    releases, tallies = line(2, 2)
    of = study(3, 0)
    assert published(3, of, releases, tallies) == published(3, of, releases, tallies[::-1])
