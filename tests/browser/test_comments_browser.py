"""Comments in Chromium: written, checked, sealed in the page; and without JavaScript."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest
from answering import (
    DESK,
    NARROW,
    PHONE,
    SURVEY,
    WITHOUT_CRYPTO,
    Traffic,
    choose,
    lose_first_reply,
    stay_when_asked,
)
from fixtures_wave import LiveServer
from playwright.sync_api import Page, expect

from survey.collect import box, envelope

pytestmark = pytest.mark.browser

TEXT = "MARKER first line.\n\n<b>Second</b> & “third”: ŵ 😀"
LONGEST = 2000


def opened(server: LiveServer) -> list[tuple[str, str]]:
    """(question, text) of every comment in the box, opened by its officers; empty ones left out."""
    live = server.live
    assert live.keys.fallback
    with closing(sqlite3.connect(box.path_of(live.settings, "autumn"))) as database:
        rows = database.execute("SELECT question, sealed FROM comment WHERE taken = 1").fetchall()
    assert len([name for name, _ in rows if name == "why"]) * 2 == len(rows)
    suite, key = envelope.SUITES[envelope.P256], live.keys.fallback
    texts = [
        (name, suite.decrypt(row[1:], key, envelope.info("autumn", name)).decode().rstrip(" "))
        for name, row in rows
    ]
    return sorted((name, text) for name, text in texts if text)


def begin(page: Page, server: LiveServer, card: str) -> None:
    page.goto(server.url + SURVEY)
    page.fill("#code", card)
    page.click("#next")
    expect(page.locator("h1:visible")).to_have_text("Work")


def to_check(page: Page, server: LiveServer, card: str, **texts: str) -> None:
    begin(page, server, card)
    choose(page, "fair", "agree")
    page.fill("#q-why", texts.get("why", ""))
    page.click("#next")
    page.fill("#q-change", texts.get("change", ""))
    page.click("#next")
    choose(page, "sex", "female")
    page.click("#next")
    page.wait_for_selector("#checked")


def finish(page: Page) -> None:
    page.click("#send")
    expect(page.locator("h1:visible")).to_have_text("Your answers have been received")


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_a_comment_is_written_checked_changed_and_sealed_in_the_page(
    visit: Callable, commented: LiveServer, card: str, width: int
) -> None:
    visitor = visit(width)
    page: Page = visitor.page
    traffic = Traffic(page)
    before = opened(commented)
    begin(page, commented, card)
    page.click("#next")
    expect(page.locator("h1:visible")).to_have_text("In your own words")
    expect(page.locator(".govuk-inset-text:visible")).to_contain_text("never joined")
    visitor.looks_right()
    page.fill("#q-change", f"  {TEXT}\n")
    page.click("#next")
    page.click("#next")
    expect(page.locator("#reply")).to_contain_text("You have answered 1 of 4 questions")
    shown = page.locator("#checked [data-fill=answer]")
    assert shown.inner_text() == TEXT
    visitor.looks_right()
    page.click("[data-change=q-change]")
    expect(page.locator("#q-change")).to_be_focused()
    page.fill("#q-change", f"{TEXT} And more at {width}.")
    page.click("#next")
    expect(shown).to_contain_text("And more at")
    finish(page)
    mine = ("change", f"{TEXT} And more at {width}.")
    assert opened(commented) == sorted([*before, mine])
    bodies = [(request.post_data or "") for request in traffic.requests]
    assert traffic.posts() == ["issue/autumn/check", "issue/autumn", "box/autumn"]
    assert not [body for body in bodies if "MARKER" in body]
    assert traffic.leaks(card) == []


def test_a_page_that_leaks_a_comment_is_caught(
    visit: Callable, commented: LiveServer, card: str
) -> None:
    page: Page = visit(PHONE).page
    leak = "fetch('/survey/autumn/check', { method: 'POST', body: new FormData(survey) })"
    page.add_init_script(f"addEventListener('submit', () => {{ {leak} }}, true)")
    traffic = Traffic(page)
    to_check(page, commented, card, why="MARKER")
    assert [r for r in traffic.requests if b"MARKER" in (r.post_data_buffer or b"")]


def test_every_sending_has_the_same_size(
    visit: Callable, commented: LiveServer, cards: Iterator[str]
) -> None:
    sizes = []
    for texts in ({}, {"why": "x" * LONGEST, "change": TEXT}):
        page: Page = visit(PHONE).page
        traffic = Traffic(page)
        to_check(page, commented, next(cards), **texts)
        finish(page)
        sizes.append([len(r.post_data_buffer or b"") for r in traffic.requests if r.post_data])
    assert sizes[0] == sizes[1]


@pytest.mark.parametrize("script", ["", WITHOUT_CRYPTO])
def test_a_comment_that_is_too_long_is_an_error_at_its_field(
    visit: Callable, commented: LiveServer, card: str, script: str
) -> None:
    visitor = visit(PHONE)
    page: Page = visitor.page
    page.add_init_script(script)
    begin(page, commented, card)
    page.click("#next")
    long = "é" * (LONGEST // 2) + "abc"
    page.fill("#q-change", long)
    page.click("#next")
    page.click("#next")
    expect(page).to_have_title(re.compile("^Error: In your own words"))
    expect(page.locator("h1:visible")).to_have_text("In your own words")
    sentence = "Your comment is 3 over the limit of 2,000 characters: shorten it."
    expect(page.locator("#q-change-error")).to_have_text(sentence)
    expect(page.locator("#q-change")).to_have_attribute(
        "aria-describedby", "q-change-hint q-change-error"
    )
    visitor.looks_right()
    page.click(".govuk-error-summary a")
    expect(page.locator("#q-change")).to_be_focused()
    assert page.input_value("#q-change") == long
    page.fill("#q-change", long[:-3])
    page.click("#next")
    expect(page.locator(".govuk-error-summary, .govuk-error-message")).to_have_count(0)
    page.click("#next")
    page.wait_for_selector("#checked")
    page.click("[data-change=q-change]")
    expect(page.locator("#q-change")).to_have_attribute("aria-describedby", "q-change-hint")
    expect(page.locator("[class*='--error']")).to_have_count(0)
    page.click("#next")
    finish(page)
    assert ("change", long[:-3]) in opened(commented)


def test_a_lost_reply_sends_the_same_rows_again(
    visit: Callable, commented: LiveServer, card: str
) -> None:
    page: Page = visit(PHONE).page
    to_check(page, commented, card, why="Sent twice.")
    arrived = lose_first_reply(page, "box/autumn")
    finish(page)
    assert len(arrived) == 2
    assert arrived[0] == arrived[1]
    assert opened(commented).count(("why", "Sent twice.")) == 1


def test_a_comment_that_was_changed_is_sealed_anew(
    visit: Callable, commented: LiveServer, card: str
) -> None:
    page: Page = visit(PHONE).page
    to_check(page, commented, card, why="First.")
    refused = "**/box/autumn"
    page.route(refused, lambda route: route.fulfill(status=400, body='{"error": "Not now."}'))
    page.click("#send")
    expect(page.locator("#sending")).to_have_text("Not now.")
    page.unroute(refused)
    page.click("[data-change=q-why]")
    page.fill("#q-why", "Second.")
    page.click("#next")
    finish(page)
    texts = [text for _, text in opened(commented)]
    assert "Second." in texts
    assert "First." not in texts


def test_page_and_server_check_comments_alike(
    visit: Callable, commented: LiveServer, card: str
) -> None:
    seen = []
    for source in ("", WITHOUT_CRYPTO):
        page: Page = visit(DESK).page
        page.add_init_script(source)
        to_check(page, commented, card, why=f" {TEXT} ", change=" \n ")
        sections = page.locator(".candour-checked__section").all_inner_texts()
        seen.append([page.locator("#reply > p").first.inner_text(), *sections])
    assert seen[0] == seen[1]
    assert "You have answered 3 of 4" in seen[0][0]


@pytest.mark.parametrize("width", [NARROW, DESK])
def test_without_javascript_a_comment_is_written_changed_and_sent(
    visit: Callable, commented: LiveServer, card: str, width: int
) -> None:
    visitor = visit(width, script=False)
    page: Page = visitor.page
    text = f"Without script at {width}.\n\n{'x' * 200} ŵ 😀"
    page.goto(commented.url + SURVEY)
    page.fill("#code", card)
    page.fill("#q-why", text)
    page.fill("#q-change", "x" * 2001)
    page.click("#next")
    expect(page.locator("#q-change-error")).to_contain_text("1 over the limit of 2,000 characters")
    visitor.looks_right()
    page.click(".govuk-error-summary a")
    page.fill("#q-change", "")
    page.click("#next")
    assert page.locator("#checked span[data-fill=answer]").inner_text() == text
    visitor.looks_right()
    page.click("button[value=q-why]")
    assert page.input_value("#q-why") == text
    page.click("#next")
    page.click("#send")
    expect(page.locator("#receipt")).to_be_visible()
    assert ("why", text) in opened(commented)


def test_leaving_with_an_unsent_comment_asks_first_but_the_leave_button_does_not(
    visit: Callable, commented: LiveServer, card: str
) -> None:
    page: Page = visit(DESK).page
    asked = stay_when_asked(page)
    page.context.route("**/weather", lambda route: route.fulfill(body="weather"))
    begin(page, commented, card)
    page.click("#q-why")
    page.keyboard.type("Still being written")  # the field has not been left
    page.close(run_before_unload=True)
    page.wait_for_timeout(300)
    assert asked == ["beforeunload"]
    assert not page.is_closed()
    page.click(".govuk-exit-this-page__button")
    page.wait_for_url("https://www.bbc.co.uk/weather")
    assert asked == ["beforeunload"]


def test_nothing_of_a_comment_is_left_after_sending(
    visit: Callable, commented: LiveServer, card: str
) -> None:
    page: Page = visit(PHONE).page
    to_check(page, commented, card, why="MARKER")
    finish(page)
    assert "MARKER" not in page.content()
    assert page.evaluate("document.getElementById('q-why').value") == ""
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0
