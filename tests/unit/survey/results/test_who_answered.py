"""Who answered, who is missing and what that could change, as readers see it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from fixtures_release import NORTH, WATCHED, make_release
from fixtures_results import BOARD, HR, make_site
from html_page import parse

from analysis.release.model import Release
from analysis.release.rows import RepresentativenessRow
from survey.results import response, words
from survey.results.response import Response
from survey.results.scope import of_command, whole_force

RELEASE = make_release()
OWN = f"command={NORTH}"


def who_answered(*groups: str, release: Release = RELEASE) -> Response:
    return response.response(release, groups, groups[0], groups[1:], whole_force(release))


def with_rows(*changes: RepresentativenessRow, release: Release = RELEASE) -> Release:
    """The Release with these rows in place of its own."""
    keys = {(row.group, row.kind, row.breakdown, row.parts_level): row for row in changes}
    rows = tuple(
        keys.get((row.group, row.kind, row.breakdown, row.parts_level), row)
        for row in release.representativeness
    )
    return replace(release, representativeness=rows)


def part(group: str, release: Release = RELEASE) -> RepresentativenessRow:
    rows = release.representativeness
    return next(row for row in rows if (row.group, row.kind) == (group, "part"))


def test_response_states_are_c_for_hidden_and_x_for_unknown() -> None:
    found = who_answered("force", "command=response-north-2", WATCHED).rows
    assert (found[0].answers, found[0].rate, found[0].missing) == ("3,570", "about 65%", "")
    assert (found[1].answers, found[1].invited, found[1].missing) == ("[c]", "[c]", "[c]")
    assert (found[2].invited, found[2].rate, found[2].missing) == ("[x]", "[x]", "[x]")


def test_reach_lies_around_the_figure_and_needs_a_rate() -> None:
    reach = who_answered("force").reach[0]
    figure = RELEASE.estimate_by_key["force", "leadership"].positive or 0
    assert int(reach.worst[:-1]) < figure < int(reach.best[:-1])
    estimates = tuple(replace(one, least=None, most=None) for one in RELEASE.estimates)
    unknown = who_answered("force", OWN, release=replace(RELEASE, estimates=estimates))
    assert unknown.reach == ()
    assert unknown.reach_others == (("Response North", ("[x]",) * 5),)
    hidden = who_answered("force", "command=response-north-2").reach_others
    assert hidden == (("Response North, team 2", ("[c]",) * 5),)


def test_a_group_is_named_as_missing_where_clearly_fewer_answered() -> None:
    fewer = replace(part(OWN), partial=-0.04, missing=70)
    found = who_answered("force", release=with_rows(fewer))
    assert found.missing == (
        "Response North: about 65% answered, some 70 fewer than at the rate of all",
    )
    slightly = who_answered("force", release=with_rows(replace(fewer, missing=20)))
    assert slightly.missing == ()


def test_a_board_is_not_told_who_is_missing_elsewhere() -> None:
    other = part("command=response-south")
    release = with_rows(replace(other, partial=-0.04, missing=90))
    seen = of_command(release, NORTH)
    assert seen is not None
    assert response.response(release, ["force"], OWN, ["force"], seen).missing == ()
    assert len(who_answered("force", release=release).missing) == 1


def test_weighted_figures_are_listed_with_their_ranges() -> None:
    weighted = tuple(
        replace(row, weighted=41, weighted_lower=38, weighted_upper=44)
        if (row.group, row.measure) == (OWN, "leadership")
        else row
        for row in RELEASE.estimates
    )
    (text,) = who_answered("force", OWN, release=replace(RELEASE, estimates=weighted)).weighted
    assert text.startswith("Response North, Leadership: ")
    assert text.endswith("), weighted 41% (38 to 44)")
    assert who_answered("force", OWN).weighted == ()


@pytest.mark.parametrize(
    ("indicator", "said"),
    [
        (1.0, "nearly evenly"),
        (0.9, "nearly evenly"),
        (0.85, "somewhat unevenly"),
        (0.7, "unevenly"),
    ],
)
def test_an_r_indicator_has_its_words(indicator: float, said: str) -> None:
    assert words.evenly(indicator) == said


def test_both_pages_say_what_the_ranges_assume(tmp_path: Path) -> None:
    site = make_site(tmp_path, waves=("winter",))
    for name, address in ((BOARD, f"/results/board/{NORTH}"), (HR, "/results/hr")):
        reply = site.client(name).get(f"{address}/spring/response")
        parse(reply.data)
        shown = reply.text
        assert words.ASSUMED in shown
        assert "Who is missing" in shown
        assert "How evenly groups answered" in shown
        assert "If all others were negative" in shown
