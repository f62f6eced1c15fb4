"""Sealed mode in Chromium: no answer and no code leaves the page unsealed, and none gets lost."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import answering
import pytest
from answering import (
    DESK,
    FOLDED,
    PHONE,
    SURVEY,
    WITHOUT_CRYPTO,
    Traffic,
    answer_everything,
    begin,
    choose,
    lose_first_reply,
    stored,
    to_check_page,
)
from fixtures_wave import LiveServer
from playwright.sync_api import Error, Page, Route, expect

from survey.collect import envelope, fingerprint

pytestmark = pytest.mark.browser

WITHOUT_X25519 = """
for (const name of ["generateKey", "importKey", "deriveBits"]) {
  const original = SubtleCrypto.prototype[name];
  SubtleCrypto.prototype[name] = function (...given) {
    return JSON.stringify(given).includes("X25519")
      ? Promise.reject(new DOMException("", "NotSupportedError"))
      : original.apply(this, given);
  };
}
"""
WITHOUT_ED25519 = WITHOUT_X25519.replace("X25519", "Ed25519")
LEAK = """
const form = () => new URLSearchParams(new FormData(document.getElementById("survey"))).toString();
addEventListener("submit", () => {
  const code = document.getElementById("code");
  LEAK;
}, true);
"""
LEAKS = {
    "plain answers": "fetch('/survey/autumn/check', { method: 'POST', body: form() })",
    "answers in base64": "navigator.sendBeacon('/box/autumn', btoa(form()))",
    "an answer in an address": "fetch('/?' + form())",
    "the code": "fetch('/issue/autumn', { method: 'POST', body: code.value.replaceAll('-', '') })",
    "a cookie": "(document.cookie = 'a=1;path=/') && fetch('/privacy')",
}


def finish(page: Page) -> str:
    """Send, and give the receipt that the page shows beside the address of its list."""
    receipt = answering.finish(page)
    host = page.evaluate("location.host")  # for whoever prints the page
    expect(page.locator("#reply .candour-address")).to_have_text(f"{host}/receipts/autumn")
    return receipt


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_a_sealed_answer_unseals_to_the_folded_codes(
    visit: Callable, live_server: LiveServer, code: str, width: int
) -> None:
    visitor = visit(width)
    page: Page = visitor.page
    traffic = Traffic(page)
    page.goto(live_server.url + SURVEY)
    expect(page.locator("#mode-sealed")).to_contain_text("sealed before it reaches our server")
    expect(page.locator("#mode-plain")).to_be_hidden()
    expect(page.locator("#fingerprint")).to_have_text(fingerprint.of(live_server.live.wave))
    visitor.looks_right()
    to_check_page(page, live_server, code)
    expect(page.locator("#checked")).to_contain_text("sealed before it reaches our server")
    expect(page.locator("#checked")).to_contain_text("is stored as “Asian or Asian British”")
    expect(page.locator("#reply")).to_contain_text("You have answered 7 of 7 questions")
    visitor.looks_right()
    before = stored(live_server)
    receipt = finish(page)
    visitor.looks_right()
    after = stored(live_server)
    assert set(after) - set(before) == {receipt}
    assert after[receipt] == (envelope.X25519, FOLDED)
    assert traffic.posts() == ["issue/autumn/check", "issue/autumn", "box/autumn"]
    assert traffic.leaks(code) == []
    assert visitor.context.cookies() == []
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0


@pytest.mark.parametrize("leak", LEAKS)
def test_a_page_that_leaks_is_caught(
    visit: Callable, live_server: LiveServer, code: str, leak: str
) -> None:
    page: Page = visit(PHONE).page
    page.add_init_script(LEAK.replace("LEAK", LEAKS[leak]))
    traffic = Traffic(page)
    to_check_page(page, live_server, code)
    assert traffic.leaks(code)


def test_every_sending_has_the_same_size(
    visit: Callable, live_server: LiveServer, unused: object
) -> None:
    sizes = []
    for much in (True, False):
        page: Page = visit(PHONE).page
        traffic = Traffic(page)
        begin(page, live_server, next(unused))  # type: ignore[call-overload]
        if much:
            answer_everything(page)
        else:
            page.click("#next")
            page.click("#next")
        page.click("#next")
        page.wait_for_selector("#checked")
        finish(page)
        sizes.append([len(r.post_data_buffer or b"") for r in traffic.requests if r.post_data])
    assert sizes[0] == sizes[1]


def test_what_is_sent_carries_no_cookie_that_the_browser_has(
    visit: Callable, live_server: LiveServer, code: str
) -> None:
    visitor = visit(PHONE)
    visitor.context.add_cookies([{"name": "a", "value": "1", "url": live_server.url}])
    traffic = Traffic(visitor.page)
    to_check_page(visitor.page, live_server, code)
    finish(visitor.page)
    sent = [request for request in traffic.requests if request.post_data]
    assert len(sent) == 3
    assert not any("cookie" in request.all_headers() for request in sent)


@pytest.mark.parametrize("way", ["reload", "crash", "close"])
def test_leaving_before_send_costs_nobody_their_voice(
    visit: Callable, live_server: LiveServer, code: str, way: str
) -> None:
    page: Page = visit(PHONE).page
    page.on("dialog", lambda dialog: dialog.accept())
    to_check_page(page, live_server, code)
    if way == "reload":
        page.reload()
    elif way == "crash":
        with pytest.raises(Error):
            page.goto("chrome://crash")
        page = visit(PHONE).page
    else:
        page.close()
        page = visit(PHONE).page
    to_check_page(page, live_server, code)
    assert finish(page) in stored(live_server)


def test_a_spent_code_is_told_in_the_same_words_as_an_unknown_one(
    visit: Callable, live_server: LiveServer, code: str
) -> None:
    page: Page = visit(PHONE).page
    to_check_page(page, live_server, code)
    other: Page = visit(PHONE).page
    to_check_page(other, live_server, code)
    finish(other)
    before = stored(live_server)
    page.click("#send")
    expect(page.locator("#code-error")).to_contain_text("code")
    assert stored(live_server) == before
    assert page.is_checked("input[name=ethnicity][value=bangladeshi]")


def test_a_browser_without_x25519_seals_to_the_fallback_key(
    visit: Callable, live_server: LiveServer, code: str
) -> None:
    page: Page = visit(PHONE).page
    page.add_init_script(WITHOUT_X25519)
    traffic = Traffic(page)
    to_check_page(page, live_server, code)
    receipt = finish(page)
    assert stored(live_server)[receipt] == (envelope.P256, FOLDED)
    assert traffic.leaks(code) == []


@pytest.mark.parametrize("script", [WITHOUT_ED25519, WITHOUT_CRYPTO])
def test_a_browser_that_cannot_seal_says_so_before_sending(
    visit: Callable, live_server: LiveServer, code: str, script: str
) -> None:
    visitor = visit(PHONE)
    page: Page = visitor.page
    page.add_init_script(script)
    traffic = Traffic(page)
    page.goto(live_server.url + SURVEY)
    words = "it does not protect against an operator who changes the running code"
    expect(page.locator("#mode-plain")).to_contain_text(words)
    expect(page.locator("#mode-sealed")).to_be_hidden()
    visitor.looks_right()
    to_check_page(page, live_server, code)
    expect(page.locator("#checked")).to_contain_text(words)
    assert "before it reaches our server" not in page.locator("main").inner_text()
    receipt = finish(page)
    assert stored(live_server)[receipt][1] == FOLDED
    assert traffic.leaks(code)  # plain mode sends what sealed mode must not
    assert set(traffic.posts()) == {"survey/autumn/check", "survey/autumn/send"}


def test_the_page_checks_answers_in_the_same_words_as_the_server(
    visit: Callable, live_server: LiveServer, code: str
) -> None:
    seen = []
    for script in ("", WITHOUT_CRYPTO):
        page: Page = visit(DESK).page
        page.add_init_script(script)
        begin(page, live_server, code)
        choose(page, "challenge_safe", "prefer-not-to-say")
        page.click("#next")
        choose(page, "told", "manager")
        choose(page, "told", "association")
        page.click("#next")
        choose(page, "ethnicity", "bangladeshi")
        choose(page, "in_probation", "prefer-not-to-say")
        page.click("#next")
        page.wait_for_selector("#checked")
        sections = page.locator(".candour-checked__section").all_inner_texts()
        seen.append([page.locator("#reply > p").first.inner_text(), *sections])
    assert seen[0] == seen[1]
    assert "Not answered" in seen[0][1]
    assert "Nothing is stored for this question." in seen[0][3]


@pytest.mark.parametrize(
    ("step", "script"),
    [("issue/autumn", ""), ("box/autumn", ""), ("survey/autumn/send", WITHOUT_CRYPTO)],
)
def test_a_lost_reply_is_asked_for_again_and_counts_once(
    visit: Callable, live_server: LiveServer, code: str, step: str, script: str
) -> None:
    page: Page = visit(PHONE).page
    page.add_init_script(script)
    to_check_page(page, live_server, code)
    arrived = lose_first_reply(page, step)
    before = stored(live_server)
    page.click("#send")
    expect(page.locator("#sending")).to_contain_text("sent again by themselves")
    page.click("[data-change=q-told]")  # what is being sent cannot be changed any more
    expect(page.locator("#receipt")).to_be_visible()
    assert set(stored(live_server)) - set(before) == {page.inner_text("#receipt")}
    assert len(arrived) == 2
    assert arrived[0] == arrived[1]


def test_a_line_that_stays_down_keeps_the_answer_in_the_page(
    visit: Callable, live_server: LiveServer, code: str
) -> None:
    visitor = visit(PHONE)
    page: Page = visitor.page
    to_check_page(page, live_server, code)
    visitor.context.set_offline(True)
    page.click("#send")
    expect(page.locator("#sending")).to_contain_text("sent again by themselves")
    visitor.context.set_offline(False)
    expect(page.locator("#receipt")).to_be_visible()
    assert page.inner_text("#receipt") in stored(live_server)


def test_a_wrong_signature_sends_nothing_and_can_be_asked_for_again(
    visit: Callable, live_server: LiveServer, code: str
) -> None:
    page: Page = visit(PHONE).page
    to_check_page(page, live_server, code)
    wrong = json.dumps({"signature": "A" * 512})
    page.route("**/issue/autumn", lambda route: route.fulfill(body=wrong))
    traffic = Traffic(page)
    page.click("#send")
    expect(page.locator("#sending")).to_contain_text("is not right, so nothing was sent")
    assert traffic.posts() == ["issue/autumn"]
    page.unroute("**/issue/autumn")
    assert finish(page) in stored(live_server)


def test_another_receipt_than_the_page_computed_is_told(
    visit: Callable, live_server: LiveServer, code: str
) -> None:
    page: Page = visit(PHONE).page
    to_check_page(page, live_server, code)
    other = json.dumps({"receipt": "0000-0000-0000-0000"})
    page.route("**/box/autumn", lambda route: route.fulfill(body=other))
    page.click("#send")
    expect(page.locator("#sending")).to_contain_text("another receipt than the one that this page")


def test_a_refusal_of_the_ballot_box_is_told_in_its_words(
    visit: Callable, live_server: LiveServer, code: str
) -> None:
    visitor = visit(PHONE)
    page: Page = visitor.page
    to_check_page(page, live_server, code)
    reply = json.dumps({"error": "This survey has closed."})
    page.route("**/box/autumn", lambda route: route.fulfill(status=400, body=reply))
    page.click("#send")
    expect(page.locator("#sending")).to_have_text("This survey has closed.")
    visitor.looks_right()
    page.unroute("**/box/autumn")
    assert finish(page) in stored(live_server)


def test_what_cannot_be_sealed_spends_no_code(
    visit: Callable, live_server: LiveServer, code: str
) -> None:
    page: Page = visit(PHONE).page

    def serve(route: Route) -> None:
        reply = route.fetch()
        small = re.sub(r'data-size="\d+"', 'data-size="99"', reply.text())
        route.fulfill(response=reply, body=small)

    page.route(f"**{SURVEY}", serve)
    to_check_page(page, live_server, code)
    traffic = Traffic(page)
    page.click("#send")
    expect(page.locator("#sending")).to_contain_text("They are still on this page")
    assert traffic.posts() == []


def test_answers_that_exclude_one_another_are_not_sealed(
    visit: Callable, live_server: LiveServer, code: str
) -> None:
    visitor = visit(DESK)
    page: Page = visitor.page
    begin(page, live_server, code)
    page.click("#next")
    choose(page, "told", "manager")
    page.evaluate("document.querySelector('input[value=nobody]').checked = true")
    page.click("#next")
    page.click("#next")
    expect(page.locator(".govuk-error-summary")).to_contain_text("Choose “Nobody” alone")
    visitor.looks_right()
