"""A board answers a concern in a real Chromium, and everybody reads it: accessible and in place."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fixtures_release import NORTH
from fixtures_results import BOARD, PASSWORD, make_site
from served import serve_app

pytestmark = pytest.mark.browser

OWN = f"/results/actions/{NORTH}"


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
        page.get_by_label("Response North: Discrimination (Winter 2026)").check()
        page.get_by_label("We will do something").check()
        page.get_by_label("Why", exact=True).fill("Everybody has to feel safe here.")
        page.get_by_label("Title").fill("Talks in every shift")
        page.get_by_label("In plain words").fill("Sergeants talk about it with every shift.")
        page.get_by_label("Due on").fill("31/5/2027")
        page.get_by_label("Under way").check()
        page.get_by_label("Everybody may read it").check()
        page.get_by_role("button", name="Save").click()
        assert page.locator(".govuk-error-summary li").all_inner_texts() == [
            "Enter whose task it is, as a role"
        ]
        visitor.looks_right(forced=False)
        page.get_by_label("Whose task it is").fill("superintendent for response")
        page.get_by_role("button", name="Save").click()
        assert page.get_by_role("heading", name="Talks in every shift under way").count() == 1
        page.goto(f"{address}/you-said-we-did")
        assert page.get_by_role("heading", name="Talks in every shift under way").count() == 1
        visitor.looks_right()
        page.goto(f"{address}{OWN}/ideas")
        page.locator("summary").click()
        visitor.looks_right(forced=False)
