"""A board answers a concern in a real Chromium, and everybody reads it: accessible and in place."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from by_keyboard import skip, tab_to
from fixtures_release import NORTH
from fixtures_results import BOARD, PASSWORD, make_site
from playwright.sync_api import Page, expect
from served import serve_app

pytestmark = pytest.mark.browser

OWN = f"/results/actions/{NORTH}"


def fill_in_by_keyboard(page: Page) -> None:
    """What a board answers, but for whose task it is, with the keyboard alone."""
    for wanted, typed in (
        ("#concerns", " "),
        ("#answer", " "),
        ("#reason", "Everybody has to feel safe here."),
        ("#title", "Talks in every shift"),
        ("#words", "Sergeants talk about it with every shift."),
        ("#due", "31/5/2027"),
        ("#state", " "),
    ):
        tab_to(page, wanted)
        page.keyboard.type(typed)
    page.keyboard.press("ArrowDown")
    tab_to(page, "#readers")
    page.keyboard.press("Space")
    for label in (
        "Response North: Discrimination (Winter 2026)",
        "We will do something",
        "Under way",
        "Everybody may read it",
    ):
        expect(page.get_by_label(label)).to_be_checked()
    tab_to(page, "main form button")
    page.keyboard.press("Enter")


def test_a_board_answers_and_everybody_reads_it(visit: Callable[..., Any], tmp_path: Path) -> None:
    site = make_site(tmp_path / "home")
    for address in serve_app(site.app):
        visitor = visit(375)
        page = visitor.page
        page.goto(f"{address}/sign-in")
        page.get_by_label("Name").fill(BOARD)
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.goto(address + OWN)
        visitor.looks_right(forced=False)
        page.get_by_role("link", name="Answer several at once").click()
        fill_in_by_keyboard(page)
        expect(page.locator(".govuk-error-summary")).to_be_focused()
        assert page.locator(".govuk-error-summary li").all_inner_texts() == [
            "Enter whose task it is, as a role"
        ]
        visitor.looks_right(forced=False)
        tab_to(page, ".govuk-error-summary a")
        page.keyboard.press("Enter")
        page.keyboard.type("superintendent for response")
        page.keyboard.press("Enter")
        page.wait_for_url(lambda url: "new" not in url)
        assert page.get_by_role("heading", name="Talks in every shift under way").count() == 1
        page.goto(f"{address}/you-said-we-did")
        assert page.get_by_role("heading", name="Talks in every shift under way").count() == 1
        visitor.looks_right()
        skip(page)
        tab_to(page, "main .scroll")  # A table that scrolls is reached, and then what comes after.
        tab_to(page, "footer a")
        page.goto(f"{address}{OWN}/ideas")
        page.locator("summary").click()
        visitor.looks_right(forced=False)
