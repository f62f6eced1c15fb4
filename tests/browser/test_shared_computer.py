"""A computer that others use: nothing comes back, and leaving is quick; tested in Chromium."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from answering import DESK, SURVEY, begin, choose, stay_when_asked, to_check_page
from fixtures_wave import LiveServer
from playwright.sync_api import Browser, BrowserContext, Page, expect

pytestmark = pytest.mark.browser

CHECKED = "input[name=challenge_safe][value=agree]"
NEUTRAL = "https://www.bbc.co.uk/weather"
FORGETS_NOTHING = """
const listen = window.addEventListener.bind(window);
window.addEventListener = (kind, ...rest) => kind.startsWith("page") || listen(kind, ...rest);
"""


@pytest.fixture
def shared(remembering: Browser) -> Iterator[BrowserContext]:
    context = remembering.new_context()
    context.route("**/weather", lambda route: route.fulfill(body="weather"))
    yield context
    context.close()


def answer_and_go_away(page: Page, server: LiveServer, code: str) -> None:
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(server.url + SURVEY)
    page.fill("#code", code)
    page.click("#all-at-once")
    choose(page, "challenge_safe", "agree")
    page.goto(server.url + "/privacy")


def expect_nothing(page: Page) -> None:
    expect(page.locator("#code")).to_have_value("")
    expect(page.locator("input:checked")).to_have_count(0)


def test_nothing_comes_back_with_a_page_that_the_browser_kept_whole(
    shared: BrowserContext, live_server: LiveServer, code: str
) -> None:
    page = shared.new_page()
    answer_and_go_away(page, live_server, code)
    page.evaluate("history.back()")
    expect(page.locator("#all-at-once")).to_be_visible()
    expect_nothing(page)
    other = shared.new_page()
    other.goto(live_server.url + SURVEY)
    expect_nothing(other)


def test_a_page_that_forgets_nothing_comes_back_whole(
    shared: BrowserContext, live_server: LiveServer, code: str
) -> None:
    page = shared.new_page()
    page.add_init_script(FORGETS_NOTHING)
    answer_and_go_away(page, live_server, code)
    page.evaluate("history.back()")
    expect(page.locator(CHECKED)).to_be_checked()
    expect(page.locator("#code")).to_have_value(code)


def test_escape_three_times_leaves_at_once_and_back_shows_nothing(
    shared: BrowserContext, live_server: LiveServer, code: str
) -> None:
    page = shared.new_page()
    asked = stay_when_asked(page)
    to_check_page(page, live_server, code)
    entries = page.evaluate("history.length")
    for key in ("Escape", "Escape", "a", "Escape", "Escape"):
        page.keyboard.press(key)
    expect(page.locator(".govuk-exit-this-page [role=status]")).to_have_text(
        "Escape: press 1 more time to leave this page."
    )
    page.keyboard.press("Escape")
    page.wait_for_url(NEUTRAL)
    assert asked == []
    assert page.evaluate("history.length") == entries
    page.evaluate("history.back()")
    page.wait_for_url(f"**{SURVEY}**")
    expect(page.locator("h1:visible")).to_be_visible()
    expect_nothing(page)


def test_reloading_with_unsent_answers_asks_first(
    visit: Callable, live_server: LiveServer, code: str
) -> None:
    page: Page = visit(DESK).page
    asked = stay_when_asked(page)
    begin(page, live_server, code)
    choose(page, "challenge_safe", "agree")
    page.evaluate("setTimeout(() => location.reload())")
    expect(page.locator(CHECKED)).to_be_checked()
    page.wait_for_timeout(300)
    assert asked == ["beforeunload"]
    expect(page.locator(CHECKED)).to_be_checked()


def test_what_was_answered_can_be_printed_and_the_code_is_not_on_paper(
    visit: Callable, live_server: LiveServer, code: str
) -> None:
    visitor = visit(DESK)
    page: Page = visitor.page
    page.add_init_script("window.print = () => { document.body.dataset.printed = 'yes'; };")
    to_check_page(page, live_server, code)
    page.click("summary >> text=Print my answers")
    expect(page.locator(".candour-printing")).to_contain_text("Do not print it at work")
    visitor.looks_right()
    page.click("#print-answers")
    expect(page.locator("body")).to_have_attribute("data-printed", "yes")
    page.emulate_media(media="print")
    paper = page.inner_text("body")
    assert "Bangladeshi" in paper
    assert not re.search("Change|Send my answers|Print my answers|Leave this page", paper)
    assert code not in paper
