"""Two people open a wave, in two browsers: one proposes, the other agrees."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fixtures_agreeing import MANAGERS, OFFICERS, agreeing_site, carry_out, draft_with_cards
from fixtures_results import PASSWORD
from served import serve_app

from survey.agreeing import running
from survey.manage import waves

pytestmark = pytest.mark.browser


def test_one_proposes_and_another_agrees(
    visit: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = agreeing_site(tmp_path / "home", monkeypatch)
    monkeypatch.setattr(running, "start", lambda _settings: carry_out(site))
    draft_with_cards(site, "autumn")
    for address in serve_app(site.app):
        first, second = visit(1280), visit(375)
        for visitor, name in ((first, MANAGERS[0]), (second, OFFICERS[0])):
            page = visitor.page
            page.goto(f"{address}/sign-in")
            page.get_by_label("Name").fill(name)
            page.get_by_label("Password", exact=True).fill(PASSWORD)
            page.get_by_role("button", name="Sign in").click()
            page.get_by_role("link", name="Open or close a wave").click()
            page.get_by_role("link", name="Autumn").click()
        first.page.get_by_role("button", name="Propose to open it").click()
        assert "You proposed this" in first.page.locator("main").inner_text()
        first.looks_right()
        second.page.reload()
        second.page.get_by_role("button", name="Decline").click()  # without a reason
        assert "Give a reason" in second.page.get_by_role("alert").inner_text()
        second.looks_right()
        second.page.get_by_role("button", name="Agree to open it").click()
        assert "Propose to close it" in second.page.locator("main").inner_text()
    assert waves.get(site.stores, "autumn").state == "open"
