"""A person answers with the keyboard alone: from the first page to the receipt."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from answering import DESK
from fixtures_wave import LiveServer
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

LONGEST = 40
"""Presses of Tab after which nothing is found."""

FOCUS = """() => {
  const held = document.activeElement, style = getComputedStyle(held);
  const part = getComputedStyle(held.type === 'radio' || held.type === 'checkbox'
    ? held.nextElementSibling : held, held.type === 'radio' || held.type === 'checkbox'
    ? '::before' : undefined);
  const box = held.getBoundingClientRect();
  const marked = [style, part].some(each => each.outlineStyle !== 'none'
    && parseFloat(each.outlineWidth) >= 2 || each.boxShadow !== 'none');
  return { tag: held.tagName, id: held.id, name: held.name || '', marked,
    inView: box.bottom > 0 && box.top < innerHeight && box.width > 0,
    place: Array.from(document.querySelectorAll('*')).indexOf(held) };
}"""
"""Where the focus is: what has it, whether a mark shows it, and its place in the page."""


def tab_to(page: Page, wanted: str) -> list[dict]:
    """Press Tab until what `wanted` selects has the focus; gives each place on the way."""
    walked = []
    for _ in range(LONGEST):
        page.keyboard.press("Tab")
        walked.append(page.evaluate(FOCUS))
        if page.evaluate("wanted => document.activeElement.matches(wanted)", wanted):
            assert lost(walked) == []
            return walked
    raise AssertionError(f"{wanted} is not reached: {[each['id'] for each in walked]}")


def lost(walked: list[dict]) -> list[str]:
    """What is wrong with how the focus went: lost, not to be seen, or against the page's order."""
    found = []
    for each in walked:
        name = each["id"] or each["name"] or each["tag"]
        if each["tag"] == "BODY":
            found.append("the focus is lost")
        elif not (each["marked"] and each["inView"]):
            found.append(f"{name} does not show that it has the focus")
    places = [each["place"] for each in walked]
    return found + (["the focus jumps back"] if places != sorted(places) else [])


def heard(page: Page, heading: str) -> None:
    """A new page begins at its heading, so that the focus is on it and is said."""
    expect(page.locator("h1:visible")).to_have_text(heading)
    expect(page.locator("h1:visible")).to_be_focused()


def test_the_survey_is_answered_with_the_keyboard_alone(
    visit: Callable, live_server: LiveServer, code: str
) -> None:
    page: Page = visit(DESK).page
    page.goto(live_server.url + "/")
    walked = tab_to(page, "main a[href='/survey/autumn']")
    assert walked[0]["tag"] == "A"
    page.keyboard.press("Enter")
    page.wait_for_selector("#code")
    tab_to(page, "#next")
    page.keyboard.press("Enter")
    expect(page.locator(".govuk-error-summary")).to_be_focused()
    tab_to(page, ".govuk-error-summary a")
    page.keyboard.press("Enter")
    expect(page.locator("#code")).to_be_focused()
    page.keyboard.type(code)
    page.keyboard.press("Enter")

    heard(page, "Speaking up")
    tab_to(page, "[name=challenge_safe]")
    for _ in range(4):
        page.keyboard.press("ArrowDown")
    expect(page.locator("[name=challenge_safe]:checked")).to_have_value("strongly_agree")
    assert lost([page.evaluate(FOCUS)]) == []
    tab_to(page, "[name=concern_heard]")
    page.keyboard.press("Space")
    tab_to(page, "#next")
    page.keyboard.press("Enter")

    heard(page, "Fairness")
    tab_to(page, "[name=told][value=association]")
    page.keyboard.press("Space")
    tab_to(page, "#next")
    page.keyboard.press("Space")

    heard(page, "About you")
    tab_to(page, "#q-department")
    page.keyboard.type("North B")
    expect(page.locator("#q-department")).to_have_value("north-b")
    tab_to(page, "#next")
    page.keyboard.press("Enter")

    heard(page, "Check your answers")
    tab_to(page, "[data-change=q-told]")
    page.keyboard.press("Enter")
    expect(page.locator("[name=told]:checked")).to_be_focused()
    tab_to(page, "#next")
    page.keyboard.press("Enter")
    heard(page, "Check your answers")
    expect(page.locator("#checked")).to_contain_text("My staff association")
    tab_to(page, "#send")
    page.keyboard.press("Enter")
    heard(page, "Your answers have been received")


def test_a_lost_or_hidden_focus_is_noticed(visit: Callable, live_server: LiveServer) -> None:
    page: Page = visit(DESK).page
    page.goto(live_server.url + "/")
    page.evaluate("document.querySelector('.candour-bar').before(document.querySelector('footer'))")
    page.evaluate(
        "document.adoptedStyleSheets = [Object.assign(new CSSStyleSheet(), {})];"
        "document.adoptedStyleSheets[0].replaceSync('* { outline: 0 !important;"
        " box-shadow: none !important }')"
    )
    with pytest.raises(AssertionError, match="does not show that it has the focus"):
        tab_to(page, "main a[href='/survey/autumn']")
    here = {"tag": "A", "id": "a", "name": "", "marked": True, "inView": True, "place": 9}
    assert lost([here, here | {"tag": "BODY", "place": 10}]) == ["the focus is lost"]
    assert lost([here, here | {"place": 3}]) == ["the focus jumps back"]
