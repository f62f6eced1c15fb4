"""A person answers with the keyboard alone: from the first page to the receipt."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from answering import DESK, SURVEY
from by_keyboard import FOCUS, lost, skip, tab_to
from fixtures_wave import LiveServer
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


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
    expect(page.locator("#mode-sealed")).to_be_visible()
    assert page.evaluate(FOCUS)["tag"] == "BODY"  # The page has opened: the first is the skip link.
    assert len(tab_to(page, ".govuk-skip-link")) == 1
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
    skip(page)
    expect(page.locator("h1:visible")).to_have_text("Fairness")
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
    skip(page)
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


def test_the_long_form_is_answered_with_the_keyboard_alone_without_javascript(
    visit: Callable, live_server: LiveServer, code: str
) -> None:
    page: Page = visit(DESK, script=False).page
    page.goto(live_server.url + SURVEY)
    assert len(tab_to(page, ".govuk-skip-link")) == 1
    tab_to(page, "#code")
    page.keyboard.type("7K3M")
    page.keyboard.press("Enter")  # As a browser does it: with the first button of the form.
    expect(page.locator(".govuk-error-summary")).to_be_visible()
    tab_to(page, ".govuk-error-summary a")
    page.keyboard.press("Enter")
    # The link leads to the field; what was typed is there still.
    expect(page.locator("#code")).to_be_focused()
    page.keyboard.press("Control+A")
    page.keyboard.type(code)
    tab_to(page, "[name=challenge_safe]")
    for _ in range(4):
        page.keyboard.press("ArrowDown")
    tab_to(page, "[name=told][value=association]")
    page.keyboard.press("Space")
    tab_to(page, "#q-department")
    page.keyboard.type("North B")
    tab_to(page, "[name=in_probation]")
    page.keyboard.press("Space")
    tab_to(page, "main form button:not([name])")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Check your answers")
    expect(page.locator("main")).to_contain_text("My staff association")
    tab_to(page, "main form button:not([name])")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Your answers have been received")


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
