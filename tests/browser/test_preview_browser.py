"""An author walks through a preview in a browser that could seal: no code, and nothing is sent."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from answering import PHONE
from fixtures_wave import QUESTIONNAIRES
from playwright.sync_api import expect
from served import serve_app

from survey.app import create_preview

pytestmark = pytest.mark.browser


def test_a_preview_is_walked_through_without_a_code(visit: Callable, tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text((QUESTIONNAIRES / "commented.yaml").read_text())
    with closing(serve_app(create_preview(file))) as served:
        visitor = visit(PHONE)
        page = visitor.page
        page.goto(next(served))
        expect(page.locator(".candour-preview")).to_contain_text("Nothing is stored")
        expect(page.locator("#code")).to_be_disabled()
        visitor.looks_right()
        page.click("#next")
        page.check("text=Disagree")
        for _ in range(2):
            page.click("#next")
        page.check("[name=sex][value=female]")
        # A preview knows no headcounts, which does not make anybody's group small.
        expect(page.locator("#findable dd")).to_have_text("this page was not told how many")
        page.click("#next")
        expect(page.locator("#checked")).to_contain_text("Disagree")
        page.click("#send")
        expect(page.locator("h1:visible")).to_have_text("Nothing was sent")
        visitor.looks_right()
        page.goto(f"{page.url.partition('/survey')[0]}/survey/preview#7K3M.0000-0000-0000-0000")
        expect(page.locator("h1:visible")).to_have_text("Do not answer here")
        file.write_text("colour: red\n")
        page.reload()
        expect(page.locator("h1:visible")).to_have_text("The file cannot be shown yet")
        visitor.looks_right()
