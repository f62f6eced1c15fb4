"""Looking for a receipt in Chromium: found, not found, mistyped, and without JavaScript."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from answering import DESK, NARROW, PHONE, Traffic
from by_keyboard import skip, tab_to
from fixtures_wave import QUESTIONNAIRES, open_live_wave
from playwright.sync_api import Page, expect
from served import serve_app

from survey.app import create_app
from survey.close.closing import close_wave
from survey.collect import submit

pytestmark = pytest.mark.browser

ABSENT = "0000-0000-0000-0000"


@dataclass(frozen=True)
class Listed:
    """A closed wave behind a server, and the receipts that are in its list."""

    address: str
    receipts: list[str]


@pytest.fixture(scope="module")
def listed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Listed]:
    live = open_live_wave(tmp_path_factory.mktemp("list") / "home", QUESTIONNAIRES / "small.yaml")
    receipts = submit.submit_many(live.stores, live.wave, [(code, {}) for code in live.codes])
    close_wave(live.stores, "autumn", date(2026, 9, 30))
    for address in serve_app(create_app(live.settings)):
        yield Listed(f"{address}/receipts/autumn", sorted(receipts))


def look(page: Page, typed: str) -> None:
    page.fill("#receipt", typed)
    page.keyboard.press("Enter")


@pytest.mark.parametrize("width", [NARROW, PHONE, DESK])
def test_a_receipt_in_the_list_is_found_marked_and_scrolled_to(
    visit: Callable, listed: Listed, width: int
) -> None:
    visitor = visit(width)
    page: Page = visitor.page
    page.goto(listed.address)
    visitor.looks_right()
    expect(page.locator("#by-hand")).to_be_hidden()
    expect(page.locator("#outcome")).to_have_attribute("aria-live", "polite")
    receipt = listed.receipts[-2]
    traffic = Traffic(page)
    look(page, receipt.lower().replace("-", " ").replace("0", "o").replace("1", "l"))
    expect(page.locator("#outcome")).to_contain_text("It is in the list.")
    expect(page.locator("#outcome")).to_contain_text(receipt)
    marked = page.locator(".candour-receipts__yours")
    expect(marked).to_have_count(1)
    expect(marked).to_contain_text(f"{receipt} Yours: it is in the list")
    expect(marked).to_be_in_viewport()
    visitor.looks_right()
    look(page, listed.receipts[3].replace("-", ""))
    expect(marked).to_have_count(1)
    expect(marked).to_contain_text(listed.receipts[3])
    page.click("#outcome a")
    expect(marked).to_be_in_viewport()
    # The browser fetches the icon of a page when it likes.
    assert [r.url for r in traffic.requests if "favicon" not in r.url] == []
    assert listed.receipts[3] not in page.url


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_a_receipt_that_is_not_there_is_said_with_what_to_do(
    visit: Callable, listed: Listed, width: int
) -> None:
    visitor = visit(width)
    page: Page = visitor.page
    page.goto(listed.address)
    look(page, listed.receipts[0])
    expect(page.locator("#outcome")).to_contain_text("It is in the list.")
    look(page, ABSENT)
    outcome = page.locator("#outcome")
    expect(outcome).to_contain_text("It is not in the list.")
    expect(outcome).to_contain_text("A receipt has no check symbols")
    expect(outcome).to_contain_text("tell your staff association")
    expect(page.locator(".candour-receipts__yours")).to_have_count(0)
    shown = [row.strip() for row in page.locator(".candour-receipts li").all_inner_texts()]
    assert shown == listed.receipts, "the mark of before is gone"
    visitor.looks_right()


@pytest.mark.parametrize(
    ("typed", "count"), [("", "0"), ("7K3M-Q9TX", "8"), (ABSENT + "0", "17"), ("U" * 16, "16")]
)
def test_what_is_no_receipt_is_said(
    visit: Callable, listed: Listed, typed: str, count: str
) -> None:
    page: Page = visit(PHONE).page
    page.goto(listed.address)
    look(page, typed)
    expect(page.locator("#outcome")).to_contain_text("That is not how a receipt looks.")
    expect(page.locator("#outcome")).to_contain_text(f"what you typed has {count}.")


def test_the_form_works_by_keyboard_alone_and_keeps_nothing(
    visit: Callable, listed: Listed
) -> None:
    page: Page = visit(DESK).page
    page.goto(listed.address)
    assert len(tab_to(page, ".govuk-skip-link")) == 1
    tab_to(page, "#receipt")
    page.keyboard.type(listed.receipts[5])
    tab_to(page, "#look button")
    page.keyboard.press("Space")
    expect(page.locator("#outcome")).to_contain_text("It is in the list.")
    tab_to(page, "#outcome a")
    page.keyboard.press("Enter")
    expect(page.locator(".candour-receipts__yours")).to_be_in_viewport()
    skip(page)
    tab_to(page, ".candour-initials a")
    page.keyboard.press("Enter")
    tab_to(page, "footer a")
    page.goto(listed.address.replace("/receipts/autumn", "/privacy"))
    page.go_back()
    expect(page.locator("#receipt")).to_have_value("")
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0
    assert page.context.cookies() == []


def test_without_javascript_there_is_no_form_but_a_hint(visit: Callable, listed: Listed) -> None:
    page: Page = visit(PHONE, script=False).page
    page.goto(listed.address)
    expect(page.locator("#look")).to_be_hidden()
    expect(page.locator("#by-hand")).to_contain_text("press Ctrl and F")


def test_the_public_file_can_be_downloaded(visit: Callable, listed: Listed, tmp_path: Path) -> None:
    page: Page = visit(DESK).page
    page.goto(listed.address)
    with page.expect_download() as started:
        page.click("text=Everything that is public of this survey")
    assert started.value.suggested_filename == "autumn.wave"
