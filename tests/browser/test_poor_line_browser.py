"""A poor line, 400 kbit/s and 400 ms: pages come in time, and no answer is lost when it drops."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest
from answering import PHONE, SURVEY
from fixtures_wave import LiveServer, open_live_wave, serve
from playwright.sync_api import Page, expect

from survey import resources
from survey.demo.bilingual import asked as in_both_languages
from survey.questionnaire import loader

pytestmark = [pytest.mark.browser, pytest.mark.long]

FIRST_PAGE, LATER_PAGE = 2.5, 0.5  # seconds by the clock
LINE = {"latency": 400, "downloadThroughput": 50_000, "uploadThroughput": 50_000}
"""Milliseconds, and bytes a second."""
A_MINUTE = 60_000
BEGIN = {"en": "Start now", "cy": "Dechrau nawr"}


LONGEST = resources.QUESTIONNAIRES / "culture.yaml"


@pytest.fixture(scope="module")
def culture(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """The longest questionnaire behind a real server."""
    yield from serve(open_live_wave(tmp_path_factory.mktemp("poor") / "home", LONGEST))


@pytest.fixture(scope="module")
def bilingual(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """The same in English and Welsh, whose document is the largest that there is."""
    folder = tmp_path_factory.mktemp("both")
    file = folder / "both.yaml"
    file.write_text(in_both_languages(loader.load(LONGEST)).source)
    yield from serve(open_live_wave(folder / "home", file))


def throttled(page: Page) -> Callable[[bool], None]:
    """From now on the page has a poor line; gives what drops and restores it."""
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")

    def drop(offline: bool) -> None:
        session.send("Network.emulateNetworkConditions", {**LINE, "offline": offline})

    drop(False)
    return drop


def first_page(page: Page, server: LiveServer, language: str = "en") -> float:
    """Seconds until somebody can read the first page in a language, and begin."""
    begun = time.perf_counter()
    page.goto(f"{server.url}{SURVEY}#{language}", wait_until="commit")
    expect(page.locator("#mode-sealed")).to_be_visible()
    expect(page.locator("#next")).to_have_text(BEGIN[language])
    return time.perf_counter() - begun


def test_the_first_page_in_one_language_comes_in_time(visit: Callable, culture: LiveServer) -> None:
    visit(PHONE).page.goto(culture.url + SURVEY)  # the server renders the document once
    page: Page = visit(PHONE).page
    throttled(page)
    took = first_page(page, culture)
    print(f"first page in one language {took:.2f} s")
    assert took < FIRST_PAGE


def test_pages_come_in_time_and_nothing_is_lost_in_a_minute_without_a_line(
    visit: Callable, bilingual: LiveServer
) -> None:
    """In Welsh, from the larger document."""
    visit(PHONE).page.goto(bilingual.url + SURVEY)
    page: Page = visit(PHONE).page
    drop = throttled(page)
    took = first_page(page, bilingual, "cy")
    print(f"first page in Welsh {took:.2f} s")
    assert took < FIRST_PAGE

    page.fill("#code", bilingual.live.codes[0])
    page.click("#next")
    later = []
    while page.inner_text("#next") != "Gwiriwch eich atebion":
        section = page.locator(".candour-section:visible")
        section.wait_for()
        if section.locator("input[type=radio]").count():
            section.locator("input[type=radio]").first.check(force=True)
        heading, begun = page.inner_text("h1:visible"), time.perf_counter()
        page.click("#next")
        expect(page.locator("h1:visible")).not_to_have_text(heading)
        later.append(time.perf_counter() - begun)
    print(f"later pages {max(later):.2f} s at most, of {len(later)}")
    assert max(later) < LATER_PAGE

    page.click("#next")
    page.locator("#send").wait_for()
    answered = page.locator("#checked dd [data-fill=answer]").all_inner_texts()
    assert len(answered) >= 10
    drop(True)
    page.click("#send")
    expect(page.locator("#sending")).to_contain_text("eu cadw ar y dudalen hon")
    page.wait_for_timeout(A_MINUTE)
    assert page.locator("#checked dd [data-fill=answer]").all_inner_texts() == answered
    drop(False)
    expect(page.locator("#receipt")).to_be_visible(timeout=60_000)


def test_a_heavier_page_is_noticed(visit: Callable, culture: LiveServer) -> None:
    page: Page = visit(PHONE).page
    page.route("**/respond.*.js", lambda route: route.fulfill(path=None, body=heavier(route)))
    throttled(page)
    page.goto(culture.url + "/privacy")
    assert first_page(page, culture) > FIRST_PAGE


def heavier(route) -> str:  # type: ignore[no-untyped-def]
    time.sleep(FIRST_PAGE)
    text: str = route.fetch().text()
    return text
