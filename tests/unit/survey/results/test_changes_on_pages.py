"""What was done and what changed, on the pages of those who may read it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fixtures_release import NORTH, SOUTH, make_release
from fixtures_results import Site, make_site
from fixtures_rooms import both
from html_page import parse, words

from analysis.export import csv_bytes
from analysis.release.model import Release
from analysis.release.rows import ChangeRow
from analysis.statistics.change_words import NOT_SHOWN
from survey.results.changed import Change, changes
from survey.results.scope import of_command, whole_force
from survey.results.words import signed

SENTENCE = "Response North, team 1: 40 before and 60 now."
TOLD = ChangeRow(
    group=f"command={NORTH}-1",
    measure="discrimination",
    kind="theme",
    before="autumn",
    after="winter",
    done="Talks in every shift",
    picked="low_score",
    declared="2025-12-01",
    value_before=40,
    value_after=60,
    change=20,
    others=9,
    others_change=0.6,
    excess=19.4,
    lower=8,
    upper=31,
    regression=5.5,
    state="stood_out",
    words=SENTENCE,
    status="shown",
)
ELSEWHERE = replace(TOLD, group=f"command={SOUTH}-1", words="Elsewhere.", done="Posters")
NOTHING = dict.fromkeys(
    ("value_before", "value_after", "change", "others", "others_change", "excess", "lower", "upper")
)
HIDDEN = replace(
    TOLD,
    group=f"command={NORTH}-2",
    **NOTHING,  # type: ignore[arg-type]
    regression=None,
    state="not_shown",
    words=NOT_SHOWN,
    status="c",
)


def with_changes(*rows: ChangeRow) -> Release:
    return replace(make_release(), changes=rows)


def of_north(*rows: ChangeRow) -> tuple[Change, ...]:
    scope = of_command(release := with_changes(*rows), NORTH)
    assert scope is not None
    return changes(release, scope).rows


def test_a_board_sees_the_changes_of_its_own_units_and_how_many_there_are() -> None:
    release = with_changes(TOLD, ELSEWHERE)
    scope = of_command(release, NORTH)
    assert scope is not None
    seen, whole = changes(release, scope), changes(release, whole_force(release))
    assert [row.words for row in seen.rows] == [SENTENCE]
    assert [row.words for row in whole.rows] == [SENTENCE, "Elsewhere."]
    assert seen.declared == whole.declared == 2


def test_figures_stand_in_whole_points_with_their_sign() -> None:
    (row,) = of_north(TOLD)
    assert row.cells == ("40%", "60%", "+20", "+1", "+19 (+8 to +31)", "+6")
    assert (row.label, row.colour, row.declared) == ("stands out", "green", "1 December 2025")
    assert (signed(-2.6), signed(0.2), signed(None)) == ("−3", "0", "")


def test_what_stands_out_lower_is_not_green() -> None:
    (row,) = of_north(replace(TOLD, change=-20, excess=-20.6, lower=-31, upper=-8))
    assert (row.label, row.colour) == ("stands out, lower", "red")


def test_the_state_of_the_finding_stands_beside_and_leads_to_it() -> None:
    assert of_north(TOLD)[0].finding == "emerging"
    release = with_changes(TOLD)
    cleared = tuple(replace(one, state="cleared") for one in release.concerns)
    (row,) = changes(replace(release, concerns=cleared), whole_force(release)).rows
    assert (row.finding, row.anchor) == ("cleared", "followed")
    (row,) = changes(replace(release, concerns=()), whole_force(release)).rows
    assert row.finding == ""


def test_what_is_not_shown_has_no_figure_and_what_cannot_be_told_says_so() -> None:
    (row,) = of_north(HIDDEN)
    assert set(row.cells) == {"[c]"}
    assert row.words == NOT_SHOWN
    (row,) = of_north(replace(TOLD, **NOTHING, regression=None, state="banded"))  # type: ignore[arg-type]
    assert set(row.cells) == {"[x]"}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return make_site(tmp_path_factory.mktemp("changes"), waves=())


def test_both_pages_say_what_was_done_and_what_staff_say(site: Site) -> None:
    board, hr = (one["changes"] for one in both(site, with_changes(TOLD, ELSEWHERE)))
    for page in (board, hr):
        said = words(parse(page.encode()).root)
        assert "What was done, and what changed" in said
        assert SENTENCE in said
        assert "Talks in every shift" in said
        assert "2 changes were expected in the whole force" in said
        assert '/findings#concerns"' in page
    assert "Elsewhere." in hr
    assert "Elsewhere." not in board
    assert "Posters" not in board


def test_without_interventions_there_is_no_section(site: Site) -> None:
    for pages in both(site, make_release()):
        assert "changes" not in pages
        assert "What was done, and what changed" not in pages["front"]


def test_a_download_holds_the_rows_of_the_boards_own_units() -> None:
    content = csv_bytes(with_changes(TOLD, ELSEWHERE), "changes", {TOLD.group}).decode()
    assert SENTENCE in content
    assert "Elsewhere." not in content
