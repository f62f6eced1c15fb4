"""What is published of a small study, and what is not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import date
from typing import Any

import fixtures_analysis as fixtures
import numpy as np
import pytest
from fixtures_analysis import Study, small, with_answers

from analysis.attack.audit import Audit, Breach, audit
from analysis.errors import EstimationError, Unprotectable
from analysis.microdata import Microdata
from analysis.policy import DisclosurePolicy
from analysis.publish import WaveFacts, exact, publish
from analysis.release.model import Release

POLICY = DisclosurePolicy()
WAVE = WaveFacts("autumn", "Autumn survey", date(2026, 11, 1))
HEADCOUNTS = {f"command={unit}": 300 for unit in fixtures.DEPARTMENTS}
TABLES = ("groups", "estimates", "distributions", "comparisons", "concerns", "trends")


def released(study: Study, headcounts: Mapping[str, int] | None = None, **more: Any) -> Release:
    return publish(
        study.codebook,
        study.plan,
        study.microdata,
        wave=WAVE,
        policy=POLICY,
        headcounts=headcounts,
        **more,
    )


@pytest.fixture(scope="module")
def study() -> Study:
    return small()


@pytest.fixture(scope="module")
def release(study: Study) -> Release:
    return released(study, HEADCOUNTS)


def test_every_declared_group_has_its_rows_in_every_table_in_plan_order(
    study: Study, release: Release
) -> None:
    declared = [group.id for group in study.plan.groups]
    assert [row.group for row in release.groups] == declared
    assert list(dict.fromkeys(row.group for row in release.estimates)) == declared
    assert list(dict.fromkeys(row.group for row in release.distributions)) == declared
    assert list(dict.fromkeys(row.group for row in release.comparisons)) == declared[1:]
    measures = [row.measure for row in release.measures]
    assert measures[:2] == ["leadership", "fairness"]
    for group in declared:
        assert [row.measure for row in release.estimates if row.group == group] == measures


def test_shown_percents_are_the_exact_ones_rounded(study: Study, release: Release) -> None:
    figures = exact(study.codebook, study.plan, study.microdata)
    seen = 0
    for row in release.estimates:
        if row.status != "shown" or row.positive_bound:
            continue
        figure = figures.at(row.group, row.measure)
        assert figure is not None
        assert row.positive is not None
        assert row.base is not None
        assert row.lower is not None
        assert row.upper is not None
        step = 1 if figure.people >= POLICY.fine_base and row.measure != "harassed" else 5
        assert abs(row.positive - 100 * figure.positive) <= step / 2 + 1e-9
        assert row.lower <= row.positive <= row.upper
        if row.base < POLICY.fine_base:
            assert row.positive % 5 == row.lower % 5 == row.upper % 5 == 0
        seen += 1
    assert seen > 100


def test_bases_below_a_hundred_are_in_fives(release: Release) -> None:
    small_bases = [row.base for row in release.groups if row.base and row.base < 100]
    assert small_bases
    assert all(base % 5 == 0 for base in small_bases)


def test_response_rates_come_in_steps_with_their_headcounts(release: Release) -> None:
    row = release.group_by_id["command=north"]
    assert row.headcount == 600
    assert row.response_rate is not None
    assert row.response_rate % 5 == 0
    assert release.group_by_id["ethnicity=minority"].response_rate is None
    assert release.manifest.invited == 1800
    assert release.manifest.answered == 900


def test_where_nearly_everybody_answered_neither_rate_nor_headcount_is_shown(
    study: Study,
) -> None:
    figures = exact(study.codebook, study.plan, study.microdata)
    n = dict(zip(figures.names, figures.sums.people.tolist(), strict=True))["command=north-a"]
    for missing in (0, 1, POLICY.k - 1):
        row = released(study, {"command=north-a": n + missing}).group_by_id["command=north-a"]
        assert (row.headcount, row.response_rate, row.status) == (None, None, "shown")
    row = released(study, {"command=north-a": n + POLICY.k}).group_by_id["command=north-a"]
    assert row.response_rate is not None


def test_a_force_of_which_nearly_everybody_answered_does_not_say_how_many_were_invited() -> None:
    release = released(small(900), {"force": 900 + POLICY.k - 1})
    assert (release.manifest.invited, release.group_by_id["force"].headcount) == (None, None)


def test_a_headcount_narrows_the_interval(study: Study, release: Release) -> None:
    plain = released(study).estimate_by_key
    narrower = 0
    for row in release.estimates:
        other = plain[row.group, row.measure]
        if row.status == "shown" and row.group.startswith("command=") and "&" not in row.group:
            assert row.lower is not None
            assert row.upper is not None
            assert other.lower is not None
            assert other.upper is not None
            assert row.lower >= other.lower
            assert row.upper <= other.upper
            narrower += row.upper - row.lower < other.upper - other.lower
    assert narrower > 10


def test_headcounts_that_contradict_answers_leave_no_rate_and_a_warning(study: Study) -> None:
    release = released(study, {**HEADCOUNTS, "command=crime-b": 12})
    assert all(row.headcount is None for row in release.groups if "command" in row.group)
    assert "command" in release.manifest.warnings[0]


def rows_about(release: Release, group: str) -> list[Any]:
    """Every row that names a group, with the group's own id taken out."""
    found = []
    for table in TABLES:
        for row in getattr(release, table):
            if row.group == group:
                kept = {field.name: getattr(row, field.name) for field in fields(row)}
                found.append((table, {**kept, "group": "", "label": "", "values": ""}))
    return found


