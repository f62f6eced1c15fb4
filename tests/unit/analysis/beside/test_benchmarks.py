"""Benchmarks: read row by row, compared only where the same was asked, from published figures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path

import pytest
from fixtures_analysis import codebook, item, small

from analysis.attack.audit import audit
from analysis.beside import benchmarks
from analysis.beside.benchmarks import COLUMNS, Benchmark
from analysis.beside.given import Beside
from analysis.codebook import Codebook
from analysis.errors import DataError, LeakingRelease
from analysis.policy import DisclosurePolicy
from analysis.publish import WaveFacts, publish
from analysis.publish.benchmarked import benchmark_rows
from analysis.release.consistency import check
from analysis.release.model import Release
from analysis.statistics.comparisons import miettinen_nurminen

PRINT = "a" * 64
BOOK: Codebook = codebook((item("led", fingerprint=PRINT), item("seen", fingerprint="b" * 64)), ())
GOOD = f"led,,{PRINT},62.4,8000,National survey,2025"


def read(tmp_path: Path, *rows: str, header: str = ",".join(COLUMNS)) -> tuple[Benchmark, ...]:
    path = tmp_path / "others.csv"
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return benchmarks.read(path, BOOK)


def test_a_row_is_read_with_and_without_a_base(tmp_path: Path) -> None:
    found = read(tmp_path, GOOD, f"seen,Seen,{PRINT},60,,Another force,2024")
    assert found == (
        Benchmark("led", PRINT, 62.4, 1, 8000, "National survey", 2025),
        Benchmark("seen", PRINT, 60.0, 0, None, "Another force", 2024),
    )
    assert [benchmarks.comparable(one, BOOK) for one in found] == [True, False]


def test_a_template_is_read_as_nothing_until_it_is_filled_in(tmp_path: Path) -> None:
    path = tmp_path / "others.csv"
    path.write_text(benchmarks.template(BOOK), encoding="utf-8")
    assert benchmarks.read(path, BOOK) == ()
    filled = path.read_text(encoding="utf-8").replace(f"{PRINT},,,,", f"{PRINT},62,,Them,2025")
    path.write_text(filled, encoding="utf-8")
    (one,) = benchmarks.read(path, BOOK)
    assert (one.item, one.value) == ("led", 62.0)
    assert benchmarks.comparable(one, BOOK)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (GOOD.replace("led", "gone"), "no statement 'gone'"),
        (GOOD.replace(PRINT, "abc"), "copy it from a template"),
        (GOOD.replace("62.4", "101"), "the value is '101'"),
        (GOOD.replace("62.4", "62.44"), "at most one decimal"),
        (GOOD.replace("62.4", ""), "the value is ''"),
        (GOOD.replace("8000", "0"), "the base is '0'"),
        (GOOD.replace("8000", "8 000"), "the base is '8 000'"),
        (GOOD.replace("National survey", ""), "the source is missing"),
        (GOOD.replace("National", "Nati\x0bonal"), "the source is missing, or is not one line"),
        (GOOD.replace("National", "\u202elanoitaN"), "the source is missing, or is not one line"),
        (GOOD.replace("National survey", '"two\nlines"'), "or is not one line of up to 200"),
        (GOOD.replace("2025", "25"), "the year is '25'"),
        (f"{GOOD},more", "there are 8 cells instead of 7"),
    ],
)
def test_what_is_wrong_is_said_with_its_row(tmp_path: Path, row: str, reason: str) -> None:
    with pytest.raises(DataError, match=r"others.csv, row 3: .*") as caught:
        read(tmp_path, f"seen,,{PRINT},60,,Them,2025", row)
    assert reason in str(caught.value)


def test_other_columns_and_a_figure_twice_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="row 1: the columns are item,value; they must be item,st"):
        read(tmp_path, header="item,value")
    with pytest.raises(DataError, match="row 3: led of National survey, 2025, stands twice"):
        read(tmp_path, GOOD, GOOD.replace("62.4", "63"))


def published(*others: Benchmark) -> Release:
    of = small(900)
    return publish(
        *(of.codebook, of.plan, of.microdata),
        wave=WaveFacts("w", "W", date(2026, 5, 1)),
        policy=DisclosurePolicy(),
        beside=Beside(benchmarks=others),
    )


ONE = Benchmark("led", "print-of-led", 50.0, 0, 8000, "National survey", 2025)


@cache
def release() -> Release:
    return published(ONE)


def test_the_force_stands_beside_a_benchmark_with_a_range_for_two_samples() -> None:
    (row,) = release().benchmarks
    force = release().estimate_by_key["force", "led"]
    assert (row.group, row.value, row.base, row.comparable) == ("force", 50.0, 8000, True)
    assert force.positive is not None
    assert force.base is not None
    assert row.gap == force.positive - 50
    x, n = force.positive / 100 * force.base, force.base
    exact = miettinen_nurminen(x, n, 4000, 8000)
    assert row.lower is not None
    assert row.upper is not None
    assert 100 * exact.lower - 3 <= row.lower <= 100 * exact.lower - 1
    assert 100 * exact.upper + 1 <= row.upper <= 100 * exact.upper + 3
    assert audit(release()) == ()


def test_a_benchmark_tells_nothing_that_the_published_figures_do_not() -> None:
    assert benchmark_rows(replace(release(), benchmarks=()), [ONE]) == release().benchmarks
    assert published() == replace(release(), benchmarks=())


@pytest.mark.parametrize(
    ("change", "left"),
    [
        (lambda one: replace(one, fingerprint="c" * 64), (False, None, None, None, "c")),
        (lambda one: replace(one, base=None), (True, 50.0, None, None, "shown")),
    ],
)
def test_another_wording_is_not_compared_and_without_a_base_there_is_no_range(
    change: Callable[[Benchmark], Benchmark], left: tuple[object, ...]
) -> None:
    (row,) = benchmark_rows(release(), [change(ONE)])
    assert (row.comparable, row.value, row.base, row.lower, row.status) == left
    assert (row.gap is None) is (row.status == "c")


def test_a_figure_that_is_not_shown_or_banded_is_not_compared_and_a_weighted_one_has_no_range() -> (
    None
):
    def with_force(**changes: object) -> Release:
        rows = tuple(
            replace(row, **changes) if (row.group, row.measure) == ("force", "led") else row  # type: ignore[arg-type]
            for row in release().estimates
        )
        return replace(release(), estimates=rows)

    for changes in ({"positive": None, "status": "c"}, {"positive_bound": "or_more"}):
        (row,) = benchmark_rows(with_force(**changes), [ONE])
        assert (row.value, row.gap, row.status) == (50.0, None, "c")
    weighted = replace(release(), manifest=replace(release().manifest, weight="w"))
    (row,) = benchmark_rows(weighted, [ONE])
    assert (row.gap is not None, row.lower) == (True, None)


def test_a_gap_of_a_figure_that_is_not_shown_is_a_leak() -> None:
    (row,) = release().benchmarks
    with pytest.raises(LeakingRelease, match="benchmarks"):
        check(replace(release(), benchmarks=(replace(row, status="c"),)))
    hidden = next(row.group for row in release().groups if row.status == "c")
    with pytest.raises(LeakingRelease, match="benchmarks"):
        check(replace(release(), benchmarks=(replace(row, group=hidden),)))


def test_statements_stand_in_their_order_and_newer_figures_first() -> None:
    given = [
        replace(ONE, item="seen", fingerprint="print-of-seen"),
        replace(ONE, year=2023),
        ONE,
        replace(ONE, source="Another force"),
    ]
    rows = benchmark_rows(release(), given)
    assert [(row.measure, row.year, row.source) for row in rows] == [
        ("led", 2025, "Another force"),
        ("led", 2025, "National survey"),
        ("led", 2023, "National survey"),
        ("seen", 2025, "National survey"),
    ]
