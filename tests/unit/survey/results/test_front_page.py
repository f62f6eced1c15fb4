"""The front page: how are we, what is of concern, what is better; and the way to the rest."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fixtures_release import NORTH, SOUTH, WATCHED, make_release
from fixtures_results import BOARD, HR, Site, make_site
from fixtures_rooms import FRONT, board_reading, both, hr_reading, shown, walked
from html_page import parse
from sqlalchemy import event

from analysis.release.model import Release
from analysis.release.rows import ChangeRow, ConcernRow, ConcernState, SlopeRow, TrendRow
from survey.results import moved_words, words
from survey.results.front import MOST_BETTER, Front, front
from survey.results.reading import Reading

OWN = f"command={NORTH}"
TEAM = f"command={NORTH}-1"

TOLD = ChangeRow(
    *(TEAM, "discrimination", "theme", "autumn", "winter", "Talks", "other", "2025-12-01"),
    *(40, 60, 20, 9, 0.6, 19.4, 8, 31, None, "stood_out", "Long words.", "shown"),
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return make_site(tmp_path_factory.mktemp("front"))


def concern(
    group: str, people: int, state: ConcernState = "serious", measure: str = "leadership"
) -> ConcernRow:
    return ConcernRow(
        *(group, measure, "concern", state, "force", -10, -15, -5, people),
        f"{make_release().group_by_id[group].label}: Ten fewer.",
    )


def of_board(site: Site, release: Release) -> Front:
    with site.app.test_request_context("/results"):
        return front(board_reading(release))


def of_hr(site: Site, release: Release) -> Front:
    with site.app.test_request_context("/results"):
        return front(hr_reading(release))


def with_line(values: tuple[int | None, int | None], *, comparable: bool = True) -> Release:
    """The command's line of one theme: a wave before and this one."""
    points = tuple(
        TrendRow(
            OWN, "leadership", wave, value, "", None, None, fits, "c" if value is None else "shown"
        )
        for wave, value, fits in zip(("autumn", "winter"), values, (comparable, True), strict=True)
    )
    slope = SlopeRow(OWN, "leadership", "autumn", 2, 7, 1, 13, "rose", "shown")
    return replace(make_release(), trends=points, slopes=(slope,))


def test_a_theme_says_its_figure_its_range_the_force_and_how_it_moved(site: Site) -> None:
    release = with_line((50, 57))
    score = of_board(site, release).scores[0]
    own = release.estimate_by_key[OWN, "leadership"]
    force = release.estimate_by_key["force", "leadership"]
    assert (score.figure, score.force) == (f"{own.positive}%", f"{force.positive}%")
    assert score.ranged == f"{own.lower} to {own.upper}"
    assert (score.moved, score.over) == ("up 7 points since autumn", "rose over 2 surveys")
    assert of_hr(site, release).scores[0].force == ""
    with site.app.test_request_context("/results"):
        page = parse(shown(board_reading(release))[FRONT]).text
    assert "Up 7 points since autumn; rose over 2 surveys." in page
    assert "It does not tell us why. The gap stands for about 80 people." in page


@pytest.mark.parametrize(
    "release", [with_line((None, 57)), with_line((50, None)), with_line((50, 57), comparable=False)]
)
def test_nothing_is_said_of_a_change_from_or_to_what_cannot_be_compared(
    site: Site, release: Release
) -> None:
    assert of_board(site, release).scores[0].moved == ""


def test_changes_in_words() -> None:
    said = [moved_words.points_since(change, "May") for change in (3, -1, 0)]
    assert said == ["up 3 points since May", "down 1 point since May", "as in May"]
    assert words.with_range(0, -4.2, 0.3, signed=True, digits=0) == "0 (−4 to 0)"
    assert words.with_range(-0.02, -1, 1.26, signed=True) == "0.0 (−1.0 to +1.3)"


def test_a_command_that_is_not_shown_has_no_figure_and_no_change(site: Site) -> None:
    release = make_release(hidden=frozenset({OWN}))
    found = of_board(site, release)
    assert {(one.figure, one.ranged, one.force, one.moved) for one in found.scores} == {("",) * 4}
    assert found.response[0].answers == "[c]"
    with site.app.test_request_context("/results"):
        page = parse(shown(board_reading(release))[FRONT]).text
    assert "How many answered is not shown" in page
    assert page.count("Not shown: too few people, or hidden to protect others.") == 5


def test_a_boards_own_concerns_come_first_and_leave_two_places_to_the_force(site: Site) -> None:
    themes = ("leadership", "grievance", "discrimination")
    rows = [concern(OWN, 10, measure=one) for one in themes]
    rows += [concern(TEAM, 20, measure=one) for one in themes]
    rows += [concern(WATCHED, 400, measure=one) for one in themes]
    rows.append(concern(f"command={SOUTH}", 900))
    found = of_board(site, replace(make_release(), concerns=tuple(rows)))
    (own, units), (_, others) = found.concerns
    assert own == "Response North"
    assert [one.people for one in units] == [20, 20, 20]
    assert [one.people for one in others] == [400, 400]
    assert found.raised == 9, "another command's is none of a board's"
    assert units[0].shortly == "Ten fewer."
    few = replace(make_release(), concerns=tuple(rows[:1] + rows[6:9]))
    assert [len(list_) for _, list_ in of_board(site, few).concerns] == [1, 3]
    (across, groups), (units_of_all, of_units) = of_hr(
        site, replace(make_release(), concerns=tuple(rows))
    ).concerns
    assert (across, units_of_all) == ("Groups across the whole force", "Commands and departments")
    assert [one.people for one in groups] == [400, 400, 400]
    assert [one.people for one in of_units] == [900, 20]


