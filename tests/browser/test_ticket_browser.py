"""Tickets in Chromium: taken in one profile, used in another, and never lost on the way."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
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
    Traffic,
    answer_everything,
    stored,
)
from fixtures_tokens import received, used
from fixtures_wave import QUESTIONNAIRES, LiveServer, open_live_wave, serve
from playwright.sync_api import Dialog, Error, Page, Request, Route, expect

from survey.close.closing import close_wave
from survey.collect import fingerprint, tickets
from survey.errors import CodeError

pytestmark = pytest.mark.browser

TICKET = "/ticket/autumn"
NAME = "candour-ticket-autumn.json"
WITHOUT_CRYPTO = "Object.defineProperty(Crypto.prototype, 'subtle', { value: undefined });"
CLOSED = date(2026, 9, 30)
LEFT_BEHIND = """
[localStorage.length, sessionStorage.length, document.cookie, history.state, location.hash]
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    home = tmp_path_factory.mktemp("tickets") / "home"
    yield from serve(open_live_wave(home, QUESTIONNAIRES / "small.yaml"))


@pytest.fixture(scope="module")
def cards(server: LiveServer) -> Iterator[str]:
    return iter(server.live.codes)


@pytest.fixture
def code(cards: Iterator[str]) -> str:
    return next(cards)


def redeem(page: Page, server: LiveServer, code: str) -> None:
    """Press on until the page offers to save; without JavaScript it has redeemed nothing yet."""
    page.goto(server.url + TICKET)
    page.fill("#code", code.lower().replace("-", " "))
    page.click("#take")
    expect(page.locator("h1")).to_have_text("Save your ticket")


def save(page: Page, folder: Path) -> Path:
    with page.expect_download() as download:
        page.click("#save")
    assert download.value.suggested_filename == NAME
    file = folder / NAME
    download.value.save_as(file)
    return file


def take(page: Page, server: LiveServer, code: str, folder: Path) -> Path:
    redeem(page, server, code)
    return save(page, folder)


def load(page: Page, server: LiveServer, file: Path) -> None:
    page.goto(server.url + SURVEY)
    page.click("text=I have a ticket")
    page.set_input_files("#ticket-file", file)


def answer(page: Page, server: LiveServer, file: Path) -> None:
    """Load a ticket and walk to the check page with JavaScript."""
    load(page, server, file)
    page.click("#next")
    expect(page.locator("h1:visible")).to_have_text("Speaking up")
    answer_everything(page)
    page.click("#next")
    page.wait_for_selector("#checked")


def answer_in_one_form(page: Page, server: LiveServer, file: Path) -> None:
    """The same without JavaScript."""
    load(page, server, file)
    for name, value in FOLDED.items():
        if name in ("challenge_safe", "concern_heard", "fair_treatment", "in_probation"):
            page.check(f"input[name={name}][value={value}]")
    page.check("input[name=told][value=manager]")
    page.select_option("#q-department", "north-b")
    page.check("input[name=ethnicity][value=bangladeshi]")
    page.click("#next")
    page.wait_for_selector("#checked")


def finish(page: Page) -> str:
    page.click("#send")
    expect(page.locator("h1:visible")).to_have_text("Your answers have been received")
    return page.inner_text("#receipt")


def sent(traffic: Traffic) -> list[str]:
    """What went to the server since then, but for the icon, which browsers fetch when they like."""
    return [request.url for request in traffic.requests if "favicon" not in request.url]


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_a_ticket_taken_in_one_profile_answers_in_another(
    visit: Callable[..., Any], server: LiveServer, code: str, tmp_path: Path, width: int
) -> None:
    taking = visit(width)
    traffic = Traffic(taking.page)
    redeem(taking.page, server, code)
    taking.looks_right()
    file = save(taking.page, tmp_path)
    taking.looks_right()
    assert traffic.posts() == ["issue/autumn/check", "issue/autumn"]
    assert traffic.leaks(code) == []
    text = file.read_text()
    assert code not in text
    assert tickets.read(text, server.live.wave, server.url.removeprefix("http://"))
    assert taking.page.evaluate(LEFT_BEHIND) == [0, 0, "", None, ""]
    assert taking.context.cookies() == []

    using = visit(width)
    traffic = Traffic(using.page)
    answer(using.page, server, file)
    assert traffic.posts() == []
    before = stored(server)
    receipt = finish(using.page)
    using.looks_right()
    after = stored(server)
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
    server: LiveServer,
    code: str,
    tmp_path: Path,
    taking_script: bool,
    using_script: bool,
) -> None:
    taking = visit(PHONE, script=taking_script)
    file = take(taking.page, server, code, tmp_path)
    using = visit(PHONE, script=using_script)
    (answer if using_script else answer_in_one_form)(using.page, server, file)
    receipt = finish(using.page)
    assert stored(server)[receipt][1] == FOLDED
    assert taking.context.cookies() + using.context.cookies() == []


