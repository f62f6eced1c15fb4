"""Trend lines repeat what was published and break where a question changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache

import fixtures_analysis as fixtures
from fixtures_analysis import Study, small

from analysis.policy import DisclosurePolicy
from analysis.publish import WaveFacts, publish
from analysis.release.model import Release

WAVES = [
    WaveFacts(f"wave-{number}", f"Wave {number}", date(2024 + number, 5, 1)) for number in (1, 2, 3)
]


def released(study: Study, wave: WaveFacts, *previous: Release) -> Release:
    return publish(
        study.codebook,
        study.plan,
        study.microdata,
        wave=wave,
        policy=DisclosurePolicy(),
        previous=previous,
    )


@cache
def first() -> Release:
    return released(small(600, seed=1), WAVES[0])


@cache
def second() -> Release:
    return released(small(500, seed=2), WAVES[1], first())


@cache
def third() -> Release:
    return released(small(700, seed=3), WAVES[2], second(), first())


def test_a_line_has_each_wave_once_oldest_first() -> None:
    for line in third().trend_by_key.values():
        assert [row.wave for row in line] == ["wave-1", "wave-2", "wave-3"]
    assert [row.wave for row in first().trend_by_key["force", "led"]] == ["wave-1"]


def test_each_point_is_what_that_wave_published() -> None:
    for release in (first(), second(), third()):
        for row in third().trends:
            if row.wave == release.manifest.wave:
                estimate = release.estimate_by_key[row.group, row.measure]
                assert (row.value, row.bound, row.lower, row.upper, row.status) == (
                    estimate.positive,
                    estimate.positive_bound,
                    estimate.lower,
                    estimate.upper,
                    estimate.status,
                )


def test_lines_are_drawn_for_single_breakdowns_and_named_intersections() -> None:
    groups = {row.group for row in third().trends}
    assert {"force", "command=north-a", "ethnicity=minority&probationer=yes"} <= groups
    assert "command=north&ethnicity=minority" not in groups
    assert "ethnicity=majority&probationer=yes" not in groups


def test_a_changed_fingerprint_breaks_the_line_of_the_item_and_its_theme_alone() -> None:
    book = fixtures.codebook()
    items = tuple(
        replace(item, fingerprint="reworded") if item.id == "led" else item for item in book.items
    )
    changed = replace(small(700, seed=3), codebook=replace(book, items=items))
    release = released(changed, WAVES[2], first(), second())
    for measure, comparable in [
        ("led", False),
        ("leadership", False),
        ("seen", True),
        ("fairness", True),
    ]:
        line = release.trend_by_key["force", measure]
        assert [row.comparable for row in line] == [comparable, comparable, True]
        assert line[0].value is not None


def test_another_questionnaire_and_the_wave_itself_are_not_in_the_line() -> None:
    other = replace(
        first(), manifest=replace(first().manifest, questionnaire="pulse", wave="pulse-1")
    )
    corrected = replace(second(), manifest=replace(second().manifest, wave="wave-3"))
    release = released(small(700, seed=3), WAVES[2], other, corrected, first())
    assert [row.wave for row in release.trend_by_key["force", "led"]] == ["wave-1", "wave-3"]


def test_what_closed_on_the_same_day_or_later_is_not_earlier() -> None:
    same_day = replace(first(), manifest=replace(first().manifest, closed="2027-05-01"))
    later = replace(second(), manifest=replace(second().manifest, closed="2027-06-01"))
    release = released(small(700, seed=3), WAVES[2], same_day, later)
    assert [row.wave for row in release.trend_by_key["force", "led"]] == ["wave-3"]


def test_a_wave_without_the_group_looks_like_one_that_did_not_show_it() -> None:
    before = replace(
        first(),
        estimates=tuple(row for row in first().estimates if row.group != "command=north-a"),
    )
    release = released(small(700, seed=3), WAVES[2], before)
    row = release.trend_by_key["command=north-a", "led"][0]
    assert (row.value, row.lower, row.status) == (None, None, "c")
