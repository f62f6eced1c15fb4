"""What Chromium writes to a persistent profile: never a code that somebody typed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from answering import SURVEY, answer_everything
from fixtures_wave import QUESTIONNAIRES, LiveServer, open_live_wave, serve
from playwright.sync_api import BrowserContext, Page, expect

from survey.collect import fingerprint

pytestmark = pytest.mark.browser

TICKET = "/ticket/autumn"
Launch = Callable[..., BrowserContext]
Visit = Callable[[Page], None]
TAKES_THE_CODE_ALONG = """
for (const link of document.querySelectorAll("a[href='/ticket/autumn']"))
  link.addEventListener("click", () => { link.hash = document.getElementById("code").value; });
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    home = tmp_path_factory.mktemp("profiles") / "home"
    yield from serve(open_live_wave(home, QUESTIONNAIRES / "small.yaml"))


def files_with(code: str, profile: Path) -> set[str]:
    """The files that hold the code, as it is printed or typed, in UTF-8 or UTF-16."""
    bare = code.replace("-", "")
    written = {code, bare, code.replace("-", " ")}
    written |= {text.lower() for text in written}
    marks = [text.encode(kind) for text in written for kind in ("utf-8", "utf-16-le")]
    found = set()
    for path in profile.rglob("*"):
        if path.is_file() and any(mark in path.read_bytes() for mark in marks):
            found.add(path.name)
    return found


def left_by(
    launch: Launch, profile: Path, visit: Visit, code: str, *, script: bool = True
) -> set[str]:
    """Visit with a profile on the disk, close the browser, and search everything it wrote."""
    context = launch(profile, script=script)
    context.set_default_timeout(20_000)
    visit(context.new_page())
    context.close()
    assert any(path.name == "History" for path in profile.rglob("*"))
    return files_with(code, profile)


def type_into(page: Page, code: str) -> None:
    page.locator("#code").press_sequentially(code.lower().replace("-", " "))


def to_the_ticket_page(page: Page) -> None:
    page.click("a:visible >> text=Take a ticket")
    expect(page.locator("h1")).to_have_text("Take a ticket, answer later")
    expect(page.locator("#code")).to_have_value("")


def test_a_typed_code_is_not_in_the_profile(
    launch: Launch, server: LiveServer, tmp_path: Path
) -> None:
    code = server.live.codes[0]

    def visit(page: Page) -> None:
        page.on("dialog", lambda dialog: dialog.accept())
        page.goto(server.url + SURVEY)
        type_into(page, code)
        to_the_ticket_page(page)
        type_into(page, code)
        page.click("text=Go to the survey")
        type_into(page, code)
        page.click("#next")
        expect(page.locator("h1:visible")).to_have_text("Speaking up")
        answer_everything(page)
        page.click("#next")
        page.click("#send")
        expect(page.locator("#receipt")).to_be_visible()

    assert left_by(launch, tmp_path, visit, code) == set()


def test_a_code_that_was_typed_for_a_ticket_is_not_in_the_profile(
    launch: Launch, server: LiveServer, tmp_path: Path
) -> None:
    code = server.live.codes[1]

    def visit(page: Page) -> None:
        page.goto(server.url + TICKET)
        type_into(page, code)
        page.click("#take")
        expect(page.locator("h1")).to_have_text("Save your ticket")
        with page.expect_download():
            page.click("#save")

    assert left_by(launch, tmp_path, visit, code) == set()


def test_a_page_that_takes_the_code_along_is_noticed(
    launch: Launch, server: LiveServer, tmp_path: Path
) -> None:
    code = server.live.codes[2]

    def visit(page: Page) -> None:
        page.goto(server.url + SURVEY)
        page.fill("#code", code)
        page.evaluate(TAKES_THE_CODE_ALONG)
        page.click("a:visible >> text=Take a ticket")
        expect(page.locator("#code")).to_have_value(code)

    assert "History" in left_by(launch, tmp_path, visit, code)


def test_a_scanned_link_stays_in_the_history_as_the_privacy_page_says(
    launch: Launch, server: LiveServer, tmp_path: Path
) -> None:
    code = server.live.codes[3]
    link = f"{server.url}{SURVEY}#{code}.{fingerprint.of(server.live.wave)}"

    def visit(page: Page) -> None:
        page.goto(link)
        expect(page.locator("#code")).to_have_value(code)

    assert "History" in left_by(launch, tmp_path, visit, code)


def test_forms_without_javascript_stay_in_the_session_alone_as_the_privacy_page_says(
    launch: Launch, server: LiveServer, tmp_path: Path
) -> None:
    code = server.live.codes[4]

    def visit(page: Page) -> None:
        page.goto(server.url + SURVEY)
        type_into(page, code)
        page.click("a:visible >> text=Take a ticket")
        type_into(page, code)
        page.click("#take")
        expect(page.locator("h1")).to_have_text("Save your ticket")
        page.goto(server.url + SURVEY)
        type_into(page, code)
        page.click("#next")
        page.click("#send")
        expect(page.locator("#receipt")).to_be_visible()

    found = left_by(launch, tmp_path, visit, code, script=False)
    assert found
    assert all(name.startswith(("Session_", "Tabs_")) for name in found)