def test_choosing_a_ticket_sends_nothing_and_asks_for_no_code(
    visit: Callable[..., Any], server: LiveServer, code: str, tmp_path: Path
) -> None:
    file = take(visit(PHONE).page, server, code, tmp_path)
    visitor = visit(PHONE)
    page: Page = visitor.page
    page.goto(server.url + SURVEY)
    traffic = Traffic(page)
    page.click("text=I have a ticket")
    page.set_input_files("#ticket-file", file)
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
    visit: Callable[..., Any], server: LiveServer, code: str, tmp_path: Path, way: str
) -> None:
    page: Page = visit(PHONE).page
    page.goto(server.url + TICKET)
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
    assert take(page, server, code, tmp_path).exists()


@pytest.mark.parametrize("step", ["issue/autumn/check", "issue/autumn"])
def test_a_lost_reply_is_asked_for_again_and_the_ticket_is_good(
    visit: Callable[..., Any], server: LiveServer, code: str, tmp_path: Path, step: str
) -> None:
    page: Page = visit(PHONE).page
    page.goto(server.url + TICKET)
    page.fill("#code", code)
    arrived = []

    def lose_first_reply(route: Route, request: Request) -> None:
        arrived.append(request.post_data)
        if len(arrived) == 1:
            route.fetch()  # the server gets it, its reply gets lost
            route.abort()
        else:
            route.continue_()

    page.route(f"**/{step}", lose_first_reply)
    before = used(server.live)
    page.click("#take")
    if step.endswith("check"):  # which spends nothing, so it is for the person to ask again
        expect(page.locator("#working")).to_contain_text("Nothing was sent")
        assert used(server.live) == before
        page.click("#take")
    else:
        expect(page.locator("#working")).to_contain_text("asked for again by itself")
    expect(page.locator("h1")).to_have_text("Save your ticket")
    file = save(page, tmp_path)
    assert tickets.read(file.read_text(), server.live.wave, "any")
    assert len(arrived) == 2
    assert arrived[0] == arrived[1]
    assert used(server.live) == before + 1


def test_a_wrong_signature_gives_no_ticket_and_can_be_asked_for_again(
    visit: Callable[..., Any], server: LiveServer, code: str, tmp_path: Path
) -> None:
    page: Page = visit(PHONE).page
    page.goto(server.url + TICKET)
    page.fill("#code", code)
    asked = []
    wrong = json.dumps({"signature": "A" * 512})

    def sign_wrongly(route: Route, request: Request) -> None:
        asked.append(request.post_data)
        route.fetch()
        route.fulfill(body=wrong)

    page.route("**/issue/autumn", sign_wrongly)
    page.click("#take")
    expect(page.locator("#working")).to_contain_text("is not right, so there is no ticket yet")
    page.unroute("**/issue/autumn")
    page.on("request", lambda request: asked.append(request.post_data))
    page.click("#take")
    expect(page.locator("h1")).to_have_text("Save your ticket")
    file = save(page, tmp_path)
    assert tickets.read(file.read_text(), server.live.wave, "any")
    assert asked[0] == asked[1], "the code is spent, so it must be the same token"


def test_a_code_that_became_a_ticket_cannot_be_used_again(
    visit: Callable[..., Any], server: LiveServer, code: str, tmp_path: Path
) -> None:
    take(visit(PHONE).page, server, code, tmp_path)
    visitor = visit(PHONE)
    page: Page = visitor.page
    page.goto(server.url + TICKET)
    page.fill("#code", code)
    page.click("#take")
    expect(page.locator("#code-error")).to_have_text(CodeError.PUBLIC)
    expect(page).to_have_title("Error: Take a ticket, answer later - Small survey")
    visitor.looks_right()
    page.fill("#code", code[:-1])
    page.click("#take")
    expect(page.locator("#code-error")).to_contain_text("typing mistake")
    page.goto(server.url + SURVEY)
    page.fill("#code", code)
    page.click("#next")
    expect(page.locator("#code-error")).to_have_text(CodeError.PUBLIC)


@pytest.mark.parametrize("first_script", [True, False])
@pytest.mark.parametrize("second_script", [True, False])
def test_a_ticket_that_is_used_twice_counts_once_and_is_told(
    visit: Callable[..., Any],
    server: LiveServer,
    code: str,
    tmp_path: Path,
    first_script: bool,
    second_script: bool,
) -> None:
    file = take(visit(PHONE).page, server, code, tmp_path)
    first: Page = visit(PHONE, script=first_script).page
    (answer if first_script else answer_in_one_form)(first, server, file)
    receipt = finish(first)
    before = received(server.live)
    second = visit(PHONE, script=second_script)
    page: Page = second.page
    (answer if second_script else answer_in_one_form)(page, server, file)
    page.click("#send")
    told = page.locator("#sending" if second_script else "main")
    expect(told).to_contain_text("An answer was sent with this ticket before")
    expect(told).to_contain_text("this one was not kept")
    expect(told).not_to_contain_text(receipt)
    expect(page.locator("body")).not_to_contain_text("have been received")
    second.looks_right()
    assert received(server.live) == before


