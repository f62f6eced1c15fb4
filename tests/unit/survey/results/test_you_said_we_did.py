"""What everybody may read: only what is force-wide or was published, and nobody is noticed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from fixtures_acts import DEPARTMENTS, NORTHS, TALKS, again, emptied
from fixtures_release import NORTH, SOUTH, WATCHED, WAVES, make_release
from fixtures_results import BOARD, Site, make_site
from html_page import parse

from analysis.plan import FORCE
from analysis.release.model import Release
from survey import clock
from survey.config import ANSWER_DAYS
from survey.results.acts import record, standing
from survey.results.acts.after import BY_ITSELF, NO_LATER, changed
from survey.results.acts.concerns import Key, raised
from survey.results.acts.lines import board_names, line
from survey.results.acts.noticed import noticed, statements
from survey.results.acts.public import said_page
from survey.results.acts.record import Course

PAGE = "/you-said-we-did"
TODAY = date(2026, 6, 10)
DONE = again(
    TALKS,
    concerns=(NORTHS, DEPARTMENTS),
    day=date(2026, 4, 2),
    state="done",
    done="Every shift had its talk.",
    done_on=date(2026, 4, 1),
    published=True,
)
HIDDEN_AWAY = replace(TALKS, id="e" * 16, title="Only for this board", words="Not to be read.")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return make_site(tmp_path_factory.mktemp("said") / "home")


@pytest.fixture
def site(made: Site, monkeypatch: pytest.MonkeyPatch) -> Site:
    monkeypatch.setattr(clock, "today", lambda: TODAY)
    emptied(made)
    for action in (TALKS, DONE, HIDDEN_AWAY):
        record.keep(made.stores, action)
    return made


def test_everybody_reads_what_was_published_and_no_part_of_a_command(site: Site) -> None:
    reply = site.client().get(PAGE)
    page = parse(reply.data)
    assert "Talks in every shift done" in page.text
    assert "The board says: done, on 1 April 2026 Every shift had its talk." in page.text
    assert "Whose task: superintendent for response. Due: 31 May 2026." in page.text
    # The one that the page lists; three inside commands are not counted.
    assert "Areas of concern across the force 1" in page.text
    assert "Answered by HR 0" in page.text
    assert "Not answered in time 1" in page.text
    assert "Whether boards answered in time is not told here" in page.text
    assert "From close to the first published action 34 days" in page.text
    assert "Minority-background probationers: Misconduct and Grievance" in page.text
    for unsaid in (
        "Only for this board",
        "Not to be read",
        "Response North, team",
        "Response South",
    ):
        assert unsaid not in page.text
    for row in make_release().concerns:
        said = row.words.partition(": ")[2] in page.text
        assert said == (row.group == WATCHED), row


IN_TIME, TOO_LATE = ANSWERS = date(2026, 4, 24), date(2026, 4, 25)
"""The last day for answers about the winter's survey, and the day after."""


def quieter(release: Release, *commands: str) -> Release:
    """The same Release as if nothing inside these commands had been raised."""
    inside = tuple(f"command={command}" for command in commands)
    kept = (one for one in release.concerns if not one.group.startswith(inside))
    return replace(release, concerns=(*kept,))


def with_commands(release: Release, more: int) -> Release:
    """The same Release of a force with more commands."""
    plan = release.manifest.breakdowns
    at = next(at for at, one in enumerate(plan) if one.id == "command")
    model = next(value for value in plan[at].values if value[0] == NORTH)
    added = ((f"more-{number}", *model[1:]) for number in range(more))
    wider = replace(plan[at], values=(*plan[at].values, *added))
    manifest = replace(release.manifest, breakdowns=(*plan[:at], wider, *plan[at + 1 :]))
    return replace(release, manifest=manifest)


def counts(release: Release, courses: list[Course], today: date) -> tuple[object, ...]:
    """Everything that the page says of a wave."""
    page = said_page([release], courses, today, ANSWER_DAYS)
    return page.surveys, page.counted