def moved(study: Study, unit: str, keep: int, to: str) -> Study:
    """The study with all but `keep` people of a department in another one."""
    codes = study.codebook.variable_by_id["unit"].codes
    column = study.microdata.variables["unit"].copy()
    people = np.flatnonzero(column == codes.index(unit))
    column[people[keep:]] = codes.index(to)
    return with_answers(study, unit=column)


def test_an_empty_a_small_and_a_protected_group_look_the_same() -> None:
    study = small(1200)
    empty = released(moved(study, "north-a", 0, "south-a"), HEADCOUNTS)
    few = released(moved(study, "north-a", 4, "south-a"), HEADCOUNTS)
    # One hidden department of two would be the command less the other, so the other is hidden too.
    assert empty.group_by_id["command=north-a"].status == "c"
    assert few.group_by_id["command=north-a"].status == "c"
    assert few.group_by_id["command=north-b"].status == "c"
    assert rows_about(few, "command=north-a") == rows_about(empty, "command=north-a")
    assert rows_about(few, "command=north-a") == rows_about(few, "command=north-b")


def test_nothing_of_a_hidden_group_is_in_any_table() -> None:
    release = released(moved(small(1200), "north-a", 4, "south-a"), HEADCOUNTS)
    hidden = {row.group for row in release.groups if row.status == "c"}
    assert hidden
    for row in release.estimates:
        if row.group in hidden:
            assert (row.base, row.positive, row.score, row.lower, row.status) == (
                *(None,) * 4,
                "c",
            )
    assert not hidden & {row.group for row in release.concerns}
    assert not hidden & {row.against for row in release.concerns}
    for row in release.comparisons:
        if hidden & {row.group, row.against}:
            assert (row.gap, row.lower, row.upper, row.status) == (None, None, None, "c")


def test_an_item_that_too_few_of_a_group_answered_is_hidden_there_alone() -> None:
    study = small(1200)
    codes = study.codebook.variable_by_id["unit"].codes
    members = np.flatnonzero(study.microdata.variables["unit"] == codes.index("north-a"))
    column = study.microdata.items["heard"].copy()
    column[members[5:]] = -1
    release = released(with_answers(study, heard=column))
    assert release.estimate_by_key["command=north-a", "heard"].status == "c"
    assert release.estimate_by_key["command=north-a", "led"].status == "shown"
    assert all(row.status == "c" for row in release.distribution_by_key["command=north-a", "heard"])
    gaps = {(row.group, row.measure): row for row in release.comparisons}
    assert gaps["command=north-a", "heard"].status == "c"
    assert gaps["command=north-a", "led"].status == "shown"


def test_a_comparison_whose_rest_is_too_few_is_not_shown() -> None:
    study = small(400)
    column = np.zeros(400, dtype=np.int16)
    column[:5] = 1
    release = released(with_answers(study, in_probation=column))
    gaps = [row for row in release.comparisons if row.group == "probationer=yes"]
    assert gaps
    assert {row.status for row in gaps} == {"c"}


