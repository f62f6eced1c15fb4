"""What is said of a change is attacked like any other figure of a hidden group."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import fixtures_analysis as fixtures
import pytest

from analysis.attack.hints import hidden_rows, sentences
from analysis.attack.material import Material, Published
from analysis.policy import DisclosurePolicy
from analysis.publish import WaveFacts, publish
from analysis.release.model import Release
from analysis.release.rows import ChangeRow
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