def answer(release: Release, day: date) -> list[Course]:
    """Actions of every board that answer all of its concerns on a day."""
    return [
        Course((replace(TALKS, id=str(one.key), day=day, command=one.board, concerns=(one.key,)),))
        for one in raised(release)
        if one.board
    ]


def test_in_a_small_force_the_page_is_the_same_whatever_is_inside_commands() -> None:
    release = make_release()
    silent = quieter(release, NORTH, SOUTH)
    for today in ANSWERS:
        told = counts(silent, [], today)
        assert counts(release, [], today) == counts(quieter(release, SOUTH), [], today) == told
        for day in ANSWERS:
            assert counts(release, answer(release, day), today) == told
    assert [one.told.others for one in said_page([release], [], TODAY, 9).surveys] == ["untold"]


def test_in_a_larger_one_a_word_says_whether_all_was_answered_in_time() -> None:
    commands = len(board_names([make_release()]))
    release = with_commands(make_release(), standing.FEWEST - commands)
    silent = quieter(release, NORTH, SOUTH)

    def word(made: Release, courses: list[Course], today: date) -> str:
        told = standing.told(made, courses, today, ANSWER_DAYS)
        assert told.listed.raised == 1
        return told.others

    for courses in ([], answer(release, IN_TIME)):
        assert word(release, courses, IN_TIME) == word(silent, [], IN_TIME) == "due"
    assert word(release, answer(release, IN_TIME), TOO_LATE) == "in_time"
    assert counts(silent, [], TODAY) == counts(release, answer(release, IN_TIME), TODAY)
    # A late answer, of one board or of all, changes nothing: the day would tell whose it was.
    late = answer(release, TOO_LATE)
    assert {word(release, late[:n], TODAY) for n in range(len(late) + 1)} == {"not_in_time"}
    # Taken from one, the word says nothing of how many there are.
    assert word(quieter(release, SOUTH), [], TODAY) == "not_in_time"
    fewer = with_commands(make_release(), standing.FEWEST - commands - 1)
    assert word(fewer, [], TODAY) == "untold"


def test_what_the_page_counts_is_what_it_lists() -> None:
    release = make_release()
    watched = next(one for one in release.concerns if one.group == WATCHED)
    beside = replace(watched, against=f"command={SOUTH}")
    level = replace(watched, kind="level", state="above", against="")
    family = replace(watched, group="command=response&ethnicity=minority")
    cleared = replace(watched, state="cleared")
    more = replace(release, concerns=(*release.concerns, beside, level, family, cleared))
    (survey,) = said_page([more], [], TODAY, ANSWER_DAYS).surveys
    listed = [one for one in survey.findings if one[2]]
    assert survey.told.listed.raised == len(listed) == 1


def test_a_finding_names_its_group_above_and_not_again() -> None:
    release = make_release()
    (row,) = (one for one in release.concerns if one.group == WATCHED)
    (survey,) = said_page([release], [], TODAY, ANSWER_DAYS).surveys
    (found,) = survey.findings
    assert row.words == f"{found[0].partition(':')[0]}: {found[3]}"


def test_nobody_is_noticed_and_a_reader_is_no_reader_here(site: Site) -> None:
    for client in (site.client(), site.client(BOARD)):
        before = (site.settings.home / "results.db").read_bytes()
        reply = client.get(PAGE)
        assert "Set-Cookie" not in reply.headers
        assert "Cookie" not in reply.request.headers
        assert BOARD not in parse(reply.data).text.split()
        assert (site.settings.home / "results.db").read_bytes() == before


