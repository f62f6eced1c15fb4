"""How lines moved: from published figures alone, and seldom where nothing did."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path

import pytest
import simulated_lines
from fixtures_analysis import plan, small

from analysis.errors import LeakingRelease
from analysis.policy import DisclosurePolicy
from analysis.publish import WaveFacts, publish, slopes
from analysis.publish.slopes import RATE, slope_rows
from analysis.release.consistency import check
from analysis.release.model import Release
from analysis.release.rows import EstimateRow, SlopeRow
from analysis.statistics.sentences import how_it_moved
from analysis.statistics.trends import cochran_armitage, moved

KEY = ("command=north", "leadership")
DAYS = [date(2025, 5, 1), date(2025, 11, 1), date(2026, 5, 1)]


def published(wave: int, *previous: Release) -> Release:
    of = small(900, seed=wave)
    return publish(
        *(of.codebook, of.plan, of.microdata),
        wave=WaveFacts(f"wave-{wave}", f"Wave {wave}", DAYS[wave - 1]),
        policy=DisclosurePolicy(),
        previous=previous,
    )


@cache
def first() -> Release:
    return published(1)


@cache
def second() -> Release:
    return published(2, first())


@cache
def third() -> Release:
    return published(3, first(), second())


def showing(release: Release, percent: int, key: tuple[str, str] = KEY) -> Release:
    """The Release with another percent of a group and measure."""

    def with_percent(row: EstimateRow) -> EstimateRow:
        if (row.group, row.measure) != key:
            return row
        return replace(row, positive=percent, positive_bound="", status="shown")

    return replace(release, estimates=tuple(map(with_percent, release.estimates)))


def slope(now: Release, *before: Release, key: tuple[str, str] = KEY) -> SlopeRow:
    rows = slope_rows(plan(), now, before)
    return next(row for row in rows if (row.group, row.measure) == key)


def test_a_first_wave_has_no_slopes_and_every_later_one_the_same_rows() -> None:
    assert first().slopes == ()
    assert [(row.group, row.measure) for row in second().slopes] == [
        (row.group, row.measure) for row in third().slopes
    ]
    hidden = {row.group for row in third().groups if row.status != "shown"}
    assert {row.group for row in third().slopes if row.status != "shown"} >= hidden & {
        row.group for row in third().slopes
    }


def test_slopes_are_worked_out_from_published_figures_alone() -> None:
    assert slope_rows(plan(), third(), [first(), second()]) == third().slopes
    assert any(row.status == "shown" for row in third().slopes)


def test_themes_of_every_line_are_tested_and_statements_of_the_force() -> None:
    tested = {(row.group, row.measure) for row in third().slopes}
    assert ("force", "led") in tested
    assert ("command=north", "led") not in tested
    assert {
        ("command=north", "leadership"),
        ("ethnicity=minority&probationer=yes", "fairness"),
    } <= (tested)


def test_two_waves_are_a_difference_and_three_a_slope_over_their_dates() -> None:
    two = slope(showing(second(), 60), showing(first(), 40))
    assert (two.since, two.waves, two.change) == ("wave-1", 2, 20)
    # The second survey was half a year after the first, the third half a year after that.
    three = slope(showing(third(), 60), showing(first(), 40), showing(second(), 50))
    assert (three.since, three.waves, three.change) == ("wave-1", 3, 20)
    late = replace(second(), manifest=replace(second().manifest, closed="2026-04-30"))
    kinked = slope(showing(third(), 60), showing(first(), 40), showing(late, 40))
    assert kinked.change is not None
    assert 0 < kinked.change < 20


def test_a_large_move_is_said_and_its_mirror_too() -> None:
    rising = [
        showing(one, percent) for one, percent in ((first(), 30), (second(), 50), (third(), 70))
    ]
    falling = [
        showing(one, percent) for one, percent in ((first(), 70), (second(), 50), (third(), 30))
    ]
    up, down = slope(rising[2], *rising[:2]), slope(falling[2], *falling[:2])
    assert (up.direction, down.direction) == ("rose", "fell")
    assert (up.change, up.lower, up.upper) == (
        -(down.change or 0),
        -(down.upper or 0),
        -(down.lower or 0),
    )


def test_answers_and_rounding_that_are_less_sure_make_the_range_wider() -> None:
    fine = slope(showing(second(), 60), showing(first(), 40))
    steps = (((KEY[0],), ((KEY[1], 10),)),)
    coarse = replace(first(), manifest=replace(first().manifest, coarser=steps))
    wide = slope(showing(second(), 60), showing(coarse, 40))
    assert (wide.lower or 0) < (fine.lower or 0) < (fine.upper or 0) < (wide.upper or 0)


@pytest.mark.parametrize("which", [0, 1])
def test_nothing_is_said_of_what_is_not_shown_banded_reworded_or_weighted(which: int) -> None:
    def said(change: Release) -> SlopeRow:
        return slope(*((second(), change) if which else (change, first())))

    of = first() if which else second()
    rows = {(row.group, row.measure): row for row in of.estimates}
    for changes in (
        {"positive": None, "status": "c"},
        {"positive": 90, "positive_bound": "or_more"},
    ):
        other = {**rows, KEY: replace(rows[KEY], **changes)}  # type: ignore[arg-type]
        assert said(replace(of, estimates=tuple(other.values()))).status == "c"
    weighted = replace(of, manifest=replace(of.manifest, weight="w"))
    assert said(weighted).status == "c"
    reworded = tuple(replace(row, fingerprint="another") for row in of.measures)
    assert said(replace(of, measures=reworded)) == SlopeRow(*KEY, *(None,) * 6, "c")  # type: ignore[arg-type]


def test_a_slope_of_a_hidden_figure_is_a_leak() -> None:
    hidden = next(row.group for row in third().groups if row.status == "c")
    row = SlopeRow(hidden, "leadership", "wave-1", 3, 5, 1, 9, "rose", "shown")
    with pytest.raises(LeakingRelease, match="slopes"):
        check(replace(third(), slopes=(row,)))
    with pytest.raises(LeakingRelease, match="slopes"):
        check(replace(third(), slopes=(replace(row, status="c"),)))


def test_three_waves_have_the_p_of_cochran_and_armitage() -> None:
    shares, n, times = [0.3, 0.4, 0.5], [80.0, 120.0, 100.0], [0.0, 180.0, 365.0]
    counts = [share * of for share, of in zip(shares, n, strict=True)]
    plain = moved(shares, n, times)
    assert plain.p == pytest.approx(cochran_armitage(counts, n, times).p)
    assert plain.gap == pytest.approx(cochran_armitage(counts, n, times).slope * 365)
    wide = moved(shares, n, times, inflation=4.0)
    assert wide.upper - wide.gap == pytest.approx(2 * (plain.upper - plain.gap))
    assert wide.gap == pytest.approx(plain.gap)


def test_the_worked_example_is_what_the_document_says() -> None:
    shares = [0.4, 0.5, 0.6]
    worth = [p * (1 - p) / (p * (1 - p) / 300 + 0.01**2 / 12) for p in shares]
    found = moved(shares, worth, [0.0, 182.0, 365.0], slopes.SAME_PEOPLE)
    text = (Path(__file__).parents[4] / "docs" / "METHODS.md").read_text(encoding="utf-8")
    assert f"count as {worth[0]:.0f} answers each" in text
    assert f"with 1.35 as {worth[0] / slopes.SAME_PEOPLE:.0f}" in text
    limits = f"range {100 * found.lower:.1f} to {100 * found.upper:.1f}, p = {found.p:.6f}"
    assert f"a rise of {100 * found.gap:.1f} points, {limits}" in text


@pytest.mark.parametrize(
    ("direction", "limits", "said"),
    [
        ("rose", (2, 14), "It rose by about 8 points over 3 surveys (plausible range 2 to 14 more"),
        ("fell", (2, 14), "It fell by about 8 points"),
        ("unclear", (-4, 14), "No clear change over 3 surveys (plausible range 4 fewer to 14 more"),
        ("unclear", (2, 14), "among so many lines chance makes such"),
    ],
)
def test_each_direction_has_its_own_sentence(
    direction: str, limits: tuple[int, int], said: str
) -> None:
    assert said in how_it_moved(direction, 8, *limits, 3)  # type: ignore[arg-type]


@pytest.mark.slow
@pytest.mark.parametrize(("waves", "leave"), [(2, 0.07), (3, 0.07), (6, 0.3)])
def test_lines_that_do_not_move_are_seldom_said_to(
    waves: int, leave: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(simulated_lines, "LEAVE", leave)
    assert share_that_say(waves, draws=12) <= RATE


def share_that_say(waves: int, draws: int) -> float:
    said = [
        any(row.direction in ("rose", "fell") for row in rows)
        for rows in simulated_lines.drawn(draws, waves, seed=31)
    ]
    return sum(said) / len(said)


@pytest.mark.slow
def test_a_rule_that_trusts_every_figure_would_be_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slopes, "SAME_PEOPLE", 0.1)
    assert share_that_say(3, draws=4) > 2 * RATE


@pytest.mark.slow
def test_a_force_that_rises_by_ten_points_is_said_to() -> None:
    key = ("force", "theme-0")
    drawn = simulated_lines.drawn(6, 3, seed=41, rise=0.3, group="force")
    found = [row for rows in drawn for row in rows if (row.group, row.measure) == key]
    assert [row.direction for row in found] == ["rose"] * 6
    others = simulated_lines.drawn(6, 3, seed=43, rise=-0.3, group="force")
    found = [row for rows in others for row in rows if (row.group, row.measure) == key]
    assert [row.direction for row in found] == ["fell"] * 6
