"""The readers' pages in a real Chromium: accessible, never wider than the window, clean console."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from threading import Event
from typing import Any

import fixtures_procedures as procedures
import pytest
from answering import NARROW
from by_keyboard import skip, tab_to
from fixtures_release import NORTH
from fixtures_results import BOARD, HR, PASSWORD, SIGNER, make_site
from playwright.sync_api import expect
from pypdf import PdfReader
from served import serve_app

from analysis.release import folder
from survey.results import store
from survey.results.paper import printing

pytestmark = pytest.mark.browser

WIDTHS = {"phone": 375, "desk": 1280}
PAGES = {
    "board": (BOARD, f"/results/board/{NORTH}"),
    "board-theme": (BOARD, f"/results/board/{NORTH}/winter/theme/discrimination"),
    "hidden-group": (
        BOARD,
        f"/results/board/{NORTH}/winter/theme/leadership?group=command%3D{NORTH}-2",
    ),
    "hr": (HR, "/results/hr"),
    "hr-commands": (HR, "/results/hr/winter/themes"),
    "hr-theme": (HR, "/results/hr/winter/theme/grievance"),
}

SIDEWAYS = "boxes => boxes.filter(box => box.scrollWidth > box.clientWidth).length"
"""How many tables are wider than their box."""
THEMES = (BOARD, f"/results/board/{NORTH}/winter/themes")


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    yield from serve_app(make_site(tmp_path_factory.mktemp("results")).app)


def open_page(visit: Callable[..., Any], address: str, width: int, name: str, path: str) -> Any:
    """A visitor who signed in by hand and went to `path`."""
    visitor = visit(width)
    page = visitor.page
    page.goto(f"{address}/sign-in")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.goto(address + path)
    return visitor


@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS)
@pytest.mark.parametrize(("name", "path"), PAGES.values(), ids=PAGES)
def test_page_is_accessible_and_fits(
    visit: Callable[..., Any], address: str, width: int, name: str, path: str
) -> None:
    visitor = open_page(visit, address, width, name, path)
    visitor.looks_right(forced=False)  # Below, with all of it open.
    for details in visitor.page.locator("details").all():
        details.evaluate("box => box.open = true")
    visitor.looks_right()
    assert visitor.page.locator(".scroll").evaluate_all(SIDEWAYS) == 0


def test_every_room_is_reached_by_the_navigation_and_is_accessible(
    visit: Callable[..., Any], address: str
) -> None:
    """One visit to all of them: wide, with everything open, then as narrow as a phone."""
    visitor = open_page(visit, address, 1280, *PAGES["board"])
    page = visitor.page
    names = [link.inner_text() for link in page.locator(".rooms a").all()]
    assert len(names) >= 10
    for name in names:
        page.locator(".rooms").get_by_role("link", name=name, exact=True).click()
        assert page.locator("h1").inner_text() == name
        page.evaluate("document.querySelectorAll('details').forEach(box => { box.open = true; })")
        page.set_viewport_size({"width": 375, "height": 800})
        visitor.looks_right(forced=False)
        assert page.locator(".scroll").evaluate_all(SIDEWAYS) == 0, name
        page.set_viewport_size({"width": 1280, "height": 800})
        assert visitor.overflow() <= 0
    page.goto(f"{address}{PAGES['board'][1]}/winter/file/csvw")  # of the room of files
    page.set_viewport_size({"width": 375, "height": 800})
    visitor.looks_right(forced=False)
    page.get_by_role("link", name="Response North: results for the board").click()
    assert page.locator("h1").inner_text() == "Response North: results for the board"


def test_a_board_reads_with_the_keyboard_alone(visit: Callable[..., Any], address: str) -> None:
    """From signing in to a room, what opens there, and a table that scrolls; then out again."""
    page = visit(NARROW).page
    page.goto(f"{address}/sign-in")
    assert len(tab_to(page, ".govuk-skip-link")) == 1
    tab_to(page, "[name=name]")
    page.keyboard.type(BOARD)
    tab_to(page, "[name=password]")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Response North: results for the board")
    skip(page)
    # On a phone the names of the rooms are folded away.
    tab_to(page, ".rooms-folded summary")
    page.keyboard.press("Enter")
    tab_to(page, ".rooms-folded a[href$='/trends']")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).not_to_contain_text("results for the board")
    skip(page)
    tab_to(page, "main details:not(.rooms-folded) summary")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.parentElement.open")
    tab_to(page, ".scroll")
    tab_to(page, "footer a")
    page.goto(f"{address}/results/board/{NORTH}")
    tab_to(page, ".sign-out")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Sign in to read results")


def test_hr_reads_with_the_keyboard_alone(visit: Callable[..., Any], address: str) -> None:
    """From the front page to the room of themes, a heat map that scrolls, a theme, and back."""
    page = open_page(visit, address, 1280, *PAGES["hr"]).page
    assert len(tab_to(page, ".govuk-skip-link")) == 1
    skip(page)
    tab_to(page, ".rooms a[href$='/themes']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/themes")
    skip(page)
    tab_to(page, ".scroll")
    tab_to(page, "main a[href*='/theme/']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/theme/**")
    skip(page)
    tab_to(page, "main select")
    chosen = page.locator("main select").input_value()
    page.keyboard.press("ArrowDown")
    tab_to(page, "main form button")
    page.keyboard.press("Enter")
    page.wait_for_url("**group=**")
    assert page.locator("main select").input_value() != chosen
    tab_to(page, "footer a")


@pytest.fixture(scope="module")
def counted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A site with a Release that has HR's counts of processes."""
    site = make_site(tmp_path_factory.mktemp("counted"), waves=())
    release = procedures.released(
        procedures.counted(tables=["command", "ethnicity"], risks={"asian": 0.14, "black": 0.14})
    )
    verifier = SIGNER.public_key().public_bytes_raw()
    store.add(site.stores, folder.packed(release, SIGNER), verifier)
    yield from serve_app(site.app)


