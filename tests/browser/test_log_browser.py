"""A real Chromium signs in by an organisation on another site, and reads the log."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import mock_tenant
import pytest
from by_keyboard import tab_to
from fixtures_release import NORTH
from fixtures_results import BOARD, Site, make_site
from mock_tenant import MockTenant
from playwright.sync_api import expect
from served import serve_app

from survey.app import create_app
from survey.config import Settings

pytestmark = pytest.mark.browser


@pytest.fixture
def tenant() -> Iterator[MockTenant]:
    """On `localhost`, which is another site than 127.0.0.1 to a browser."""
    with mock_tenant.running("localhost") as running:
        running.roles = ["0a1b2c3d-0000-4000-8000-000000000000"]
        yield running


@pytest.fixture
def address(tenant: MockTenant, tmp_path: Path) -> Iterator[str]:
    filled: Site = make_site(tmp_path / "home")
    environment = {"CANDOUR_HOME": str(filled.settings.home)}
    environment |= mock_tenant.environment(tenant, "http://127.0.0.1:9")
    app = create_app(Settings.from_environment(environment))
    board = replace(filled, app=app).client(BOARD)
    for page in (f"/results/board/{NORTH}", "/results/hr", "/results/log"):
        board.get(page)
    there = app.extensions["candour-organisation"]
    for served in serve_app(app):
        # The port is known only now.
        there.back = there.back.replace("http://127.0.0.1:9", served)
        yield served


def test_an_association_signs_in_elsewhere_and_reads_the_log(
    visit: Callable[..., Any], address: str
) -> None:
    visitor = visit(1280)
    page = visitor.page
    page.goto(f"{address}/sign-in")
    visitor.looks_right(forced=False)
    page.get_by_role("button", name="Sign in with your organisation").click()
    page.wait_for_url(f"{address}/results")  # led on by a page of ours, with the Strict cookie
    visitor.looks_right(forced=False)
    page.get_by_role("link", name="Who read what").click()
    assert "Opened a page: the results of Response North" in page.locator("main").inner_text()
    visitor.looks_right()
    tab_to(page, "#kind")
    page.keyboard.type("Was refused")
    tab_to(page, "main form button")
    page.keyboard.press("Enter")
    expect(page.locator(".log__entry")).to_have_count(2)
    page.get_by_role("link", name="What you may open").click()
    page.get_by_role("link", name="Who may sign in").click()
    page.set_viewport_size({"width": 375, "height": 800})
    visitor.looks_right(forced=False)
    page.get_by_role("button", name="Sign out").click()
    page.goto(f"{address}/results/log")
    assert page.url == f"{address}/results/sign-in"
