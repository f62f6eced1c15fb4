"""The first page of a survey tells what was done since the last: short, the same to everybody."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

from fixtures_acts import TALKS, again
from fixtures_wave import OPENED, QUESTIONNAIRES, open_live_wave
from html_page import parse

from survey import database
from survey.app import create_app
from survey.close import keys
from survey.collect import codes, issuer
from survey.config import Settings
from survey.database import Stores
from survey.manage import waves
from survey.questionnaire import loader
from survey.results.acts import record, starting
from survey.results.acts.record import Action

DONE = replace(
    TALKS,
    state="done",
    done="It was.",
    done_on=date(2026, 4, 1),
    published=True,
    command="",
    role="hr",
)
QUIET = replace(DONE, id="b" * 16, title="For the board alone", published=False)
PLANNED = replace(TALKS, id="c" * 16, title="Only planned", published=True)


def draft(home: Path) -> tuple[Settings, Stores]:
    """A wave that has not opened, in a home with three actions."""
    settings = Settings.at(home)
    database.migrate(settings)
    stores = Stores.open(settings)
    for action in (DONE, QUIET, PLANNED):
        record.keep(stores, action)
    asked = loader.load(QUESTIONNAIRES / "tiny.yaml")
    waves.create(stores, "autumn", "Autumn survey", asked, keys.new().public)
    cards = codes.make(60)
    halves = [codes.public_half(codes.parse(card), "autumn") for card in cards]
    issuer.import_codes(stores, "autumn", halves)
    return settings, stores


def page(settings: Settings) -> bytes:
    return create_app(settings).test_client().get("/survey/autumn").data


def test_the_first_page_names_what_is_done_and_changes_no_more_once_it_is_open(
    tmp_path: Path,
) -> None:
    settings, stores = draft(tmp_path / "home")
    starting.keep(stores, "autumn")
    waves.open_wave(stores, "autumn", OPENED)
    first = page(settings)
    text = parse(first).text
    assert "What came of the last survey The whole force: Talks in every shift (done)" in text
    assert "All of it: “You said, we did” (opens in a new tab)" in text
    for unsaid in (QUIET.title, PLANNED.title):
        assert unsaid not in text
    record.keep(stores, again(DONE, title="Another <b>title</b>"))
    starting.keep(stores, "autumn")
    assert page(settings) == first


def test_a_survey_before_which_nothing_was_done_says_nothing_of_it(tmp_path: Path) -> None:
    live = open_live_wave(tmp_path / "home", QUESTIONNAIRES / "tiny.yaml")
    starting.keep(live.stores, "autumn")
    assert starting.of_wave(live.stores, "autumn") == starting.DoneBefore()
    assert "What came of" not in parse(page(live.settings)).text


def many(command: str, count: int, **changes: object) -> list[Action]:
    role = "board" if command else "hr"
    return [
        replace(DONE, id=f"{n:016x}", command=command, role=role, title=f"{n}", **changes)
        for n in range(count)
    ]


def test_every_board_has_its_turn_before_any_has_a_second() -> None:
    actions = many("north", 6) + many("south", 1, state="under_way", done_on=None) + many("", 2)
    told = starting.pick(actions, {"north": "North", "south": "South"}, date(2026, 4, 1))
    assert told.lines == (
        ("The whole force", "0", "done"),
        ("North", "0", "done"),
        ("South", "0", "under way"),
        ("The whole force", "1", "done"),
        ("North", "1", "done"),
        ("North", "2", "done"),
    )
    assert told.more == 3
    assert len(told.lines) == starting.MOST
    later = starting.pick(actions, {"north": "North", "south": "South"}, date(2026, 4, 2))
    assert later.lines == (("South", "0", "under way"),)
