"""A wave manager goes from a new wave to cards that are ready, in a real Chromium, in one visit."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fixtures_planning import MANAGER, WAVES, planning_site, workbook_of
from fixtures_results import PASSWORD
from fixtures_wave import QUESTIONNAIRES
from served import serve_app

from survey.close import keys
from survey.collect import code_list, codes, halves
from survey.manage import waves
from survey.planning import forecast_pages

pytestmark = pytest.mark.browser

HEADCOUNTS = {
    **{"command=north-a": 30, "command=north-b": 200, "command=south-a": 170},
    **{"ethnicity=white": 355, "ethnicity=asian": 30, "ethnicity=black": 15},
}


def test_from_a_new_wave_to_cards_that_are_ready(
    visit: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forecast_pages, "DRAWS", 2)
    site = planning_site(tmp_path / "home", monkeypatch)
    files = write_files(tmp_path)
    for address in serve_app(site.app):
        visitor = visit(375)
        page = visitor.page
        page.goto(f"{address}/sign-in")
        page.get_by_label("Name").fill(MANAGER)
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.get_by_role("link", name="Waves: prepare and run").click()
        page.get_by_role("button", name="Prepare a new wave").click()
        make_draft(visitor, files)
        page.wait_for_url(f"{address}{WAVES}/autumn-2027")
        load_headcounts(visitor, files)
        forecast(visitor)
        page.goto(f"{address}{WAVES}/autumn-2027")
        give_cards(visitor, files)
        assert "60 cards" in page.locator("main").inner_text()
        visitor.looks_right()
    assert waves.get(site.stores, "autumn-2027").cards == 60


def make_draft(visitor: Any, files: dict[str, Path]) -> None:
    page = visitor.page
    page.get_by_label("Title").fill("Autumn 2027")
    page.get_by_label("Id", exact=True).fill("autumn-2027")
    page.get_by_label("The file of your own questionnaire").set_input_files(files["wrong"])
    page.get_by_label("The officers' public.json").set_input_files(files["public"])
    page.get_by_role("button", name="Go on").click()
    assert page.locator(".mistakes__one").count() > 1
    page.locator("summary").click()
    visitor.looks_right(forced=False)
    text = page.get_by_label("Your questionnaire, as it was sent")
    text.fill(text.input_value().replace("versoin:", "version:"))
    page.get_by_role("button", name="Go on").click()
    page.get_by_label("I compared it with theirs").check()
    visitor.looks_right(forced=False)
    page.get_by_role("button", name="Make the draft").click()


def load_headcounts(visitor: Any, files: dict[str, Path]) -> None:
    page = visitor.page
    page.get_by_role("link", name="Load headcounts").click()
    page.locator("#file").set_input_files(files["headcounts"])
    page.get_by_role("button", name="Go on").click()
    visitor.looks_right(forced=False)
    page.get_by_role("button", name="Load them").click()


def forecast(visitor: Any) -> None:
    """It runs in a process of its own: the page is asked again until it is done."""
    page = visitor.page
    page.get_by_role("link", name="Make a forecast").click()
    page.get_by_role("button", name="Make a forecast").click()
    for _ in range(50):
        if page.locator("#said").count():
            break
        page.wait_for_timeout(400)
        page.reload()
    assert page.get_by_role("heading", name="What to expect at 60 %").count() == 1
    visitor.looks_right(forced=False)


def give_cards(visitor: Any, files: dict[str, Path]) -> None:
    page = visitor.page
    printed = page.locator("#fingerprint").inner_text()
    page.get_by_role("link", name="Make and print cards").click()
    page.get_by_label("How many cards").fill("60")
    page.get_by_role("button", name="Show the line to run").click()
    assert printed in page.locator("#line").inner_text()
    page.locator("#file").set_input_files(files["halves"])
    page.get_by_label("Fingerprint, read from").fill(printed)
    page.get_by_label("SHA-256, as the officers").fill(files["digest"].name)
    visitor.looks_right(forced=False)
    page.get_by_role("button", name="Take them in").click()


def write_files(folder: Path) -> dict[str, Path]:
    """What people bring: a questionnaire with mistakes, keys, headcounts and public halves."""
    tiny = (QUESTIONNAIRES / "tiny.yaml").read_text()
    made = [codes.public_half(codes.parse(code), "autumn-2027") for code in codes.make(60)]
    table = [["group", "headcount"], *map(list, HEADCOUNTS.items())]
    contents = {
        "wrong": tiny.replace("version:", "versoin:").encode(),
        "public": keys.new().public.as_json().encode(),
        "headcounts": workbook_of(People=table),
        "halves": "".join(halves.as_text("autumn-2027", made)).encode(),
    }
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    found = {name: folder / name for name in contents}
    return {**found, "digest": Path(code_list.of(made).digest[:16])}
