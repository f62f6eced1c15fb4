"""How much of a gap goes with where people work, as readers see it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fixtures_release import make_release
from fixtures_results import make_site
from flask import render_template

from analysis.release.model import Release
from analysis.release.rows import StandardisedRow
from analysis.statistics.sentences import what_stays
from survey.results import against, findings, standardised
from survey.results.hr import hr_page
from survey.results.scope import whole_force

PLACE, BESIDE = "where people work", "others in the same commands"
MINORITY = "ethnicity=minority"


@pytest.mark.parametrize(
    ("goes_with", "stays", "limits", "sentence"),
    [
        (
            *(-3, -9, (-16, -2)),
            "Of the 12 points, about 3 go with where people work; about 9 fewer stay beside others "
            "in the same commands (plausible range 2 to 16 fewer).",
        ),
        (
            *(0, -12, (-20, -4)),
            "Of the 12 points, none go with where people work; about 12 fewer stay beside others "
            "in the same commands (plausible range 4 to 20 fewer).",
        ),
        (
            *(-12, 0, (-7, 7)),
            "The 12 points go with where people work: beside others in the same commands, about as "
            "many were positive (plausible range 7 fewer to 7 more).",
        ),
        (
            *(3, -15, (-20, -9)),
            "Beside others in the same commands the gap is wider: about 15 fewer, not 12 "
            "(plausible range 9 to 20 fewer).",
        ),
        (
            *(9, -5, (-9, -1)),
            "Beside others in the same commands it turns round: about 5 fewer, not 4 more "
            "(plausible range 1 to 9 fewer).",
        ),
        (
            *(4, -4, (-9, 1)),
            "Beside others in the same commands, about 4 fewer were positive (plausible range 9 "
            "fewer to 1 more). What stays can be chance.",
        ),
    ],
)
def test_each_way_a_gap_can_split_has_its_sentence(goes_with, stays, limits, sentence) -> None:
    assert what_stays(PLACE, BESIDE, goes_with, stays, limits) == sentence


def with_split(release: Release, **figures: object) -> Release:
    """The minority's gap about leadership, split as given."""
    rows = tuple(
        replace(one, **{"parts_level": "command", "status": "shown", **figures})
        if (one.group, one.measure) == (MINORITY, "leadership")
        else one
        for one in release.standardised
    )
    return replace(release, standardised=rows)


@pytest.fixture(scope="module")
def release() -> Release:
    figures = {"goes_with": -3, "stays": -9, "lower": -16, "upper": -2}
    return with_split(make_release(), **figures)


def test_it_follows_the_comparison_where_one_is_clear(release: Release) -> None:
    said = against.said(release, MINORITY, "leadership")
    assert said.endswith(
        "about 9 fewer stay beside " + BESIDE + " (plausible range 2 to 16 fewer)."
    )
    unclear = {"goes_with": 0, "stays": 1, "lower": -6, "upper": 8}
    quiet = with_split(release, **unclear)
    crude = replace(
        quiet.comparison_by_key[MINORITY, "leadership", "force"], gap=1, lower=-6, upper=8
    )
    rows = tuple(
        crude if (one.group, one.measure, one.against) == (MINORITY, "leadership", "force") else one
        for one in quiet.comparisons
    )
    plain = replace(quiet, comparisons=rows, concerns=())
    assert BESIDE not in against.said(plain, MINORITY, "leadership")


def test_a_finding_says_it_too(release: Release) -> None:
    raised = replace(release.concerns[0], group=MINORITY, measure="leadership", items=())
    rows = replace(release, concerns=(raised,))
    found = findings.findings(rows, whole_force(rows))
    (one,) = (*found.concerns, *found.strengths)
    assert one.goes_with[0].startswith("Of the 12 points, about 3 go with " + PLACE)


def test_groups_without_a_figure_are_named_whatever_the_reason(release: Release) -> None:
    rows = tuple(
        StandardisedRow(one.group, one.measure, one.breakdown, None, None, None, None, None, "c")
        if one.group == MINORITY
        else one
        for one in release.standardised
    )
    hidden = replace(release, standardised=rows)
    (split,) = standardised.splits(hidden, whole_force(hidden))
    assert "Minority ethnic" in split.hidden
    assert not any(row.group == "Minority ethnic" for row in split.rows)


def test_the_page_of_hr_splits_the_gaps(release: Release, tmp_path) -> None:
    site = make_site(tmp_path, waves=())
    with site.app.test_request_context("/results/hr"):
        page = hr_page(release, [release])
        html = render_template("results/hr.html", page=page)
    assert "How much of a gap goes with where people work" in html
    assert "−9 (−16 to −2)" in html
