"""Issuer and ballot box at two origins, in Chromium: sealed and plain, and what each is sent."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pytest
from answering import FOLDED, PHONE, SURVEY, Traffic, finish, stored, to_check_page
from fixtures_hosts import Hosts, open_hosts
from fixtures_wave import LiveServer, free_port, served
from playwright.sync_api import Page, expect

from survey.close.closing import close_wave, take_count
from survey.collect import copies, envelope
from survey.database import Stores

pytestmark = pytest.mark.browser


@dataclass(frozen=True)
class Sites:
    """A wave behind two processes."""

    hosts: Hosts
    box: LiveServer
    issuer_url: str


@pytest.fixture(scope="module")
def sites(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sites]:
    opened = open_hosts(tmp_path_factory.mktemp("sites"))
    issuer_port, box_port = free_port(), free_port()
    # Another host's name too, so that the browser holds it to be another site.
    issue, ask = f"http://localhost:{issuer_port}", f"http://127.0.0.1:{box_port}"
    here = replace(opened.issuer.settings, box_address=ask)
    there = replace(opened.box.settings, issue_address=issue)
    hosts = Hosts(
        replace(opened.issuer, settings=here, stores=Stores.open(here)),
        replace(opened.box, settings=there, stores=Stores.open(there)),
    )
    with served(here, issuer_port), served(there, box_port):
        yield Sites(hosts, LiveServer(ask, hosts.box), issue)


def test_sealed_answer_reaches_the_box_and_the_code_reaches_the_issuer(
    visit: Callable, sites: Sites
) -> None:
    visitor = visit(PHONE)
    page: Page = visitor.page
    code = sites.hosts.box.codes[0]
    traffic = Traffic(page)
    to_check_page(page, sites.box, code)
    visitor.looks_right()
    before = stored(sites.box)
    receipt = finish(page)
    visitor.looks_right()
    after = stored(sites.box)
    assert set(after) - set(before) == {receipt}
    assert after[receipt] == (envelope.X25519, FOLDED)
    posts = [(request.method, request.url) for request in traffic.requests if request.post_data]
    assert posts == [
        ("POST", f"{sites.issuer_url}/issue/autumn/check"),
        ("POST", f"{sites.issuer_url}/issue/autumn"),
        ("POST", f"{sites.box.url}/box/autumn"),
    ]
    assert [one for one in traffic.requests if one.method == "OPTIONS"] == []
    assert traffic.leaks(code) == []
    assert visitor.context.cookies() == []


def test_used_code_is_refused_across_sites(visit: Callable, sites: Sites) -> None:
    first: Page = visit(PHONE).page
    to_check_page(first, sites.box, sites.hosts.box.codes[1])
    finish(first)
    again: Page = visit(PHONE).page
    again.goto(sites.box.url + SURVEY)
    again.fill("#code", sites.hosts.box.codes[1])
    again.click("#next")
    expect(again.locator("#code-error")).to_contain_text("This code cannot be used")


def test_page_says_in_plain_mode_that_one_server_sees_both(visit: Callable, sites: Sites) -> None:
    visitor = visit(PHONE, script=False)
    page: Page = visitor.page
    page.goto(sites.box.url + SURVEY)
    told = "In this way this server sees your code and your answer together"
    expect(page.locator("#mode-plain")).to_contain_text(told)
    page.fill("#code", sites.hosts.box.codes[2])
    page.click("#next")
    expect(page.locator("h1")).to_have_text("Check your answers")
    expect(page.locator("#checked")).to_contain_text(told)
    visitor.looks_right()
    page.click("button[type=submit] >> nth=-1")
    expect(page.locator("h1")).to_have_text("Your answers have been received")
    assert page.inner_text("#receipt") in stored(sites.box)


def test_issuer_that_expects_another_site_cannot_be_asked(
    visit: Callable, tmp_path: Path, sites: Sites
) -> None:
    """The control: without the header of the issuer the browser lets no page read its reply."""
    issuer_port, box_port = free_port(), free_port()
    here = replace(sites.hosts.issuer.settings, box_address="https://other.example")
    there = replace(sites.hosts.box.settings, issue_address=f"http://localhost:{issuer_port}")
    with served(here, issuer_port), served(there, box_port):
        visitor = visit(PHONE)
        page: Page = visitor.page
        page.goto(f"http://127.0.0.1:{box_port}{SURVEY}")
        page.fill("#code", sites.hosts.box.codes[3])
        with page.expect_event("requestfailed"):
            page.click("#next")
        assert [line for line in visitor.complaints if "blocked by CORS policy" in line]


def test_page_connects_to_no_third_site(visit: Callable, sites: Sites) -> None:
    """The control of the policy: the page itself may ask nobody but these two."""
    page: Page = visit(PHONE).page
    page.goto(sites.box.url + SURVEY)
    port = free_port()
    failed = "(url) => fetch(url, { method: 'POST' }).then(() => '', (e) => String(e))"
    blocked: list[str] = []
    page.on("console", lambda message: blocked.append(message.text))
    assert page.evaluate(failed, f"http://localhost:{port}/issue/autumn")
    assert [line for line in blocked if "Content Security Policy" in line]
    blocked.clear()
    page.evaluate(failed, f"{sites.issuer_url}/issue/autumn")
    assert not [line for line in blocked if "Content Security Policy" in line]


def test_receipts_are_found_when_both_have_closed(visit: Callable, sites: Sites) -> None:
    page: Page = visit(PHONE).page
    to_check_page(page, sites.box, sites.hosts.box.codes[4])
    receipt = finish(page)
    here, there = sites.hosts.issuer.stores, sites.hosts.box.stores
    close_wave(here, "autumn", date(2026, 9, 30))
    told = close_wave(there, "autumn", date(2026, 9, 30))
    assert take_count(there, copies.export(here, "autumn")).redeemed == told.received
    visitor = visit(PHONE)
    visitor.page.goto(f"{sites.box.url}/receipts/autumn")
    expect(visitor.page.locator("main")).to_contain_text(receipt)
    expect(visitor.page.locator("main")).to_contain_text("Compare this with what the issuer")
    visitor.looks_right()
    visitor.page.goto(f"{sites.box.url}/privacy")
    expect(visitor.page.locator("main")).to_contain_text("Two servers")
    visitor.looks_right()
