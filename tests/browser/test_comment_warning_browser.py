"""The warning of what could tell who wrote: on the device, tied to its field, stopping nobody."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from answering import DESK, PHONE, SURVEY, Traffic
from fixtures_wave import LiveServer
from playwright.sync_api import Locator, Page, expect

from survey.questionnaire import telling

pytestmark = pytest.mark.browser

TELLS = "Sgt Jones shouted at me on 12 May, near Cathays Park Police Station. AB12 CDE, PC 1234."
SAFE = "My sergeant shouted at me."


def warning_of(page: Page, name: str) -> Locator:
    return page.locator(f"#q-{name}-telling")


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_the_page_warns_while_somebody_writes_and_sends_all_the_same(
    visit: Callable, commented: LiveServer, cards: Iterator[str], width: int
) -> None:
    visitor = visit(width)
    page: Page = visitor.page
    page.goto(commented.url + SURVEY)
    page.fill("#code", next(cards))
    page.click("#next")
    field, told = page.locator("#q-why"), warning_of(page, "why")
    expect(field).to_be_visible()
    named = page.eval_on_selector_all("link[href]", "links => links.map(link => link.href)")
    traffic = Traffic(page)
    expect(told).to_be_empty()
    assert told.get_attribute("aria-live") == "polite"
    assert "q-why-telling" in (field.get_attribute("aria-describedby") or "").split()
    field.press_sequentially(TELLS)
    expect(told).to_have_text(telling.warning(TELLS) or "")
    assert "a name (“Sgt Jones”)" in told.inner_text()
    visitor.looks_right()
    field.fill(SAFE)
    expect(told).to_be_empty()
    field.fill(TELLS)
    # The page's own icon may come late.
    assert [asked.url for asked in traffic.requests if asked.url not in named] == []
    page.click("#next")
    page.fill("#q-change", SAFE)
    page.click("#next")
    page.click("#next")
    page.wait_for_selector("#checked")
    expect(page.locator("#checked .candour-telling")).to_have_count(1)
    expect(page.locator("#checked .candour-telling")).to_have_text(telling.warning(TELLS) or "")
    visitor.looks_right()
    page.click("#send")
    expect(page.locator("h1:visible")).to_have_text("Your answers have been received")
    assert "Jones" not in page.content()


def test_without_the_warnings_script_everything_else_works(
    visit: Callable, commented: LiveServer, cards: Iterator[str]
) -> None:
    page: Page = visit(DESK).page
    page.route("**/comments.*.js", lambda route: route.abort())
    page.goto(commented.url + SURVEY)
    page.fill("#code", next(cards))
    page.click("#next")
    page.fill("#q-why", TELLS)
    for _ in range(3):
        page.click("#next")
    page.wait_for_selector("#checked")
    expect(warning_of(page, "why")).to_be_empty()
    page.click("#send")
    expect(page.locator("h1:visible")).to_have_text("Your answers have been received")


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_without_javascript_the_check_page_warns(
    visit: Callable, commented: LiveServer, cards: Iterator[str], width: int
) -> None:
    visitor = visit(width, script=False)
    page: Page = visitor.page
    page.goto(commented.url + SURVEY)
    page.fill("#code", next(cards))
    page.fill("#q-why", TELLS)
    page.fill("#q-change", SAFE)
    page.click("#next")
    expect(page.locator(".candour-telling")).to_have_count(1)
    expect(page.locator(".candour-telling")).to_have_text(telling.warning(TELLS) or "")
    visitor.looks_right()
    page.click("#send")
    expect(page.locator("h1:visible")).to_have_text("Your answers have been received")


def test_a_survey_without_comments_loads_nothing_for_them(
    visit: Callable, live_server: LiveServer
) -> None:
    page: Page = visit(DESK).page
    traffic = Traffic(page)
    page.goto(live_server.url + SURVEY)
    scripts = [request.url for request in traffic.requests if request.url.endswith(".js")]
    assert scripts
    assert not [url for url in scripts if "comments." in url]
