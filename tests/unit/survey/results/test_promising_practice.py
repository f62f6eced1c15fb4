"""Suggested actions with their sources, and what boards share: never more than everybody reads."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from fixtures_acts import NORTHS, OWN, TALKS, again
from fixtures_release import NORTH, SOUTH, WAVES, make_release
from fixtures_results import BOARD, make_site
from html_page import parse

from survey import resources
from survey.errors import QuestionnaireError
from survey.questionnaire import loader
from survey.results.acts import forms, library, record
from survey.results.acts.practice import IdeasPage, ideas
from survey.results.acts.record import Action, Course

TODAY = date(2026, 6, 10)
SHARED = again(
    TALKS,
    concerns=(NORTHS,),
    state="done",
    done="Every shift had its talk.",
    done_on=date(2026, 4, 1),
    published=True,
    shared=True,
)


def page(board: str, *actions: Action) -> IdeasPage:
    releases = [make_release(wave) for wave in WAVES]
    return ideas(releases, [Course((one,)) for one in actions], board, board, TODAY, may_write=True)


def test_other_boards_see_what_was_shared_and_figures_only_where_that_board_agreed() -> None:
    (line,) = page(SOUTH, SHARED).shared
    assert (line.line.board, line.about, line.changed) == (
        "Response North",
        ("Discrimination",),
        (),
    )
    (line,) = page(SOUTH, replace(SHARED, figures=True)).shared
    assert [(one.group, one.about) for one in line.changed] == [
        ("Response North", "Discrimination")
    ]
    for unseen in (replace(SHARED, shared=False), replace(SHARED, published=False)):
        assert page(SOUTH, unseen).shared == ()
    assert page(NORTH, SHARED).shared == ()


def test_what_is_about_the_same_as_a_boards_concerns_comes_first() -> None:
    force = replace(SHARED, id="a" * 16, command="", role="hr", concerns=())
    assert [one.line.board for one in page("custody", SHARED, force).shared] == [
        "Response North", "The whole force"
    ]  # fmt: skip
    about = {theme for one in page(NORTH).fitting for theme in one.themes}
    assert "discrimination" in about
    # South's only concern is about leadership.
    assert all("leadership" in one.themes for one in page(SOUTH).fitting)
    found = page(SOUTH)
    assert {*found.fitting, *found.others} == set(library.suggestions())
    assert page("custody").fitting == ()


def test_a_board_begins_with_a_suggestion_in_its_own_words(tmp_path: Path) -> None:
    site = make_site(tmp_path / "home")
    record.keep(site.stores, replace(SHARED, id="a" * 16, command="", role="hr", title="Of HR"))
    client = site.client(BOARD)
    listed = parse(client.get(f"{OWN}/ideas").data)
    assert "The whole force: Of HR" in listed.text
    assert "Teams practise stepping in" in listed.text
    form = parse(client.get(f"{OWN}/new?idea=step-in").data)
    assert form.by_id("title").get("value") == "Teams practise stepping in"
    assert parse(client.get(f"{OWN}/new?idea=none").data).by_id("title").get("value") in {None, ""}


def test_every_theme_that_the_library_asks_about_has_a_suggestion_and_each_a_source() -> None:
    files = resources.QUESTIONNAIRES.glob("*.yaml")
    asked = {theme.id for file in files for theme in loader.load(file).themes}
    found = library.suggestions()
    assert {theme for one in found for theme in one.themes} == asked
    for one in found:
        assert one.source.rsplit(", ", 1)[1].isdigit(), one.id
        assert len(one.title) <= forms.LONGEST["title"]
        assert len(one.words) <= forms.LONGEST["words"]


SPOILT = [
    ("  source: College of Policing", "  sauce: College of Policing", ":9: "),
    ("id: problems-board", "id: hear-and-answer", "two actions are called `hear-and-answer`"),
    ("themes: [leadership, pulse]", "themes: []", ":5: themes"),
]


@pytest.mark.parametrize(("before", "after", "said"), SPOILT)
def test_a_library_that_is_wrong_is_refused_with_its_line(
    tmp_path: Path, before: str, after: str, said: str
) -> None:
    file = tmp_path / "actions.yaml"
    file.write_text(library.FILE.read_text().replace(before, after, 1))
    with pytest.raises(QuestionnaireError, match=said.replace(":9", r":\d+")):
        library.suggestions(file)
