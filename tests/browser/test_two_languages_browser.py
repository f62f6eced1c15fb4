"""The Welsh switch in Chromium: everything that was filled in stays, and nothing tells of it."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest
from answering import DESK, SURVEY, choose, stored
from fixtures_wave import QUESTIONNAIRES, LiveServer, open_live_wave, serve
from playwright.sync_api import Page, Request, expect

from survey.collect import box

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def bilingual(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    home = tmp_path_factory.mktemp("bilingual") / "home"
    yield from serve(open_live_wave(home, QUESTIONNAIRES / "bilingual.yaml"))


def heading(page: Page, text: str) -> None:
    expect(page.locator("h1:visible")).to_have_text(text)


def sent_by(page: Page) -> list[Request]:
    """What the page sends from now on; it grows."""
    found: list[Request] = []
    page.on("request", lambda one: found.append(one) if one.method == "POST" else None)
    return found


def shapes(requests: list[Request]) -> list[object]:
    """Of each request all that could tell a language: where it goes, its names and its sizes."""
    return [
        (
            re.sub(r":\d+", "", one.url),
            sorted(one.headers),
            {name: len(text) for name, text in json.loads(one.post_data or "").items()},
        )
        for one in requests
    ]


def take_a_ticket(visitor: Any, bilingual: LiveServer) -> None:
    """The code that was typed stays, and so does the ticket, which is in the page alone."""
    page = visitor.page
    page.goto(f"{bilingual.url}/ticket/autumn")
    page.fill("#code", "7K3M")
    page.click("#take")
    page.click("#switch")
    expect(page.locator(".govuk-error-summary")).to_contain_text("Nid felly y mae cod yn edrych")
    assert page.input_value("#code") == "7K3M"
    page.fill("#code", bilingual.live.codes[2])
    page.click("#take")
    heading(page, "Cadwch eich tocyn")
    expect(page).to_have_title("Cadwch eich tocyn - Arolwg mewn dwy iaith")
    kept = page.get_attribute("#save", "href")
    page.click("#switch")
    heading(page, "Save your ticket")
    assert page.get_attribute("#save", "href") == kept
    assert visitor.complaints == []


def rows(server: LiveServer) -> set[tuple[int, ...]]:
    """Sizes of everything in a row of the ballot box, whatever is in it."""
    with closing(sqlite3.connect(box.path_of(server.live.settings, "autumn"))) as database:
        every = database.execute("SELECT * FROM slot").fetchall()
        return {tuple(len(x) for x in row if isinstance(x, bytes)) for row in every}


def fill(page: Page) -> None:
    choose(page, "safe", "agree")
    choose(page, "well", "yes")
    choose(page, "room", "yes")


def finish(page: Page) -> None:
    page.click("#next")
    page.select_option("#q-department", "north-b")
    choose(page, "ethnicity", "bangladeshi")
    page.click("#next")
    page.wait_for_selector("#checked")


def begin_in_welsh(visitor: Any, bilingual: LiveServer) -> None:
    """By the address that Welsh pages lead to, with a mistake, which turns with the page."""
    page: Page = visitor.page
    page.goto(bilingual.url + SURVEY + "#cy")
    heading(page, "Arolwg mewn dwy iaith")
    assert page.url == bilingual.url + SURVEY
    page.fill("#code", "7K3M")
    page.press("#code", "Enter")
    summary = page.locator(".govuk-error-summary")
    expect(summary).to_contain_text("Nid felly y mae cod yn edrych")
    expect(page).to_have_title(re.compile("^Gwall: "))
    page.click("#switch")
    expect(summary).to_contain_text("That is not how a code looks")
    expect(page).to_have_title(re.compile("^Error: "))
    assert page.evaluate("document.documentElement.lang") == "en"
    assert page.input_value("#code") == "7K3M"


def switch_on_the_way(visitor: Any, code: str) -> None:
    """To English and back while answering: what was chosen and written stays."""
    page = visitor.page
    page.click("#switch")
    page.fill("#code", code)
    page.click("#next")
    heading(page, "Codi llais")
    expect(page.locator("#progress")).to_have_text("Tudalen 1 o 2")
    fill(page)
    visitor.looks_right()
    page.click("#switch")
    heading(page, "Speaking up")
    expect(page.locator("#progress")).to_have_text("Page 1 of 3")
    expect(page.locator("#next")).to_have_text("Continue")
    assert page.locator("input:checked").count() == 3
    page.click("#next")
    page.fill("#q-help", "Ask PC 1234 Jones")
    choose(page, "told", "manager")
    page.locator("#switch").focus()
    page.keyboard.press("Enter")
    heading(page, "Dweud wrth rywun")
    assert page.input_value("#q-help") == "Ask PC 1234 Jones"
    assert page.is_checked("input[name=told][value=manager]")
    expect(page.locator("#q-help-telling")).to_contain_text("Gallai hyn ddangos pwy ydych chi")
    assert page.evaluate("document.activeElement.id") == "switch"


def switch_at_the_end(visitor: Any) -> None:
    page = visitor.page
    finish(page)
    # Made of the form, so that one English answer has each of its two words in Welsh.
    expect(page.locator("#reply")).to_contain_text("Ydw")
    expect(page.locator("#reply")).to_contain_text("Oes")
    expect(page.locator("#reply")).to_contain_text("“Bangladeshaidd” ei storio fel “Asiaidd”")
    visitor.looks_right(forced=False)
    page.click("#switch")
    expect(page.locator("#reply")).to_contain_text("“Bangladeshi” is stored as “Asian”")
    expect(page.locator("#reply")).not_to_contain_text("Ydw")
    page.click("#switch")
    heading(page, "Gwiriwch eich atebion")
    page.click("#send")
    heading(page, "Mae eich atebion wedi dod i law")
    page.click("#switch")
    heading(page, "Your answers have been received")


def test_the_switch_keeps_everything_and_nothing_tells_of_it(
    visit: Callable, bilingual: LiveServer
) -> None:
    visitor = visit(DESK)
    requests = sent_by(visitor.page)
    begin_in_welsh(visitor, bilingual)
    switch_on_the_way(visitor, bilingual.live.codes[0])
    switch_at_the_end(visitor)
    in_welsh = shapes(requests)

    visitor = visit(DESK)
    page = visitor.page
    requests = sent_by(page)
    page.goto(bilingual.url + SURVEY)
    page.fill("#code", bilingual.live.codes[1])
    page.click("#next")
    fill(page)
    page.click("#next")
    page.fill("#q-help", "Ask PC 1234 Jones")
    choose(page, "told", "manager")
    finish(page)
    page.click("#send")
    heading(page, "Your answers have been received")
    assert shapes(requests) == in_welsh
    assert len(rows(bilingual)) == 1
    (_, one), (_, other) = stored(bilingual).values()
    assert one == other
    assert page.context.cookies() == []
    take_a_ticket(visitor, bilingual)
