"""What is said of a change is attacked like any other figure of a hidden group."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import fixtures_analysis as fixtures
import pytest

from analysis.attack import hints, material
from analysis.attack.hints import hidden_rows, sentences
from analysis.attack.material import Material, Published, Sheet
from analysis.errors import LeakingRelease
from analysis.policy import DisclosurePolicy
from analysis.publish import WaveFacts, publish
from analysis.release import consistency, tables
from analysis.release.consistency import check
from analysis.release.model import Release
from analysis.release.rows import BenchmarkRow, ChangeRow, ProcedureRow, ReliabilityRow
from analysis.statistics.change_words import NOT_SHOWN

HIDDEN = "command=north&ethnicity=majority"
NOTHING = ChangeRow(
    *(HIDDEN, "leadership", "theme", "spring", "one", "Talks", "other", "2026-01-05"),
    *(None, None, None, None, None, None, None, None, None, "not_shown", NOT_SHOWN, "c"),
)


@pytest.fixture(scope="module")
def release() -> Release:
    study = fixtures.small(400, seed=3)
    made = publish(
        *(study.codebook, fixtures.plan(), study.microdata),
        wave=WaveFacts("one", "One", date(2026, 3, 31)),
        policy=DisclosurePolicy(),
    )
    assert made.group_by_id[HIDDEN].status == "c"
    return replace(made, changes=(NOTHING,))


def of(release: Release) -> Material:
    return Material(releases=(Published("one", release),))


def test_an_empty_row_tells_nothing(release: Release) -> None:
    assert not hidden_rows(of(release)).falls
    assert not sentences(of(release)).falls


@pytest.mark.parametrize("column", ["value_before", "change", "others", "excess", "regression"])
def test_a_figure_of_a_hidden_unit_falls(release: Release, column: str) -> None:
    told = replace(release, changes=(replace(NOTHING, **{column: 12}),))  # type: ignore[arg-type]
    (fall,) = [one.words for one in hidden_rows(of(told)).falls if "(changes)" in one.words]
    assert "12 stands at" in fall


def test_words_that_name_a_hidden_unit_fall(release: Release) -> None:
    label = release.group_by_id[HIDDEN].label
    told = replace(release, changes=(replace(NOTHING, words=f"{label} rose by 3."),))
    assert any(label in fall.words for fall in sentences(of(told)).falls)


def talks_with(label: str) -> ChangeRow:
    return replace(NOTHING, done=f"Talks with the four of {label.upper()}")


def source_of(label: str) -> BenchmarkRow:
    return BenchmarkRow(
        *("force", "led", f"Own count of {label}", 2025, False), *[None] * 5, status="c"
    )


def test_what_people_wrote_names_no_hidden_unit(release: Release) -> None:
    label = release.group_by_id[HIDDEN].label
    done = replace(release, changes=(talks_with(label),))
    with pytest.raises(LeakingRelease, match=r"What was done .* names .*; write done in the file"):
        check(done)
    source = replace(release, changes=(), benchmarks=(source_of(label),))
    with pytest.raises(LeakingRelease, match=r"The source .* names .*; write source in the file"):
        check(source)
    check(replace(release, benchmarks=(source_of("everybody"),)))
    for told in (done, source):
        assert any(label in fall.words for fall in sentences(of(told)).falls)


def test_words_of_a_process_that_name_a_hidden_unit_fall(release: Release) -> None:
    label = release.group_by_id[HIDDEN].label
    counts = ("force", "referral", "2025-04/2026-03", 100, 5, 5.0)
    row = ProcedureRow(*counts, *[None] * 8, f"Few of {label} were referred.", "shown")
    told = replace(release, procedures=(row,))
    assert any(label in fall.words for fall in sentences(of(told)).falls)


def test_every_figure_of_every_table_is_attacked() -> None:
    """What reading a Release wants empty in a hidden row, the attacker looks at too."""
    for table, columns in consistency._VALUES.items():
        assert set(columns) <= set(hints._VALUES[table]), table
    for table in hints._VALUES:
        names = tuple(column.name for column in tables.columns(table, ["command"]))
        assert set(hints._VALUES[table]) <= set(names), table
        assert Sheet(table, names, ()).table == table
    assert material._TABLE_COLUMNS.keys() == hints._VALUES.keys()


def test_a_figure_of_reliability_in_a_hidden_row_falls(release: Release) -> None:
    row = ReliabilityRow("leadership", HIDDEN, 3, 0.8, None, None, "c")
    told = replace(release, reliability=(row,))
    assert any("0.8 stands at" in one.words for one in hidden_rows(of(told)).falls)
