"""Tickets in Chromium: taken in one profile, used in another, and nothing left behind."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from answering import (
    DESK,
    FOLDED,
    NARROW,
    PHONE,
    SURVEY,
    WITHOUT_CRYPTO,
    Traffic,
    finish,
    stay_when_asked,
    stored,
)
from by_keyboard import tab_to
from fixtures_wave import QUESTIONNAIRES, LiveServer, open_live_wave, serve
from playwright.sync_api import Error, Page, expect
from ticketing import TICKET, answer, answer_in_one_form, load, redeem, save, sent, take

from survey.close.closing import close_wave
from survey.collect import fingerprint, tickets

pytestmark = pytest.mark.browser

CLOSED = date(2026, 9, 30)
LEFT_BEHIND = """
[localStorage.length, sessionStorage.length, document.cookie, history.state, location.hash]
"""


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_a_ticket_taken_in_one_profile_answers_in_another(
    visit: Callable[..., Any], live_server: LiveServer, code: str, tmp_path: Path, width: int
) -> None:
    taking = visit(width)
    traffic = Traffic(taking.page)
    redeem(taking.page, live_server, code)
    taking.looks_right()
    file = save(taking.page, tmp_path)
    taking.looks_right()
    assert traffic.posts() == ["issue/autumn/check", "issue/autumn"]
    assert traffic.leaks(code) == []
    text = file.read_text()
    assert code not in text
    assert tickets.read(text, live_server.live.wave, live_server.url.removeprefix("http://"))
    assert taking.page.evaluate(LEFT_BEHIND) == [0, 0, "", None, ""]
    assert taking.context.cookies() == []

    using = visit(width)
    traffic = Traffic(using.page)
    answer(using.page, live_server, file)
    assert traffic.posts() == []
    before = stored(live_server)
    receipt = finish(using.page)
    using.looks_right()
    after = stored(live_server)
    assert set(after) - set(before) == {receipt}
    assert after[receipt][1] == FOLDED
    assert traffic.posts() == ["box/autumn"]
    assert traffic.leaks(code) == []
    assert json.loads(text)["key"] not in "".join(r.post_data or "" for r in traffic.requests)
    assert using.page.evaluate(LEFT_BEHIND) == [0, 0, "", None, ""]
    assert using.context.cookies() == []


@pytest.mark.parametrize("taking_script", [True, False])
@pytest.mark.parametrize("using_script", [True, False])
def test_a_ticket_taken_in_one_mode_works_in_the_other(
    visit: Callable[..., Any],
    live_server: LiveServer,
    code: str,
    tmp_path: Path,
    taking_script: bool,
    using_script: bool,
) -> None:
    taking = visit(PHONE, script=taking_script)
    file = take(taking.page, live_server, code, tmp_path)
    using = visit(PHONE, script=using_script)
    (answer if using_script else answer_in_one_form)(using.page, live_server, file)
    receipt = finish(using.page)
    assert stored(live_server)[receipt][1] == FOLDED
    assert taking.context.cookies() + using.context.cookies() == []


def take_by_keyboard(page: Page, server: LiveServer, code: str, folder: Path) -> Path:
    page.goto(server.url + TICKET)
    assert len(tab_to(page, ".govuk-skip-link")) == 1
    tab_to(page, "#take")
    page.keyboard.press("Enter")
    expect(page.locator(".govuk-error-summary")).to_be_focused()
    tab_to(page, ".govuk-error-summary a")
    page.keyboard.press("Enter")
    expect(page.locator("#code")).to_be_focused()
    page.keyboard.type(code)
    page.keyboard.press("Enter")
    expect(page.locator("h1:visible")).to_have_text("Save your ticket")
    tab_to(page, "#save")
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    file = folder / tickets.file_name("autumn")
    download.value.save_as(file)
    return file


def test_choosing_a_ticket_sends_nothing_and_asks_for_no_code(
    visit: Callable[..., Any], live_server: LiveServer, code: str, tmp_path: Path
) -> None:
    """And the keyboard alone takes and saves it, and reaches where it is chosen."""
    file = take_by_keyboard(visit(PHONE).page, live_server, code, tmp_path)
    visitor = visit(PHONE)
    page: Page = visitor.page
    page.goto(live_server.url + SURVEY)
    traffic = Traffic(page)
    tab_to(page, "summary")
    page.keyboard.press("Enter")
    tab_to(page, "#ticket-file")
    page.set_input_files("#ticket-file", file)  # What Enter opens here is the browser's own.
    expect(page.locator("#ticket-read")).to_be_visible()
    expect(page.locator("#code")).to_be_hidden()
    expect(page.locator(".candour-later")).to_be_hidden()
    assert sent(traffic) == []
    visitor.looks_right()
    page.set_input_files("#ticket-file", [])
    expect(page.locator("#code")).to_be_visible()
    expect(page.locator("#ticket-read")).to_be_hidden()
    page.click("#next")
    expect(page.locator("#code-error")).to_contain_text("Enter the code")


@pytest.mark.parametrize("way", ["reload", "crash", "close"])
def test_leaving_before_taking_costs_nobody_their_voice(
    visit: Callable[..., Any], live_server: LiveServer, code: str, tmp_path: Path, way: str
) -> None:
    page: Page = visit(PHONE).page
    page.goto(live_server.url + TICKET)
    page.fill("#code", code)
    if way == "reload":
        page.reload()
        assert page.input_value("#code") == ""
    elif way == "crash":
        with pytest.raises(Error):
            page.goto("chrome://crash")
        page = visit(PHONE).page
    else:
        page.close()
        page = visit(PHONE).page
    assert take(page, live_server, code, tmp_path).exists()


@pytest.mark.parametrize("script", ["", WITHOUT_CRYPTO])
def test_the_card_s_code_comes_along_and_goes_from_the_address(
    visit: Callable[..., Any], live_server: LiveServer, code: str, tmp_path: Path, script: str
) -> None:
    own = fingerprint.of(live_server.live.wave)
    page: Page = visit(PHONE).page
    page.add_init_script(script or ";")
    page.goto(f"{live_server.url}{TICKET}#{code.replace('-', '')}.{own}")
    expect(page.locator("#code")).to_have_value(code)
    assert page.url == live_server.url + TICKET
    page.click("#take")
    expect(page.locator("h1")).to_have_text("Save your ticket")
    assert save(page, tmp_path).exists()


def test_an_unsaved_ticket_is_not_left_unasked(
    visit: Callable[..., Any], live_server: LiveServer, code: str, tmp_path: Path
) -> None:
    page: Page = visit(PHONE).page
    asked = stay_when_asked(page)
    redeem(page, live_server, code)
    page.close(run_before_unload=True)
    page.wait_for_timeout(300)
    assert asked == ["beforeunload"]
    assert not page.is_closed()
    first, second = (save(page, tmp_path).read_bytes() for _ in range(2))
    assert first == second
    expect(page.locator("#saved")).to_be_visible()
    page.goto(live_server.url + "/privacy")
    assert asked == ["beforeunload"]


def test_the_leave_button_asks_nothing(
    visit: Callable[..., Any], live_server: LiveServer, code: str
) -> None:
    visitor = visit(DESK)
    page: Page = visitor.page
    asked = []
    page.on("dialog", lambda dialog: asked.append(dialog.type))
    visitor.context.route("**/weather", lambda route: route.fulfill(body="weather"))
    redeem(page, live_server, code)
    page.click(".govuk-exit-this-page__button")
    page.wait_for_url("https://www.bbc.co.uk/weather")
    assert asked == []


def test_a_browser_that_cannot_seal_takes_and_uses_a_ticket_in_plain_mode(
    visit: Callable[..., Any], live_server: LiveServer, code: str, tmp_path: Path
) -> None:
    visitor = visit(PHONE)
    page: Page = visitor.page
    page.add_init_script(WITHOUT_CRYPTO)
    traffic = Traffic(page)
    page.goto(live_server.url + TICKET)
    expect(page.locator("#mode-plain")).to_contain_text("The server sees the ticket")
    expect(page.locator("#mode-sealed")).to_be_hidden()
    file = take(page, live_server, code, tmp_path)
    assert traffic.posts() == ["ticket/autumn", "ticket/autumn/file"]
    answer(page, live_server, file)
    assert finish(page) in stored(live_server)
    load(page, live_server, file)
    page.click("#next")
    # The file is read first: whoever goes on before that goes nowhere.
    expect(page.locator("h1:visible")).to_have_text("Speaking up")
    for _ in range(3):
        page.click("#next")
    page.click("#send")
    expect(page.locator("h1:visible")).to_have_text("An answer was sent with this ticket before")
    visitor.looks_right()
    spoilt = tmp_path / "spoilt.json"
    spoilt.write_text("{}")
    load(page, live_server, spoilt)
    page.click("#next")
    expect(page.locator("#ticket-file-error")).to_contain_text("is not a ticket")
    visitor.looks_right()


@pytest.mark.parametrize("script", [True, False])
@pytest.mark.parametrize("width", [NARROW, PHONE, DESK])
def test_every_page_of_a_ticket_looks_right(
    visit: Callable[..., Any],
    live_server: LiveServer,
    code: str,
    tmp_path: Path,
    width: int,
    script: bool,
) -> None:
    visitor = visit(width, script=script)
    page: Page = visitor.page
    page.goto(live_server.url + TICKET)
    if script:
        expect(page.locator("#mode-sealed")).to_contain_text("made in this page")
        expect(page.locator("#mode-plain")).to_be_hidden()
    else:
        expect(page.locator("#mode-plain")).to_contain_text(
            "it does not protect against an operator"
        )
        expect(page.locator("#mode-sealed")).to_be_hidden()
    visitor.looks_right()
    page.click("#take")
    expect(page.locator(".govuk-error-summary")).to_contain_text("Enter the code")
    visitor.looks_right()
    redeem(page, live_server, code)
    visitor.looks_right()
    file = save(page, tmp_path)
    load(page, live_server, file)
    visitor.looks_right()


def test_a_ticket_s_receipt_is_in_the_list_and_a_closed_survey_takes_no_other(
    visit: Callable[..., Any], tmp_path: Path
) -> None:
    live = open_live_wave(tmp_path / "home", QUESTIONNAIRES / "small.yaml")
    for server in serve(live):
        one, other = (tmp_path / name for name in ("one", "other"))
        one_file = take(visit(PHONE).page, server, live.codes[0], one)
        other_file = take(visit(PHONE).page, server, live.codes[1], other)
        page: Page = visit(PHONE).page
        answer(page, server, one_file)
        receipt = finish(page)
        late: Page = visit(PHONE).page
        answer(late, server, other_file)
        close_wave(live.stores, "autumn", CLOSED)
        late.click("#send")
        expect(late.locator("#sending")).to_contain_text("takes no answers now")
        late.on("dialog", lambda dialog: dialog.accept())
        for address in (SURVEY, TICKET):
            late.goto(server.url + address)
            expect(late.locator("h1")).to_have_text("This survey has closed")
        late.goto(server.url + "/receipts/autumn")
        expect(late.locator("main")).to_contain_text(receipt)
        expect(late.locator("main")).to_contain_text("2 codes were used")
        expect(late.locator("main")).to_contain_text("1 answer was in the box")