def test_named_groups_come_first_and_parts_of_a_group_are_left_to_the_room(site: Site) -> None:
    minority, part = "ethnicity=minority", f"{OWN}&ethnicity=majority"
    rows = [concern(minority, 900), concern(WATCHED, 50), concern(OWN, 300), concern(part, 200)]
    found = of_hr(site, replace(make_release(), concerns=tuple(rows)))
    (_, groups), (_, units) = found.concerns
    assert [one.id for one in groups] == [WATCHED, minority]
    assert [one.id for one in units] == [OWN]
    assert found.raised == 4
    rows[2] = concern(OWN, 300, measure="grievance")
    (_, units) = of_hr(site, replace(make_release(), concerns=tuple(rows))).concerns[1]
    assert [one.id for one in units] == [OWN, part], "about something else it is news"


def test_what_is_better_is_said_once_of_each_and_the_change_first(site: Site) -> None:
    rows = (
        concern(TEAM, 0, "cleared", "discrimination"),
        concern(OWN, 0, "cleared", "grievance"),
        concern(OWN, 0, "watched"),
        *(
            replace(concern(OWN, 40, measure=one), kind="strength")
            for one in ("discrimination", "specialist", "resourcing")
        ),
    )
    fell = replace(TOLD, group=OWN, excess=-9.0)
    release = replace(with_line((50, 57)), concerns=rows, changes=(TOLD, fell))
    found = of_board(site, release).better
    assert len(found) == MOST_BETTER
    assert [(one.about, one.label) for one in found[:3]] == [
        ((TEAM, "discrimination"), "after what was done"),
        ((OWN, "grievance"), "cleared"),
        ((OWN, "leadership"), "rose"),
    ]
    assert (
        "40 of every 100 answers were positive before, 60 now: 19 more than elsewhere (plausible "
        "range 8 to 31 more)."
    ) in found[0].words
    assert all(one.label.startswith("strength") for one in found[3:])


def test_every_figure_leads_to_a_note_that_is_there(site: Site) -> None:
    for pages in both(site, with_line((50, 57))):
        notes = {one.get("id") for one in parse(pages["method"]).root.iter("h2")}
        used = set()
        for page in pages.values():
            links = [one.get("href", "") for one in parse(page).root.iter("a")]
            found = {one.partition("#")[2] for one in links if "/method#" in one}
            assert found <= notes
            used |= found
        assert {"scores", "heat-map", "raised", "lines", "watched", "response"} <= used
        assert "surprise" not in notes


def test_each_room_leads_back_and_to_the_same_room_of_other_waves(site: Site) -> None:
    for name, own in ((BOARD, f"/results/board/{NORTH}"), (HR, "/results/hr")):
        pages = walked(site.client(name), own)
        for room in set(pages) - {FRONT}:
            hrefs = {one.get("href") for one in parse(pages[room]).root.iter("a")}
            assert {f"{own}/winter", f"{own}/spring/{room}", f"{own}/autumn/{room}"} <= hrefs
    above = parse(site.client(HR).get(f"/results/board/{NORTH}/winter/trends").data)
    assert "/results/hr" in {one.get("href") for one in above.root.iter("a")}


def test_a_page_asks_the_database_a_handful_of_times(site: Site) -> None:
    client = site.client(BOARD)
    walked(client, f"/results/board/{NORTH}")  # what is kept of Releases is kept now
    asked: list[str] = []
    stores = site.app.extensions["candour"]
    with stores.results() as session:
        engine = session.get_bind()

    def note(_conn, _cursor, statement: str, *_rest: object) -> None:  # type: ignore[no-untyped-def]
        asked.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        for room in ("", "/themes", "/findings", "/response"):
            client.get(f"/results/board/{NORTH}/winter{room}")  # made and kept here at the latest
            asked.clear()
            assert client.get(f"/results/board/{NORTH}/winter{room}").status_code == 200
            selects = [one for one in asked if one.startswith("SELECT")]
            # The log looks once, and once more when it holds its end: tests of its own count that.
            asks = [one for one in selects if "FROM log_entry" not in one.replace("\n", " ")]
            assert len(asks) <= 4, asks
    finally:
        event.remove(engine, "before_cursor_execute", note)


def test_a_reading_is_of_a_command_or_of_the_force(site: Site) -> None:
    with site.app.test_request_context("/results"):
        readings: list[Reading] = [board_reading(make_release()), hr_reading(make_release())]
    assert [(one.own, one.name) for one in readings] == [
        (OWN, "Response North"),
        ("force", "The whole force"),
    ]