def test_a_repeated_send_of_one_page_is_no_second_use(
    visit: Callable[..., Any], server: LiveServer, code: str, tmp_path: Path
) -> None:
    file = take(visit(PHONE).page, server, code, tmp_path)
    page: Page = visit(PHONE).page
    answer(page, server, file)
    lost = []

    def lose_first_reply(route: Route, request: Request) -> None:
        lost.append(request.post_data)
        if len(lost) == 1:
            route.fetch()
            route.abort()
        else:
            route.continue_()

    page.route("**/box/autumn", lose_first_reply)
    assert finish(page) in stored(server)
    assert len(lost) == 2
    assert lost[0] == lost[1]


SPOILT: dict[str, tuple[Callable[[dict[str, Any]], object], str]] = {
    "another file": (lambda _: {"hello": 1}, tickets.NO_TICKET),
    "no JSON": (lambda _: "PK\x03\x04", tickets.NO_TICKET),
    "damaged": (lambda t: t | {"token": t["token"][:-8]}, tickets.DAMAGED),
    "another wave's": (lambda t: t | {"wave": "winter"}, tickets.OTHER_WAVE),
    "another site's": (
        lambda t: t | {"site": "https://other.example", "fingerprint": "AAAA-AAAA-AAAA-AAAA"},
        tickets.OTHER_SITE,
    ),
}


def test_a_file_that_is_no_good_ticket_is_told_at_once_and_the_right_one_helps(
    visit: Callable[..., Any], server: LiveServer, code: str, tmp_path: Path
) -> None:
    file = take(visit(PHONE).page, server, code, tmp_path)
    content = json.loads(file.read_text())
    visitor = visit(PHONE)
    page: Page = visitor.page
    page.goto(server.url + SURVEY)
    page.click("text=I have a ticket")
    traffic = Traffic(page)
    for spoil, sentence in SPOILT.values():
        spoilt = tmp_path / "spoilt.json"
        made = spoil(content)
        spoilt.write_text(made if isinstance(made, str) else json.dumps(made))
        page.set_input_files("#ticket-file", spoilt)
        words = sentence.format(name=NAME)
        expect(page.locator("#ticket-file-error")).to_have_text(words)
        expect(page.locator(".govuk-error-summary")).to_contain_text(words)
        expect(page).to_have_title("Error: Small survey")
        expect(page.locator("#code")).to_be_visible()
        assert page.input_value("#ticket-file") == ""
    visitor.looks_right()
    page.click(".govuk-error-summary a")
    expect(page.locator("#ticket-file")).to_be_focused()
    page.set_input_files("#ticket-file", file)
    expect(page.locator("#ticket-read")).to_be_visible()
    expect(page.locator(".govuk-error-summary")).to_have_count(0)
    expect(page.locator("#ticket-file-error")).to_have_count(0)
    visitor.looks_right()
    assert sent(traffic) == []


def test_a_ticket_that_names_other_keys_stops_the_page(
    visit: Callable[..., Any], server: LiveServer, code: str, tmp_path: Path
) -> None:
    file = take(visit(PHONE).page, server, code, tmp_path)
    own = fingerprint.of(server.live.wave)
    file.write_text(file.read_text().replace(own, "AAAA-AAAA-AAAA-AAAA"))
    visitor = visit(PHONE)
    page: Page = visitor.page
    traffic = Traffic(page)
    load(page, server, file)
    expect(page.locator("h1:visible")).to_have_text("Do not answer here")
    expect(page.locator("#reply")).to_contain_text("AAAA-AAAA-AAAA-AAAA")
    expect(page.locator("#reply")).to_contain_text(own)
    expect(page.locator("#reply")).to_contain_text("This page did not use it up")
    visitor.looks_right()
    assert traffic.posts() == []


@pytest.mark.parametrize("script", ["", WITHOUT_CRYPTO])
def test_the_card_s_code_comes_along_and_goes_from_the_address(
    visit: Callable[..., Any], server: LiveServer, code: str, tmp_path: Path, script: str
) -> None:
    own = fingerprint.of(server.live.wave)
    page: Page = visit(PHONE).page
    page.add_init_script(script or ";")
    page.goto(f"{server.url}{TICKET}#{code.replace('-', '')}.{own}")
    expect(page.locator("#code")).to_have_value(code)
    assert page.url == server.url + TICKET
    page.click("#take")
    expect(page.locator("h1")).to_have_text("Save your ticket")
    assert save(page, tmp_path).exists()