@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS)
def test_procedures_and_perceptions_are_accessible_and_fit(
    visit: Callable[..., Any], counted: str, width: int
) -> None:
    visitor = open_page(visit, counted, width, HR, "/results/hr/w1/procedures")
    visitor.looks_right(forced=False)
    assert visitor.page.get_by_text("It does not tell us why.").count()
    for details in visitor.page.locator("details").all():
        details.evaluate("box => box.open = true")
    visitor.looks_right()


def test_heat_map_scrolls_in_its_own_box_where_it_does_not_fit(
    visit: Callable[..., Any], address: str
) -> None:
    visitor = open_page(visit, address, 240, *THEMES)
    box = visitor.page.locator(".scroll").first
    assert box.evaluate("box => box.scrollWidth > box.clientWidth")
    box.focus()
    visitor.page.keyboard.press("ArrowRight")
    visitor.page.wait_for_function(
        "() => document.querySelector('.scroll').scrollLeft > 0", timeout=5000
    )
    label = visitor.page.locator(".heat__group").first.bounding_box()
    assert label is not None
    assert label["x"] >= 0  # the group's name stays in view
    assert visitor.overflow() <= 0


def test_protected_characteristics_are_read_down_on_a_phone_and_across_at_a_desk(
    visit: Callable[..., Any], address: str
) -> None:
    visitor = open_page(visit, address, 375, HR, "/results/hr/winter/equality")
    page = visitor.page
    boxes, name = page.locator(".scroll"), page.locator(".equality .stacked__of").nth(1)
    assert boxes.count() == 2
    assert boxes.evaluate_all(SIDEWAYS) == 0
    beside = page.locator(".equality .govuk-table__cell").nth(1)
    left, right = name.bounding_box(), beside.bounding_box()
    assert left is not None
    assert right is not None
    assert left["x"] + left["width"] <= right["x"]
    assert abs(left["y"] - right["y"]) < 3
    unstacked = "tables => tables.forEach(one => one.classList.remove('stacked'))"
    page.locator(".equality").evaluate_all(unstacked)
    assert boxes.evaluate_all(SIDEWAYS) == 2  # the check sees what does not fit
    page.reload()
    visitor.looks_right(forced=False)
    page.set_viewport_size({"width": 1280, "height": 800})
    assert not name.is_visible()
    assert boxes.evaluate_all(SIDEWAYS) == 0
    visitor.looks_right(forced=False)


