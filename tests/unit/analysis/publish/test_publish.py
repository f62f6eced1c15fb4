"""What is published of a small study, and what is not."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fixtures_analysis import Study, small
from fixtures_publishing import HEADCOUNTS, POLICY, released

from analysis.attack.audit import Audit, Breach, audit
from analysis.errors import EstimationError, Unprotectable
from analysis.microdata import Microdata
from analysis.publish import exact
from analysis.release.model import Release


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
        step = max(step, release.coarser_by_key.get((row.group, row.measure), 1))
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


@pytest.mark.slow
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
    # The theme and its other item would tell it: that one goes too.
    assert release.estimate_by_key["command=north", "seen"].status == "c"
    for measure in ("leadership", "heard", "unfair"):
        assert release.estimate_by_key["command=north", measure].status == "shown"
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
