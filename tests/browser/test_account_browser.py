"""A real Chromium: from a first password to one's own and to codes, with scripts and without."""

from __future__ import annotations

import io
from base64 import b32decode
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import zxingcpp
from fixtures_results import CHEAP, PASSWORD, make_site
from PIL import Image
from playwright.sync_api import Page, expect
from served import serve_app

from survey import clock
from survey.app import create_app
from survey.manage import people, second_factor

pytestmark = pytest.mark.browser

OWN = "kettle ladder moth"


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    """A site where codes are demanded, and somebody with a first password."""
    site = make_site(tmp_path / "home", waves=("spring",))
    ends = people.first_password_ends(site.stores, clock.now())
    people.add(site.stores, "kim", "administrator", None, PASSWORD, CHEAP, first_until=ends)
    yield from serve_app(create_app(replace(site.settings, demands_factor=True)))


def sign_in(page: Page, address: str, password: str) -> None:
    page.goto(f"{address}/sign-in")
    page.get_by_label("Name").fill("kim")
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in").click()


def choose(page: Page, current: str, new: str) -> None:
    page.get_by_label("Password that you have now", exact=True).fill(current)
    page.get_by_label("New password", exact=True).fill(new)
    page.get_by_label("New password again", exact=True).fill(new)
    page.get_by_role("button", name="Change password").click()


def key_on(page: Page) -> bytes:
    return b32decode(page.locator("#key").inner_text().replace(" ", ""))


def type_code(page: Page, key: bytes) -> None:
    shown = second_factor.code_at(key, int(clock.now().timestamp()))
    page.get_by_label("Code", exact=True).fill(shown)


def test_from_a_first_password_to_codes_on_a_desk_and_on_a_phone(
    visit: Callable[..., Any], address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor = visit(1280)
    page = visitor.page
    sign_in(page, address, PASSWORD)
    expect(page.locator("h1")).to_have_text("Choose a password of your own")
    choose(page, PASSWORD, "password1234")
    expect(page.locator(".govuk-error-summary")).to_contain_text("tried first")
    visitor.looks_right()
    page.get_by_role("button", name="Show: New password", exact=True).click()
    assert page.locator("#new").get_attribute("type") == "text"
    choose(page, PASSWORD, OWN)
    expect(page.locator("h1")).to_have_text("Set up an authenticator app")
    page.set_viewport_size({"width": 375, "height": 800})
    visitor.looks_right()
    key = key_on(page)
    drawn = Image.open(io.BytesIO(page.locator("[role=img] svg").screenshot()))
    assert [one.text for one in zxingcpp.read_barcodes(drawn)] == [
        second_factor.address(key, "kim")
    ]
    page.get_by_label("Your password", exact=True).fill(OWN)
    type_code(page, key)
    page.get_by_role("button", name="Turn on codes").click()
    expect(page.locator("#done")).to_contain_text("sign in with a code from now on")
    visitor.looks_right()
    page.set_viewport_size({"width": 1280, "height": 900})
    visitor.looks_right(forced=False)
    page.get_by_role("button", name="Sign out everywhere").click()
    sign_in(page, address, OWN)
    visitor.looks_right()
    later = clock.now() + timedelta(seconds=second_factor.SECONDS)
    monkeypatch.setattr(clock, "now", lambda: later)
    type_code(page, key)
    page.get_by_role("button", name="Go on").click()
    expect(page.locator("h1")).to_have_text("What you may open")
    page.get_by_role("link", name="Your account").click()
    expect(page.locator("h1")).to_have_text("Your account")


def test_the_same_without_scripts(visit: Callable[..., Any], address: str) -> None:
    page = visit(375, script=False).page
    sign_in(page, address, PASSWORD)
    choose(page, PASSWORD, OWN)
    key = key_on(page)
    page.get_by_label("Your password", exact=True).fill(OWN)
    type_code(page, key)
    page.get_by_role("button", name="Turn on codes").click()
    page.get_by_role("link", name="Choose another password").click()
    choose(page, OWN, f"{OWN} again")
    expect(page.locator("#done")).to_contain_text("another password now")