@pytest.mark.parametrize("script", ["", WITHOUT_CRYPTO])
@pytest.mark.parametrize("when", ["at once", "on an open page"])
def test_a_card_with_another_fingerprint_gets_no_ticket(
    visit: Callable[..., Any], server: LiveServer, code: str, script: str, when: str
) -> None:
    visitor = visit(PHONE)
    page: Page = visitor.page
    page.add_init_script(script or ";")
    traffic = Traffic(page)
    wrong = f"#{code}.0000-0000-0000-0000"
    if when == "at once":
        page.goto(server.url + TICKET + wrong)
    else:
        page.goto(server.url + TICKET)
        page.evaluate(f"location.hash = '{wrong}'")
    expect(page.locator("h1")).to_have_text("Do not answer here")
    expect(page).to_have_title("Do not answer here - Small survey")
    expect(page.locator("main")).to_contain_text("0000-0000-0000-0000")
    expect(page.locator("#code")).to_have_count(0)
    visitor.looks_right()
    assert traffic.posts() == []
    assert code not in page.url


def test_keys_of_the_wrong_kind_give_no_ticket_even_without_a_card(
    visit: Callable[..., Any], server: LiveServer
) -> None:
    page: Page = visit(PHONE).page

    def serve(route: Route) -> None:
        reply = route.fetch()
        body = reply.text().replace('data-modulus="', 'data-modulus="AA')
        route.fulfill(response=reply, body=body)

    page.route(f"**{TICKET}", serve)
    page.goto(server.url + TICKET)
    expect(page.locator("h1")).to_have_text("Do not answer here")


def test_an_unsaved_ticket_is_not_left_unasked(
    visit: Callable[..., Any], server: LiveServer, code: str, tmp_path: Path
) -> None:
    page: Page = visit(PHONE).page
    asked = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    redeem(page, server, code)
    page.close(run_before_unload=True)
    page.wait_for_timeout(300)
    assert asked == ["beforeunload"]
    assert not page.is_closed()
    first, second = (save(page, tmp_path).read_bytes() for _ in range(2))
    assert first == second
    expect(page.locator("#saved")).to_be_visible()
    page.goto(server.url + "/privacy")
    assert asked == ["beforeunload"]


def test_the_leave_button_asks_nothing(
    visit: Callable[..., Any], server: LiveServer, code: str
) -> None:
    visitor = visit(DESK)
    page: Page = visitor.page
    asked = []
    page.on("dialog", lambda dialog: asked.append(dialog.type))
    visitor.context.route("**/weather", lambda route: route.fulfill(body="weather"))
    redeem(page, server, code)
    page.click(".govuk-exit-this-page__button")
    page.wait_for_url("https://www.bbc.co.uk/weather")
    assert asked == []


def test_a_browser_that_cannot_seal_takes_and_uses_a_ticket_in_plain_mode(
    visit: Callable[..., Any], server: LiveServer, code: str, tmp_path: Path
) -> None:
    visitor = visit(PHONE)
    page: Page = visitor.page
    page.add_init_script(WITHOUT_CRYPTO)
    traffic = Traffic(page)
    page.goto(server.url + TICKET)
    expect(page.locator("#mode-plain")).to_contain_text("The server sees the ticket")
    expect(page.locator("#mode-sealed")).to_be_hidden()
    file = take(page, server, code, tmp_path)
    assert traffic.posts() == ["ticket/autumn", "ticket/autumn/file"]
    answer(page, server, file)
    assert finish(page) in stored(server)
    load(page, server, file)
    page.click("#next")
    for _ in range(3):
        page.click("#next")
    page.click("#send")
    expect(page.locator("h1:visible")).to_have_text("An answer was sent with this ticket before")
    visitor.looks_right()
    spoilt = tmp_path / "spoilt.json"
    spoilt.write_text("{}")
    load(page, server, spoilt)
    page.click("#next")
    expect(page.locator("#ticket-file-error")).to_contain_text("is not a ticket")
    visitor.looks_right()


@pytest.mark.parametrize("script", [True, False])
@pytest.mark.parametrize("width", [NARROW, PHONE, DESK])
def test_every_page_of_a_ticket_looks_right(
    visit: Callable[..., Any],
    server: LiveServer,
    code: str,
    tmp_path: Path,
    width: int,
    script: bool,
) -> None:
    visitor = visit(width, script=script)
    page: Page = visitor.page
    page.goto(server.url + TICKET)
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
    redeem(page, server, code)
    visitor.looks_right()
    file = save(page, tmp_path)
    load(page, server, file)
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
