"""How much of a gap goes with where people work, as readers see it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fixtures_release import make_release
from fixtures_results import make_site
from fixtures_rooms import both

from analysis.release.model import Release
from analysis.release.rows import StandardisedRow
from analysis.statistics.sentences import what_stays
from survey.results import against, findings, standardised
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
            "Of the 12 points, about none go with where people work; about 12 fewer stay beside "
            "others in the same commands (plausible range 4 to 20 fewer).",
        ),
        (
            *(-3, 0, (-9, 10)),
            "About 3 points may go with where people work: beside others in the same commands, "
            "about as many were positive. Between 9 fewer and 10 more may still stay.",
        ),
        (
            *(1, 0, (0, 10)),
            "About 1 point may go with where people work: beside others in the same commands, "
            "about as many were positive. Between 0 and 10 more may still stay.",
        ),
        (
            *(0, 0, (-9, 0)),
            "Beside others in the same commands, about as many were positive. Between 9 fewer and "
            "0 may still stay.",
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


def raised(release: Release, **changes: object) -> Release:
    finding = {"group": MINORITY, "measure": "leadership", "items": (), **changes}
    return replace(release, concerns=(replace(release.concerns[0], **finding),))


def test_it_follows_a_finding_and_no_other_comparison_however_clear(release: Release) -> None:
    stays = "about 9 fewer stay beside " + BESIDE + " (plausible range 2 to 16 fewer)."
    assert against.said(raised(release), MINORITY, "leadership").endswith(stays)
    quiet = replace(release, concerns=())
    for gap, lower, upper in ((-12, -20, -5), (-4, -9, 1)):
        crude = replace(
            quiet.comparison_by_key[MINORITY, "leadership", "force"],
            **{"gap": gap, "lower": lower, "upper": upper},
        )
        key = (MINORITY, "leadership", "force")
        rows = tuple(
            crude if (one.group, one.measure, one.against) == key else one
            for one in quiet.comparisons
        )
        clear = replace(quiet, comparisons=rows)
        assert BESIDE not in against.said(clear, MINORITY, "leadership")
    # What a theme shows most in was picked for its gap, and a past finding is none any more.
    for changes in ({"measure": "other", "items": ("leadership",)}, {"state": "watched"}):
        other = raised(release, **changes)
        assert BESIDE not in against.said(other, MINORITY, "leadership")


def test_a_finding_says_it_too(release: Release) -> None:
    rows = raised(release)
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
    _, pages = both(site, release)
    html = pages["groups"]
    assert "How much of a gap goes with where people work" in html
    assert "−9 (−16 to −2)" in html