def test_figures_of_a_command_are_shown_when_its_board_agreed_and_of_all_its_people() -> None:
    releases = [make_release(wave) for wave in WAVES]
    shown = said_page(releases, [Course((TALKS, replace(DONE, figures=True)))], TODAY, ANSWER_DAYS)
    hidden = said_page(releases, [Course((TALKS, DONE))], TODAY, ANSWER_DAYS)
    ((_, (told,)),), ((_, (without,)),) = shown.boards, hidden.boards
    # Both concerns are about one theme: one figure, of the whole command.
    assert [(one.group, one.about) for one in told.changed] == [
        ("Response North", "Discrimination")
    ]
    assert without.changed == ()
    assert told.about == ("Discrimination",)


def of(release: Release, group: str) -> Key:
    return next(one.key for one in raised(release) if one.key.group == group)


def test_what_changed_is_told_where_the_newer_survey_can_be_compared() -> None:
    old, new = make_release("autumn"), make_release("winter")
    concern = next(one for one in raised(old) if one.key == of(old, f"command={NORTH}"))
    row = new.estimate_by_key[f"command={NORTH}", "discrimination"]
    found = changed([old, new], concern)
    assert found is not None
    assert found.now is not None
    assert found.now[0] == "Winter 2026"
    assert found.now[1].startswith(f"{row.positive}%")
    assert found.said == BY_ITSELF
    alone = changed([old], concern)
    assert alone is not None
    assert (alone.now, alone.said) == (None, NO_LATER)
    other = tuple(replace(one, comparable=False) for one in new.trends)
    broken = changed([old, replace(new, trends=other)], concern)
    assert broken is not None
    assert broken.now is None
    absent = tuple(
        replace(one, positive=None, status="c") if one.group == f"command={NORTH}" else one
        for one in old.estimates
    )
    assert changed([replace(old, estimates=absent), new], concern) is None


def test_staff_say_whether_they_noticed_beside_what_the_board_says() -> None:
    release = make_release()
    item = next(one for one in release.measures if one.kind == "item")
    asked = replace(
        item, measure="talks", theme=None, label="Talks were held. Have you noticed this?"
    )
    group = f"command={NORTH}"
    row = replace(release.estimate_by_key[group, item.measure], measure="talks")
    new = replace(
        release,
        measures=(*release.measures, asked),
        estimates=(
            *release.estimates,
            row,
            replace(row, group=f"command={SOUTH}", positive=None, status="c"),
        ),
    )
    assert statements([release, new]) == {"talks": "Talks were held."}
    found = noticed([release, new], "talks", NORTH)
    assert found is not None
    assert found.figure.startswith(f"{row.positive}%")
    assert found.who == "Response North"
    hidden = noticed([new], "talks", SOUTH)
    assert hidden is not None
    assert hidden.figure == "[c]"
    assert noticed([new], "talks", "") is not None
    assert noticed([new], "", NORTH) is noticed([release], "talks", NORTH) is None
    # Everybody reads it where the board agreed to show figures, and nothing of one that is hidden.
    for command, agreed, said in ((NORTH, True, found), (NORTH, False, None), (SOUTH, True, None)):
        action = replace(DONE, command=command, asked_as="talks", figures=agreed)
        page = said_page([new], [Course((action,))], TODAY, ANSWER_DAYS)
        ((_, (one,)),) = page.boards
        assert one.line.noticed == said, (command, agreed)
    own = line(Course((again(DONE, asked_as="talks"),)), [new], {}, {}, TODAY)
    assert own.noticed == found


def test_themes_are_the_whole_forces_now_and_before() -> None:
    releases = [make_release(wave) for wave in WAVES]
    (survey,) = said_page(releases, [], TODAY, ANSWER_DAYS).surveys
    rows = releases[-1].estimate_by_key
    assert [now.split("%")[0] for _, now, _ in survey.themes] == [
        str(rows[FORCE, one.measure].positive)
        for one in releases[-1].measures
        if one.kind == "theme"
    ]
    assert survey.before


def test_the_page_before_any_survey_says_so(tmp_path: Path) -> None:
    text = parse(make_site(tmp_path / "home", waves=()).client().get(PAGE).data).text
    assert "No survey has been published yet." in text
    assert "No action is published yet." in text