def test_a_sensitive_item_on_a_base_whose_bands_meet_is_not_shown() -> None:
    study = small(900)
    codes = study.codebook.variable_by_id["unit"].codes
    members = np.flatnonzero(study.microdata.variables["unit"] == codes.index("north-a"))
    column = study.microdata.variables["unit"].copy()
    column[members[11:]] = codes.index("north-b")
    harassed = study.microdata.items["harassed"].copy()
    harassed[members[:11]] = 1
    release = released(with_answers(study, unit=column, harassed=harassed))
    assert release.estimate_by_key["command=north-a", "led"].status == "shown"
    row = release.estimate_by_key["command=north-a", "harassed"]
    assert (row.positive, row.base, row.status) == (None, None, "c")
    gaps = {(row.group, row.measure): row for row in release.comparisons}
    assert gaps["command=north-a", "harassed"].status == "c"
    # The department beside it is compared with everybody else, who are many.
    assert gaps["command=north-b", "harassed"].status == "shown"


def unanimous(study: Study, unit: str, answer: int) -> Study:
    """The study in which one department answers everything alike."""
    codes = study.codebook.variable_by_id["unit"].codes
    members = study.microdata.variables["unit"] == codes.index(unit)
    columns = {
        name: np.where(members, answer, column) for name, column in study.microdata.items.items()
    }
    return with_answers(study, **columns)


