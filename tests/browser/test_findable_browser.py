"""How findable am I: told on the device as things are picked, and nothing leaves it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from answering import DESK, NARROW, SURVEY, Traffic, begin, choose
from fixtures_wave import LiveServer
from playwright.sync_api import Page, Route, expect

pytestmark = pytest.mark.browser

BANDS = {"force": "500 or more", "command=north": "100 to 199", "ethnicity=asian": "20 to 49"}


def told(route: Route) -> None:
    """The document as it is where headcounts were loaded before the wave opened."""
    body = route.fetch().text()
    bands = ",".join(f"&#34;{group}&#34;:&#34;{words}&#34;" for group, words in BANDS.items())
    assert "&#34;bands&#34;:{}" in body
    filled = body.replace("&#34;bands&#34;:{}", f"&#34;bands&#34;:{{{bands}}}")
    route.fulfill(body=filled, content_type="text/html; charset=utf-8")


def test_the_page_says_how_many_share_what_is_picked_and_sends_nothing(
    visit: Callable, live_server: LiveServer, code: str
) -> None:
    visitor = visit(DESK)
    page: Page = visitor.page
    page.route(f"**{SURVEY}", told)
    begin(page, live_server, code)
    for _ in range(2):
        page.click("#next")
    box, status = page.locator("#findable"), page.locator("#findable [role=status]")
    expect(status).to_contain_text("Nothing is sent")

    traffic = Traffic(page)
    page.select_option("#q-department", "north-b")
    expect(status).to_have_text(
        "The smallest group that counts you and may be reported: North, 100 to 199 colleagues."
    )
    expect(box).to_contain_text("too few to say; you are counted with North, 100 to 199 colleagues")
    choose(page, "ethnicity", "bangladeshi")
    choose(page, "in_probation", "yes")
    expect(status).to_contain_text("Asian or Asian British, 20 to 49 colleagues")
    expect(box).to_contain_text("too few to say; you are counted with everybody")
    visitor.looks_right()
    page.set_viewport_size({"width": NARROW, "height": 900})
    visitor.looks_right()

    page.get_by_role("button", name="only “North” for Command").press("Enter")
    expect(page.get_by_role("heading", name="How findable am I?")).to_be_focused()
    assert page.input_value("#q-department") == "north"
    expect(page.get_by_role("button", name="for Command")).to_have_count(1)
    expect(box).not_to_contain_text("you are counted with North")
    page.get_by_role("button", name="prefer not to say for Ethnic group").press("Enter")
    expect(page.get_by_role("heading", name="How findable am I?")).to_be_focused()
    assert page.is_checked("input[name=ethnicity][value=prefer-not-to-say]")
    expect(status).to_contain_text("North, 100 to 199")
    page.click("text=prefer not to say for Command")
    assert page.input_value("#q-department") == "prefer-not-to-say"
    expect(status).to_have_text("How many colleagues share this is too few to say.")
    assert traffic.requests == []
    page.click("#next")
    expect(page.locator("#checked")).to_contain_text("Nothing is stored for this question")


def test_without_javascript_all_groups_stand_on_a_page_that_is_the_same_for_everybody(
    visit: Callable, live_server: LiveServer
) -> None:
    visitor = visit(NARROW, script=False)
    page: Page = visitor.page
    page.goto(live_server.url + SURVEY)
    assert not page.is_visible("#findable [role=status]")
    address = page.get_attribute("#findable a:visible", "href")
    page.goto(live_server.url + str(address))
    expect(page.locator("h1")).to_have_text("How many colleagues each group has")
    assert visitor.overflow() <= 0
