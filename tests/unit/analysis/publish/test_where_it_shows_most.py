"""Items in which a finding shows most, as published, and what the auditor reads of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache

import fixtures_analysis as fixtures
import numpy as np
import pytest
from fixtures_analysis import Study, with_answers

from analysis.attack import answers, states
from analysis.attack.audit import audit
from analysis.attack.states import said_of_named
from analysis.errors import LeakingRelease, ReleaseError
from analysis.policy import DisclosurePolicy
from analysis.publish import WaveFacts, exact, publish
from analysis.release import tables
from analysis.release.consistency import check
from analysis.release.families import families, judged
from analysis.release.model import Release
from analysis.release.rows import ConcernRow

NORTH, LED = "command=north", "leadership"
WORSE = ("seen", "heard")


def study(seed: int = 7, n: int = 900, by: int = 2) -> Study:
    """A theme of five items, of which a command answers two worse."""
    items = tuple(fixtures.item(one, LED) for one in ("led", "seen", "heard", "backed", "told"))
    book = fixtures.codebook((*items, fixtures.item("kit")))
    made = Study(book, fixtures.plan(), fixtures.microdata(book, n, seed))
    codes = book.variable_by_id["unit"].codes
    inside = np.isin(
        made.microdata.variables["unit"], [codes.index("north-a"), codes.index("north-b")]
    )
    columns = {}
    for item in WORSE:
        column = made.microdata.items[item]
        columns[item] = np.where(inside & (column >= 0), np.minimum(column + by, 4), column)
    return with_answers(made, **columns)


@cache
def released(seed: int = 7, n: int = 900, by: int = 2) -> Release:
    made = study(seed, n, by)
    return publish(
        *(made.codebook, made.plan, made.microdata),
        wave=WaveFacts("one", "One", date(2026, 3, 31)),
        policy=DisclosurePolicy(),
    )


def of_north(release: Release) -> ConcernRow:
    (row,) = [row for row in release.concerns if (row.group, row.measure) == (NORTH, LED)]
    return row


def with_items(*items: str) -> Release:
    """The Release in which the finding about the north names other items."""
    clean = released()
    row = of_north(clean)
    return replace(
        clean,
        concerns=tuple(replace(row, items=items) if one is row else one for one in clean.concerns),
    )


def test_the_planted_items_are_named_the_widest_gap_first() -> None:
    row = of_north(released())
    assert sorted(row.items) == sorted(WORSE)
    gaps = {one.measure: one.gap for one in released().comparisons if one.group == NORTH}
    assert [gaps[item] for item in row.items] == sorted(gaps[item] or 0 for item in row.items)


def test_no_published_gap_contradicts_that_its_item_is_named() -> None:
    seen = 0
    for seed in range(3):
        release = released(seed, 500, 1)
        gaps = {(one.group, one.measure): one for one in release.comparisons}
        for row in release.concerns:
            sign = -1 if row.kind == "concern" else 1
            for item in row.items:
                one = gaps[row.group, item]
                assert one.gap is not None
                assert one.lower is not None
                assert one.upper is not None
                assert sign * one.gap >= 5
                assert one.upper <= 0 if sign < 0 else one.lower >= 0
                seen += 1
    assert seen > 3


def test_items_go_through_a_file_and_back() -> None:
    release = released()
    names = tables.columns("concerns", ["command", "ethnicity", "probationer"])
    written = tables.to_csv(names, tables.records(release, "concerns"))
    read = tables.rows("concerns", tables.from_csv(written, names, "concerns.csv"), 3)
    assert read == release.concerns
    assert any(row.items == () for row in release.concerns) or of_north(release).items


def test_what_the_auditor_counts_as_judged_is_what_was_judged() -> None:
    release = released()
    of_group = judged(release)
    each = {family: of_group[group] for group, family in families(release).items()}
    assert sum(one.made for one in each.values()) == release.manifest.comparisons
    assert sum(one.raised for one in each.values()) == len(release.concerns)
    assert all(0 < one.rate <= 0.05 for one in each.values())


def test_the_truth_lies_within_what_naming_an_item_says() -> None:
    seen = 0
    for seed in range(4):
        release, made = released(seed, 500, 1), study(seed, 500, 1)
        figures = exact(made.codebook, made.plan, made.microdata)
        for item in (row for row in release.measures if row.kind == "item"):
            for group, (low, high) in said_of_named(release, item).items():
                figure = figures.at(group, item.measure)
                assert figure is not None
                assert low <= figure.positive <= high
                seen += 1
    assert seen > 5


def test_naming_an_item_says_more_than_five_points_of_a_small_group() -> None:
    group = "command=north-b"
    release = replace(
        released(), concerns=(replace(of_north(released()), group=group, items=("seen",)),)
    )
    force = release.estimate_by_key["force", "seen"]
    assert force.positive is not None
    _, high = said_of_named(release, release.measure_by_id["seen"])[group]
    # 130 people: less than about 9 points below everybody else does not stand out.
    assert high < force.positive / 100 - 0.07


def test_a_clean_release_that_names_items_withstands_the_auditor() -> None:
    assert audit(released()) == ()


def test_a_named_item_that_the_published_percents_contradict_is_seen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Planted: an item is named in which the group answers like everybody."""
    lying = with_items("backed", "seen")
    assert "contradiction" in {one.kind for one in audit(lying)}
    # An auditor that reads nothing of it would let it pass: only the figures' own check sees it.
    monkeypatch.setattr(states, "said_of_named", lambda *_: {})
    monkeypatch.setattr(answers, "said_of_item", lambda *_: {})
    assert "contradiction" not in {one.kind for one in audit(lying)}


@pytest.mark.parametrize("item", ["kit", "backed", "nothing"])
def test_an_item_of_another_theme_or_without_a_gap_cannot_be_named(item: str) -> None:
    with pytest.raises(ReleaseError):
        check(with_items(item))


def test_an_item_that_is_not_shown_cannot_be_named() -> None:
    clean = released()
    nothing = {"base": None, "positive": None, "positive_bound": "", "neutral": None}
    nothing |= {"neutral_bound": "", "negative": None, "negative_bound": "", "lower": None}
    hidden = tuple(
        replace(one, **nothing, upper=None, status="c")  # type: ignore[arg-type]
        if (one.group, one.measure) == (NORTH, "seen")
        else one
        for one in clean.estimates
    )
    with pytest.raises(LeakingRelease):
        check(replace(clean, estimates=hidden))