def test_everybody_answering_alike_is_coded_with_limits_and_score_that_do_not_tell() -> None:
    release = released(unanimous(small(500), "crime-b", 0))
    row = release.estimate_by_key["command=crime-b", "led"]
    assert (row.positive, row.positive_bound, row.upper) == (90, "or_more", 100)
    assert (row.negative, row.negative_bound) == (10, "or_less")
    theme = release.estimate_by_key["command=crime-b", "leadership"]
    assert (theme.positive, theme.positive_bound, theme.score) == (90, "or_more", None)
    # Nine in ten answering so gives the same row.
    nine = unanimous(small(500), "crime-b", 0)
    codes = nine.codebook.variable_by_id["unit"].codes
    members = np.flatnonzero(nine.microdata.variables["unit"] == codes.index("crime-b"))
    column = nine.microdata.items["led"].copy()
    column[members[: len(members) // 12]] = 1
    assert released(with_answers(nine, led=column)).estimate_by_key["command=crime-b", "led"] == row


def worse(study: Study, unit: str, fall: int) -> Study:
    """The study in which one department answers `fall` points less favourably."""
    codes = study.codebook.variable_by_id["unit"].codes
    members = study.microdata.variables["unit"] == codes.index(unit)
    columns = {}
    for name, column in study.microdata.items.items():
        sign = -1 if name == "unfair" else 1
        moved_by = np.clip(column + sign * fall, 0, 4)
        columns[name] = np.where(members & (column >= 0) & (column < 5), moved_by, column)
    return with_answers(study, **columns)


def test_a_planted_difference_is_raised_and_told_in_published_numbers() -> None:
    release = released(worse(small(1200), "south-b", 2))
    raised = [row for row in release.concerns if row.group == "command=south-b"]
    assert {row.measure for row in raised} == {"leadership", "fairness"}
    gaps = {(row.group, row.measure): row for row in release.comparisons}
    for row in raised:
        same = gaps[row.group, row.measure]
        assert (row.kind, row.state, row.against) == ("concern", "emerging", "force")
        assert (row.gap, row.lower, row.upper) == (same.gap, same.lower, same.upper)
        assert row.lower <= row.gap <= row.upper <= 0
        assert row.people % 5 == 0
        estimate = release.estimate_by_key[row.group, row.measure]
        assert row.words.startswith("South-b: ")
        assert f"{estimate.positive} of every 100" in row.words or estimate.positive_bound
    better = released(worse(small(1200), "south-b", -2))
    mirrored = [row for row in better.concerns if row.group == "command=south-b"]
    assert {row.kind for row in mirrored} == {"strength"}


def sensitive_theme(positive: float) -> Study:
    """A study with a theme of one sensitive item, answered worse in one small department.

    There `positive` of the people strongly agree and all others strongly disagree; elsewhere nine
    of ten agree.
    """
    items = (fixtures.item("led", "leadership"), fixtures.item("safe", "safety", sensitive=True))
    book = fixtures.codebook(items)
    study = Study(book, fixtures.plan(), fixtures.microdata(book, 400))
    unit = study.microdata.variables["unit"]
    inside = np.flatnonzero(unit == book.variable_by_id["unit"].codes.index("south-b"))
    safe = np.where(np.arange(400) % 10 == 0, 4, 0)
    safe[inside] = np.where(np.arange(len(inside)) < positive * len(inside), 0, 4)
    return with_answers(study, safe=safe)


def test_a_gap_that_would_be_raised_without_a_percent_to_show_is_not_eligible() -> None:
    """Beside an empty banded category, "40" and "60" would say that nobody is in it."""
    key = ("command=south-b", "safety")
    release = released(sensitive_theme(0.4))
    row = release.estimate_by_key[key]
    assert (row.status, row.positive, row.neutral_bound) == ("shown", None, "or_less")
    gap = next(one for one in release.comparisons if (one.group, one.measure) == key)
    assert (gap.gap, gap.lower, gap.upper, gap.status) == (None, None, None, "c")
    assert key not in {(one.group, one.measure) for one in release.concerns}
    rests = [one for one in release.comparisons if one.against == "force"]
    shown = [one for one in rests if one.status == "shown" and one.kind == "theme"]
    assert release.manifest.comparisons == len(shown)
    # With a percent to show, a gap of that size is raised.
    worse_still = released(sensitive_theme(0.6))
    assert key in {(one.group, one.measure) for one in worse_still.concerns}


def test_a_theme_of_sensitive_items_alone_has_no_score() -> None:
    release = released(sensitive_theme(0.7))
    assert {row.score for row in release.estimates if row.measure == "safety"} == {None}
    assert release.estimate_by_key["force", "leadership"].score is not None
    assert release.estimate_by_key["force", "safety"].positive is not None


def test_concerns_are_ordered_by_people_affected() -> None:
    release = released(worse(worse(small(1200), "south-b", 2), "north-a", 1))
    concerns = [row.people for row in release.concerns if row.kind == "concern"]
    assert concerns == sorted(concerns, reverse=True)
    assert len(concerns) > 2


def test_without_any_difference_hardly_anything_is_raised() -> None:
    raised = sum(len(released(small(400, seed=seed)).concerns) for seed in range(6))
    assert raised <= 3


def test_a_wave_without_answers_says_so(study: Study) -> None:
    nobody = Microdata(
        0,
        {name: column[:0] for name, column in study.microdata.variables.items()},
        {name: column[:0] for name, column in study.microdata.items.items()},
    )
    with pytest.raises(EstimationError, match="no answers"):
        released(replace(study, microdata=nobody))


def test_a_wave_that_too_few_answered_cannot_be_published() -> None:
    with pytest.raises(Unprotectable):
        released(small(9))


def test_a_release_says_how_it_was_made(study: Study, release: Release) -> None:
    manifest = release.manifest
    assert (manifest.wave, manifest.wave_title, manifest.closed) == (
        "autumn",
        "Autumn survey",
        "2026-11-01",
    )
    assert manifest.policy == POLICY.as_dict()
    assert manifest.shown + manifest.not_shown == len(study.plan.groups)
    assert manifest.breakdowns[0].label == "Command"
    assert dict(manifest.intersections) == {
        "Minority-background probationers": "ethnicity=minority&probationer=yes"
    }


def test_what_is_published_passes_the_audit() -> None:
    for n, seed in [(60, 0), (400, 2), (3000, 3)]:
        study = small(n, seed)
        assert audit(released(study, {"force": 2 * n}), study.plan) == ()


def test_a_percent_that_the_auditor_sees_through_is_withheld(
    study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    def suspicious(release: Release, *_: object) -> Audit:
        if release.estimate_by_key["command=north", "led"].status == "c":
            return Audit((), None)
        return Audit((Breach("numerator", "command=north", "planted", "led"),), None)

    monkeypatch.setattr("analysis.publish.making.examine", suspicious)
    release = released(study)
    assert release.estimate_by_key["command=north", "led"].status == "c"
    assert release.estimate_by_key["command=north", "seen"].status == "shown"
    gaps = {(row.group, row.measure): row for row in release.comparisons}
    assert gaps["command=north", "led"].status == "c"
    # The departments are compared with the rest of the force.
    assert gaps["command=north-a", "led"].status == "shown"


def test_a_base_that_the_auditor_works_out_stops_the_release(
    study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    breach = Breach("bound", "command=north-a", "North-a is known to be 7 people")
    monkeypatch.setattr("analysis.publish.making.examine", lambda *_: Audit((breach,), None))
    with pytest.raises(Unprotectable, match=r"7 people\. Merge categories of table command, or"):
        released(study)
