"""Routing in Chromium: what is not asked is neither shown nor sealed, also if a mind changes."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from answering import DESK, NARROW, SURVEY, choose, finish, stored
from fixtures_wave import QUESTIONNAIRES, LiveServer, open_live_wave, serve
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def routed_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    home = tmp_path_factory.mktemp("routed") / "home"
    yield from serve(open_live_wave(home, QUESTIONNAIRES / "routed.yaml"))


TAKEN_BACK_SILENTLY = """() => {
  const [no, yes] = ["no", "yes"].map((code) =>
    document.querySelector(`[name=seen][value=${code}]`));
  yes.checked = true;
  yes.dispatchEvent(new Event("input", { bubbles: true }));
  no.checked = true;
}"""


def heading(page: Page, text: str) -> None:
    expect(page.locator("h1:visible")).to_have_text(text)


def test_a_page_at_a_time_asks_what_applies_and_seals_no_more(
    visit: Callable, routed_server: LiveServer
) -> None:
    visitor = visit(DESK)
    page: Page = visitor.page
    page.goto(routed_server.url + SURVEY)
    page.fill("#code", routed_server.live.codes[0])
    page.click("#next")
    heading(page, "Your work")
    expect(page.locator("#progress")).to_have_text("Page 1 of 3")
    choose(page, "employment", "constable")
    expect(page.locator("#progress")).to_have_text("Page 1 of 4")
    page.click("#next")
    heading(page, "On patrol")
    choose(page, "alone", "3")
    page.click("#back")
    choose(page, "employment", "staff")
    page.click("#next")
    heading(page, "At your desk")
    choose(page, "desk", "1")
    page.click("#next")
    heading(page, "All of us")
    expect(page.locator("#q-told")).to_be_hidden()
    choose(page, "seen", "yes")
    choose(page, "told", "nobody")
    page.fill("#q-why", "It would cost me.")
    expect(page.locator(".candour-for-whom:visible")).to_have_count(0)
    visitor.looks_right()
    choose(page, "seen", "no")
    expect(page.locator("#q-why")).to_be_hidden()
    expect(page.get_by_text("Do not report a crime or a danger here")).to_be_hidden()
    page.click("#next")
    heading(page, "About you")
    page.select_option("#q-department", "north-a")
    expect(page.locator("#next")).to_have_text("Continue")
    page.get_by_role("button", name="Say less").first.click()
    expect(page.locator("#next")).to_have_text("Check your answers")
    page.select_option("#q-department", "south-a")
    expect(page.locator("#next")).to_have_text("Check your answers")
    # What is marked as asked is not trusted: here it is older than the answer that decides.
    page.evaluate(TAKEN_BACK_SILENTLY)
    page.click("#next")
    page.wait_for_selector("#checked")
    expect(page.locator("#reply")).to_contain_text("You have answered 4 of 5 questions")
    expect(page.locator("#reply")).to_contain_text("your other answers leave out")
    expect(page.locator("#reply")).not_to_contain_text("On patrol")
    expect(page.locator("#reply")).not_to_contain_text("It would cost me.")
    visitor.looks_right()
    receipt = finish(page)
    _, row = stored(routed_server)[receipt]
    assert row == {"employment": "staff", "desk": "1", "seen": "no", "department": "south-a"}


def test_all_questions_at_once_say_for_whom_they_are(
    visit: Callable, routed_server: LiveServer
) -> None:
    visitor = visit(DESK)
    page: Page = visitor.page
    page.goto(routed_server.url + SURVEY)
    page.click("#all-at-once")
    expect(page.locator(".candour-for-whom:visible")).to_have_count(6)
    visitor.looks_right()


@pytest.fixture(scope="module")
def scaled_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    home = tmp_path_factory.mktemp("scaled") / "home"
    yield from serve(open_live_wave(home, QUESTIONNAIRES / "scaled.yaml"))


@pytest.mark.parametrize("width", [NARROW, DESK])
def test_a_grid_and_long_scales_are_questions_like_others(
    visit: Callable, scaled_server: LiveServer, width: int
) -> None:
    visitor = visit(width)
    page: Page = visitor.page
    page.goto(scaled_server.url + SURVEY)
    page.fill("#code", scaled_server.live.codes[width % 50])
    page.click("#next")
    heading(page, "Leaders")
    assert page.locator("table").count() == 0
    together = page.get_by_role("group", name="My manager", exact=True)
    expect(together.locator("fieldset")).to_have_count(3)
    expect(page.get_by_role("group", name="My manager listens to me.")).to_be_visible()
    choose(page, "listens", "never")
    choose(page, "recommend", "10")
    choose(page, "places", "indoors")
    choose(page, "places", "outdoors")
    choose(page, "places", "none")
    expect(page.locator("input[name=places]:checked")).to_have_count(1)
    visitor.looks_right()
    page.click("#next")
    page.click("#next")
    page.wait_for_selector("#checked")
    expect(page.locator("#reply")).to_contain_text("My manager listens to me.")
    expect(page.locator("#reply")).to_contain_text("10 – Extremely likely")
    receipt = finish(page)
    _, row = stored(scaled_server)[receipt]
    ticked = {name: code for name, code in row.items() if name.startswith("places")}
    assert ticked == {"places-indoors": "no", "places-outdoors": "no", "places-none": "yes"}
    assert (row["listens"], row["recommend"]) == ("never", "10")
