"""What stands beside the figures is refused when the published ones do not allow it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from fixtures_analysis import small
from fixtures_release import make_release

from analysis.beside.benchmarks import Benchmark
from analysis.beside.given import Beside
from analysis.errors import ReleaseError
from analysis.policy import DisclosurePolicy
from analysis.publish import WaveFacts, publish
from analysis.release.consistency import check
from analysis.release.model import Release
from analysis.release.rows import SlopeRow
from analysis.release.tables import columns, from_csv

OTHERS = Benchmark("led", "print-of-led", 50.0, 0, 8000, "National survey", 2025)


def made(*previous: Release, wave: str, seed: int) -> Release:
    study = small(900, seed=seed)
    return publish(
        *(study.codebook, study.plan, study.microdata),
        wave=WaveFacts(wave, wave, date(2025 + len(previous), 5, 1)),
        policy=DisclosurePolicy(),
        previous=previous,
        beside=Beside(benchmarks=(OTHERS,)),
    )


@pytest.fixture(scope="module")
def release() -> Release:
    return made(made(wave="one", seed=1), wave="two", seed=2)


def forged(release: Release, table: str, **changes: Any) -> Release:
    """The Release with other figures in the first row of a table that is shown."""
    rows = list(getattr(release, table))
    at = next(at for at, row in enumerate(rows) if row.status == "shown")
    rows[at] = replace(rows[at], **changes)
    return replace(release, **{table: tuple(rows)})


def test_what_was_made_stands(release: Release) -> None:
    check(release)
    check(make_release())


@pytest.mark.parametrize(
    ("table", "changes"),
    [
        ("groups", {"base": None}),
        ("estimates", {"base": None}),
        ("comparisons", {"gap": None}),
        ("slopes", {"direction": None}),
        ("benchmarks", {"gap": None, "lower": None, "upper": None}),
    ],
)
def test_what_is_shown_has_its_figures(
    release: Release, table: str, changes: dict[str, None]
) -> None:
    with pytest.raises(ReleaseError, match=f"{table}: .*is shown, yet a figure of it is missing"):
        check(forged(release, table, **changes))


@pytest.mark.parametrize(
    "changes",
    [
        {"gap": -77},
        {"lower": 5, "upper": -5},
        {"value": 51.0},
        {"base": 100},
        {"base": None},
        {"comparable": False},
        {"measure": "nothing"},
        {"value": float("nan")},
    ],
)
def test_a_benchmark_follows_from_the_two_figures(
    release: Release, changes: dict[str, Any]
) -> None:
    with pytest.raises(ReleaseError, match=r"benchmarks: .* does not follow"):
        check(forged(release, "benchmarks", **changes))


def test_a_benchmark_stands_once(release: Release) -> None:
    with pytest.raises(ReleaseError, match="benchmarks: the same stands twice"):
        check(replace(release, benchmarks=release.benchmarks * 2))


@pytest.mark.parametrize(
    "changes",
    [
        {"since": "none"},
        {"since": "two"},
        {"waves": 1},
        {"waves": 3},
        {"lower": 90, "upper": 95},
        {"change": 0, "lower": 0, "upper": 0, "direction": "rose"},
        {"change": 3, "lower": 1, "upper": 4, "direction": "fell"},
        {"upper": 120},
    ],
)
def test_a_slope_is_of_points_of_its_line(release: Release, changes: dict[str, Any]) -> None:
    with pytest.raises(ReleaseError, match=r"slopes: .* does not follow"):
        check(forged(release, "slopes", **changes))


def test_a_slope_without_a_line_is_refused(release: Release) -> None:
    row = SlopeRow("command=north", "led", "one", 2, -60, -70, -50, "fell", "shown")
    with pytest.raises(ReleaseError, match="slopes"):
        check(replace(release, trends=(), slopes=(row,)))


@pytest.mark.parametrize(
    ("table", "changes"),
    [
        ("reliability", {"alpha": 7.0, "lower": 9.0, "upper": -1.0}),
        ("reliability", {"upper": 1.2}),
        ("reliability", {"lower": 0.79}),
        ("reliability", {"alpha": float("nan")}),
        ("reliability", {"group": "command=response-north"}),
        ("reliability", {"measure": "leadership-1"}),
        ("reliability", {"item_count": 9}),
        ("drivers", {"measure": "nothing"}),
        ("drivers", {"outcome": "leadership"}),
        ("drivers", {"group": "command=response-north"}),
        ("drivers", {"first": 3, "last": 3}),
        ("drivers", {"first": 2, "last": 1}),
        ("drivers", {"share": -1}),
        ("drivers", {"explained": 101}),
        ("drivers", {"explained": 41}),
        ("drivers", {"share": 60}),
    ],
)
def test_what_goes_together_is_of_themes_in_the_force(table: str, changes: dict[str, Any]) -> None:
    with pytest.raises(ReleaseError, match=table):
        check(forged(make_release(), table, **changes))


@pytest.mark.parametrize("text", ["nan", "inf", "-inf", "1e999"])
def test_a_figure_that_is_no_number_is_not_read(text: str) -> None:
    headings = columns("reliability", [])
    written = ",".join(one.name for one in headings) + f"\nled,force,3,{text},0.1,0.2,shown\n"
    with pytest.raises(ReleaseError, match=f"alpha cannot be '{text}'"):
        from_csv(written.encode(), headings, "reliability.csv")
