"""After closing: the pages say what is left, in which order, by whom, and by which day."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from fixtures_agreeing import MANAGERS, OFFICERS, address_of, agreeing_site
from fixtures_planning import WAVES, add_draft
from fixtures_results import Site
from html_page import parse, words

from survey import clock
from survey.agreeing import after_closing, agreements
from survey.agreeing.after_closing import AfterClosing
from survey.config import BOX, ISSUE, RESULTS
from survey.database import Stores
from survey.manage import destructions, waves
from survey.manage.destructions import Destruction
from survey.manage.people import Person
from survey.manage.tables import AgreementRow, PublishedRow, ReleaseRow
from survey.manage.waves import Wave

OPERATIONS = Path(__file__).parents[4] / "docs" / "OPERATIONS.md"
HASH = "ab" * 32
KIM = Person("kim", "manager", None)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with pytest.MonkeyPatch.context() as patch:
        yield agreeing_site(tmp_path_factory.mktemp("site") / "home", patch)


@pytest.fixture(scope="module")
def autumn(site: Site) -> Wave:
    """A wave that is closed."""
    add_draft(site, "autumn-2026", "commented.yaml")
    return moved(site, "closed")


def moved(site: Site, state: str) -> Wave:
    with site.stores.issuer() as session:
        row = waves.find(session, "autumn-2026")
        row.cards = 50
        row.state, row.opened, row.closed = state, date(2026, 9, 1), date(2026, 9, 30)
    return waves.get(site.stores, "autumn-2026")


def said(stores: Stores, wave: Wave) -> AfterClosing:
    made = after_closing.step(stores, wave, KIM)
    assert made is not None
    assert isinstance(made.page, AfterClosing)
    return made.page


def commands(page: AfterClosing) -> list[str]:
    return [line for one in page.todo for line in one.commands]


def test_the_commands_are_those_of_the_manual_in_its_order(site: Site, autumn: Wave) -> None:
    manual = re.sub(r" +\\\n +", " ", OPERATIONS.read_text())
    for surfaces in ((ISSUE, BOX, RESULTS), (ISSUE, RESULTS)):
        stores = Stores(replace(site.settings, surfaces=surfaces))
        found = commands(said(stores, autumn))
        assert [line for line in found if line not in manual] == []
        named = [line.split()[1:3] for line in found]
        order = [["wave", "carry"], ["verify", "wave"], ["keys", "combine"]]
        order += [["unseal", "autumn-2026.wave"], ["release", "add"], ["wave", "destroy"]]
        assert [one for one in named if one in order][: len(order)] == order
    assert ["wave", "export"] in named


def test_managers_and_officers_find_it_on_their_pages(site: Site, autumn: Wave) -> None:
    moved(site, "closed")
    page = parse(site.client(MANAGERS[0]).get(f"{WAVES}/autumn-2026").data)
    assert words(page.by_id("next")) == "Next: open the answers, publish and destroy"
    assert words(page.by_id("after")) == "Open the answers, publish, destroy To do"
    shown = [page.text]
    officer = site.client(OFFICERS[0])
    shown.append(parse(officer.get(address_of("autumn-2026")).data).text)
    for text in shown:
        for line in ("wave carry autumn-2026", "candour unseal", "release add", "within 30 days"):
            assert line in text
        assert "Two release officers" in text
    listed = officer.get("/results/manage/agreements").get_data(as_text=True)
    assert address_of("autumn-2026") in listed
    none = parse(officer.get("/results/releases").data).text
    assert "candour wave carry WAVE" in none
    assert "candour release add HASH.release" in none


def test_it_tells_the_day_of_destroying_from_the_day_of_publishing(
    site: Site, autumn: Wave, monkeypatch: pytest.MonkeyPatch
) -> None:
    released = moved(site, "released")
    assert "within 30 days" in said(site.stores, released).said
    answered = int(datetime(2026, 10, 5, 12, tzinfo=UTC).timestamp())
    with site.stores.results() as session:
        session.add(ReleaseRow(HASH, "autumn-2026", date(2026, 9, 30), b"", bytes(32)))
        session.add(PublishedRow(HASH))
        who = {"first": "officer", "first_role": "officer", "second": "ola"}
        told = {"state": "", "told": "[]", "proposed": answered, "answered": answered}
        session.add(
            AgreementRow(
                id="0" * 16, act="publish", subject=HASH, verdict="done", live=None, **who, **told
            )
        )
    assert agreements.published_on(site.stores, "autumn-2026") == date(2026, 10, 5)
    monkeypatch.setattr(clock, "today", lambda: date(2026, 11, 4))
    page = said(site.stores, released)
    assert page.said == (
        "Its Release was published on 5 October 2026. Its answers must be destroyed by "
        "4 November 2026."
    )
    assert commands(page)[-1] == "candour wave destroy autumn-2026"
    assert not any("carry" in line for line in commands(page))
    monkeypatch.setattr(clock, "today", lambda: date(2026, 11, 5))
    assert said(site.stores, released).said.endswith("That day is past: destroy them now.")
    with site.stores.results() as session:
        for row in (session.get(ReleaseRow, HASH), session.get(PublishedRow, HASH)):
            session.delete(row)


def test_a_release_that_waits_changes_nothing_of_it(site: Site, autumn: Wave) -> None:
    closed = moved(site, "closed")
    before = said(site.stores, closed)
    with site.stores.results() as session:
        session.add(ReleaseRow("cd" * 32, "autumn-2026", date(2026, 9, 30), b"", bytes(32)))
    assert said(site.stores, closed) == before
    with site.stores.results() as session:
        session.delete(session.get(ReleaseRow, "cd" * 32))


def test_before_closing_and_after_destroying_no_command_stands_there(
    site: Site, autumn: Wave
) -> None:
    early = said(site.stores, moved(site, "open"))
    assert (early.todo, "release officers open the answers" in early.said) == ((), True)
    over = moved(site, "destroyed")
    note = Destruction("autumn-2026", date(2026, 10, 20), "all", "gone")
    destructions.keep(site.stores, note, None)
    page = said(site.stores, over)
    assert (page.said, page.todo) == ("Its answers were destroyed on 20 October 2026.", ())
    assert after_closing.step(site.stores, replace(over, opened=None), KIM) is None
