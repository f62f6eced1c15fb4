"""Tickets in Chromium: what is no good ticket is refused in words, and no voice gets lost."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from answering import (
    PHONE,
    SURVEY,
    WITHOUT_CRYPTO,
    Traffic,
    finish,
    lose_first_reply,
    stored,
)
from fixtures_tokens import received, used
from fixtures_wave import LiveServer
from playwright.sync_api import Page, Request, Route, expect
from ticketing import NAME, TICKET, answer, answer_in_one_form, load, save, sent, take

from survey.collect import fingerprint, tickets
from survey.errors import CodeError

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("step", ["issue/autumn/check", "issue/autumn"])
def test_a_lost_reply_is_asked_for_again_and_the_ticket_is_good(
    visit: Callable[..., Any], live_server: LiveServer, code: str, tmp_path: Path, step: str
) -> None:
    page: Page = visit(PHONE).page
    page.goto(live_server.url + TICKET)
    page.fill("#code", code)
    arrived = lose_first_reply(page, step)
    before = used(live_server.live)
    page.click("#take")
    if step.endswith("check"):  # which spends nothing, so it is for the person to ask again
        expect(page.locator("#working")).to_contain_text("Nothing was sent")
        assert used(live_server.live) == before
        page.click("#take")
    else:
        expect(page.locator("#working")).to_contain_text("asked for again by itself")
    expect(page.locator("h1")).to_have_text("Save your ticket")
    file = save(page, tmp_path)
    assert tickets.read(file.read_text(), live_server.live.wave, "any")
    assert len(arrived) == 2
    assert arrived[0] == arrived[1]
    assert used(live_server.live) == before + 1


def test_a_wrong_signature_gives_no_ticket_and_can_be_asked_for_again(
    visit: Callable[..., Any], live_server: LiveServer, code: str, tmp_path: Path
) -> None:
    page: Page = visit(PHONE).page
    page.goto(live_server.url + TICKET)
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
    assert tickets.read(file.read_text(), live_server.live.wave, "any")
    assert asked[0] == asked[1], "the code is spent, so it must be the same token"


def test_a_code_that_became_a_ticket_cannot_be_used_again(
    visit: Callable[..., Any], live_server: LiveServer, code: str, tmp_path: Path
) -> None:
    take(visit(PHONE).page, live_server, code, tmp_path)
    visitor = visit(PHONE)
    page: Page = visitor.page
    page.goto(live_server.url + TICKET)
    page.fill("#code", code)
    page.click("#take")
    expect(page.locator("#code-error")).to_have_text(CodeError.PUBLIC)
    expect(page).to_have_title("Error: Take a ticket, answer later - Small survey")
    visitor.looks_right()
    page.fill("#code", code[:-1])
    page.click("#take")
    expect(page.locator("#code-error")).to_contain_text("typing mistake")
    page.goto(live_server.url + SURVEY)
    page.fill("#code", code)
    page.click("#next")
    expect(page.locator("#code-error")).to_have_text(CodeError.PUBLIC)


@pytest.mark.parametrize("first_script", [True, False])
@pytest.mark.parametrize("second_script", [True, False])
def test_a_ticket_that_is_used_twice_counts_once_and_is_told(
    visit: Callable[..., Any],
    live_server: LiveServer,
    code: str,
    tmp_path: Path,
    first_script: bool,
    second_script: bool,
) -> None:
    file = take(visit(PHONE).page, live_server, code, tmp_path)
    first: Page = visit(PHONE, script=first_script).page
    (answer if first_script else answer_in_one_form)(first, live_server, file)
    receipt = finish(first)
    before = received(live_server.live)
    second = visit(PHONE, script=second_script)
    page: Page = second.page
    (answer if second_script else answer_in_one_form)(page, live_server, file)
    page.click("#send")
    told = page.locator("#sending" if second_script else "main")
    expect(told).to_contain_text("An answer was sent with this ticket before")
    expect(told).to_contain_text("this one was not kept")
    expect(told).not_to_contain_text(receipt)
    expect(page.locator("body")).not_to_contain_text("have been received")
    second.looks_right()
    assert received(live_server.live) == before


def test_a_repeated_send_of_one_page_is_no_second_use(
    visit: Callable[..., Any], live_server: LiveServer, code: str, tmp_path: Path
) -> None:
    file = take(visit(PHONE).page, live_server, code, tmp_path)
    page: Page = visit(PHONE).page
    answer(page, live_server, file)
    lost = lose_first_reply(page, "box/autumn")
    assert finish(page) in stored(live_server)
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
    visit: Callable[..., Any], live_server: LiveServer, code: str, tmp_path: Path
) -> None:
    file = take(visit(PHONE).page, live_server, code, tmp_path)
    content = json.loads(file.read_text())
    visitor = visit(PHONE)
    page: Page = visitor.page
    page.goto(live_server.url + SURVEY)
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
    visit: Callable[..., Any], live_server: LiveServer, code: str, tmp_path: Path
) -> None:
    file = take(visit(PHONE).page, live_server, code, tmp_path)
    own = fingerprint.of(live_server.live.wave)
    file.write_text(file.read_text().replace(own, "AAAA-AAAA-AAAA-AAAA"))
    visitor = visit(PHONE)
    page: Page = visitor.page
    traffic = Traffic(page)
    load(page, live_server, file)
    expect(page.locator("h1:visible")).to_have_text("Do not answer here")
    expect(page.locator("#reply")).to_contain_text("AAAA-AAAA-AAAA-AAAA")
    expect(page.locator("#reply")).to_contain_text(own)
    expect(page.locator("#reply")).to_contain_text("This page did not use it up")
    visitor.looks_right()
    assert traffic.posts() == []


@pytest.mark.parametrize("script", ["", WITHOUT_CRYPTO])
@pytest.mark.parametrize("when", ["at once", "on an open page"])
def test_a_card_with_another_fingerprint_gets_no_ticket(
    visit: Callable[..., Any], live_server: LiveServer, code: str, script: str, when: str
) -> None:
    visitor = visit(PHONE)
    page: Page = visitor.page
    page.add_init_script(script or ";")
    traffic = Traffic(page)
    wrong = f"#{code}.0000-0000-0000-0000"
    if when == "at once":
        page.goto(live_server.url + TICKET + wrong)
    else:
        page.goto(live_server.url + TICKET)
        page.evaluate(f"location.hash = '{wrong}'")
    expect(page.locator("h1")).to_have_text("Do not answer here")
    expect(page).to_have_title("Do not answer here - Small survey")
    expect(page.locator("main")).to_contain_text("0000-0000-0000-0000")
    expect(page.locator("#code")).to_have_count(0)
    visitor.looks_right()
    assert traffic.posts() == []
    assert code not in page.url


def test_keys_of_the_wrong_kind_give_no_ticket_even_without_a_card(
    visit: Callable[..., Any], live_server: LiveServer
) -> None:
    page: Page = visit(PHONE).page

    def serve(route: Route) -> None:
        reply = route.fetch()
        body = reply.text().replace('data-modulus="', 'data-modulus="AA')
        route.fulfill(response=reply, body=body)

    page.route(f"**{TICKET}", serve)
    page.goto(live_server.url + TICKET)
    expect(page.locator("h1")).to_have_text("Do not answer here")