@pytest.mark.parametrize("width", [375, 320])
def test_every_theme_is_in_view_at_once_on_a_phone(
    visit: Callable[..., Any], address: str, width: int
) -> None:
    visitor = open_page(visit, address, width, *PAGES["hr-commands"])
    last = visitor.page.locator(".heat").first.locator(".heat__theme").last.bounding_box()
    assert last is not None
    assert last["x"] + last["width"] <= width


def test_colours_are_painted_by_svg_and_so_are_printed(
    visit: Callable[..., Any], address: str, tmp_path: Path
) -> None:
    visitor = open_page(visit, address, 1280, *THEMES)
    visitor.page.emulate_media(media="print")
    painted = visitor.page.locator(".heat__shade").first
    assert painted.is_visible()
    background = visitor.page.locator(".heat__cell").first.evaluate(
        "cell => getComputedStyle(cell).backgroundColor"
    )
    assert background == "rgba(0, 0, 0, 0)"
    figures = re.findall(r"\d+%|\(\d+", visitor.page.locator("body").text_content())
    printed = PdfReader(BytesIO(visitor.page.pdf(format="A4", print_background=False)))
    text = " ".join(" ".join(sheet.extract_text() for sheet in printed.pages).split())
    assert len(figures) > 20  # Ranges stand in what is folded on the page.
    assert set(figures) <= set(re.findall(r"\d+%|\(\d+", text))
    assert "[c]" in text


def test_values_stay_readable_in_forced_colours(visit: Callable[..., Any], address: str) -> None:
    visitor = open_page(visit, address, 1280, *THEMES)
    visitor.page.emulate_media(forced_colors="active")
    assert not visitor.page.locator(".heat__shade").first.is_visible()
    assert visitor.page.locator(".heat__value").first.is_visible()


def test_choosing_another_group_needs_no_script(visit: Callable[..., Any], address: str) -> None:
    visitor = visit(375, script=False)
    page = visitor.page
    page.goto(f"{address}/results/sign-in")
    page.get_by_label("Name").fill(BOARD)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("link", name="Leadership").first.click()
    page.get_by_label("Show the answers of").select_option(f"command={NORTH}-1")
    page.get_by_role("button", name="Show").click()
    assert "Response North, team 1:" in page.locator("main").inner_text()
    assert visitor.overflow() <= 0


def waits_in_view(
    visit: Callable[..., Any], address: str, patch: pytest.MonkeyPatch, styles: str = ""
) -> bool:
    """Whether the page of a file shows how far it is while the file is made, and not after."""
    goes_on = Event()

    def slow(*_pages: str) -> bytes:
        logging.getLogger("weasyprint.progress").info("Step 5 - Creating layout - Page 10")
        assert goes_on.wait(60)
        return b"%PDF"

    logging.getLogger("weasyprint.progress").setLevel(logging.INFO)
    patch.setattr(printing, "made", slow)
    page = open_page(visit, address, 1280, *PAGES["board"]).page
    if styles:
        page.route(
            "**/results.*.css", lambda route: route.fulfill(body=styles, content_type="text/css")
        )
    page.goto(f"{address}/results/board/{NORTH}/winter/all-pages", wait_until="commit")
    step = page.get_by_text("10 sheets")
    step.wait_for(state="attached")
    seen: bool = step.is_visible()
    goes_on.set()
    page.locator("main .govuk-button").wait_for()
    assert not step.is_visible()
    return seen


def test_how_far_a_file_is_can_be_seen(
    visit: Callable[..., Any], address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert waits_in_view(visit, address, monkeypatch)


def test_steps_that_are_hidden_until_they_are_over_are_noticed(
    visit: Callable[..., Any], address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    hidden = ".making:not(:last-child) { display: none; }"
    assert not waits_in_view(visit, address, monkeypatch, hidden)
