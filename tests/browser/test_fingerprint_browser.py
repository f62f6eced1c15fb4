"""The fingerprint on the card in Chromium: a page with other keys is not answered."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from answering import PHONE, SURVEY, Traffic
from fixtures_wave import LiveServer
from playwright.sync_api import Page, Route, expect

from survey.collect import fingerprint

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("wrong", ["0000-0000-0000-0000", "00000000OOOOIILL"])
def test_a_wrong_fingerprint_stops_and_nothing_is_sent(
    visit: Callable, live_server: LiveServer, code: str, wrong: str
) -> None:
    visitor = visit(PHONE)
    page: Page = visitor.page
    traffic = Traffic(page)
    page.goto(f"{live_server.url}{SURVEY}#{code}.{wrong}")
    expect(page.locator("h1:visible")).to_have_text("Do not answer here")
    expect(page).to_have_title("Do not answer here - Small survey")
    expect(page.locator("#reply")).to_contain_text(wrong)
    expect(page.locator("#reply")).to_contain_text(fingerprint.of(live_server.live.wave))
    visitor.looks_right()
    assert code not in page.url
    page.evaluate("location.hash = '#section-fairness'")
    expect(page.locator("#survey")).to_be_hidden()
    assert page.input_value("#code") == ""
    assert traffic.posts() == []


def test_a_wrong_fingerprint_stops_a_page_that_is_open_already(
    visit: Callable, live_server: LiveServer, code: str
) -> None:
    page: Page = visit(PHONE).page
    page.goto(live_server.url + SURVEY)
    page.evaluate("location.hash = '#section-fairness'")
    page.evaluate(f"location.hash = '#{code}.0000-0000-0000-0000'")
    expect(page.locator("h1:visible")).to_have_text("Do not answer here")


def test_after_a_warning_the_right_link_opens_the_survey(
    visit: Callable, live_server: LiveServer, code: str
) -> None:
    page: Page = visit(PHONE).page
    own = fingerprint.of(live_server.live.wave)
    page.goto(f"{live_server.url}{SURVEY}#{code}.0000-0000-0000-0000")
    expect(page.locator("h1:visible")).to_have_text("Do not answer here")
    page.goto(f"{live_server.url}{SURVEY}#{code}.{own}")
    expect(page.locator("#code")).to_have_value(code)
    expect(page.locator("h1:visible")).to_have_text("Small survey")


@pytest.mark.parametrize("shape", ["{print}", "{bare}"])
def test_the_right_fingerprint_lets_on(
    visit: Callable, live_server: LiveServer, code: str, shape: str
) -> None:
    page: Page = visit(PHONE).page
    own = fingerprint.of(live_server.live.wave)
    shown = shape.format(print=own, bare=own.replace("-", "").lower())
    page.goto(f"{live_server.url}{SURVEY}#{code.replace('-', '')}.{shown}")
    expect(page.locator("#code")).to_have_value(code)
    page.click("#next")
    expect(page.locator("h1:visible")).to_have_text("Speaking up")


@pytest.mark.parametrize("name", ["public-key", "fallback-key", "modulus"])
def test_keys_of_the_wrong_kind_stop_the_page_even_without_a_card(
    visit: Callable, live_server: LiveServer, name: str
) -> None:
    page: Page = visit(PHONE).page

    def serve(route: Route) -> None:
        reply = route.fetch()
        route.fulfill(
            response=reply, body=reply.text().replace(f'data-{name}="', f'data-{name}="AA')
        )

    page.route(f"**{SURVEY}", serve)
    page.goto(live_server.url + SURVEY)
    expect(page.locator("h1:visible")).to_have_text("Do not answer here")
