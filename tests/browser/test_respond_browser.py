"""A person answers in Chromium: on a phone, at a desk, and with JavaScript off."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from answering import (
    DESK,
    NARROW,
    PHONE,
    SURVEY,
    answer_everything,
    begin,
    choose,
    stay_when_asked,
    to_check_page,
)
from fixtures_wave import LiveServer
from playwright.sync_api import Page, expect

from survey.collect import codes
from survey.errors import CodeError, MistypedCode

pytestmark = pytest.mark.browser


def on_page(page: Page, heading: str, progress: str) -> None:
    """The page's heading, its title and the focus say where one is."""
    expect(page.locator("h1:visible")).to_have_text(heading)
    expect(page.locator("#progress")).to_have_text(progress)
    expect(page).to_have_title(f"{heading} - {progress} - Small survey")
    expect(page.locator("h1:visible")).to_be_focused()


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_a_person_answers_a_section_at_a_time(
    visit: Callable, live_server: LiveServer, code: str, width: int
) -> None:
    visitor = visit(width)
    page: Page = visitor.page
    page.goto(live_server.url + "/")
    visitor.looks_right()
    page.click("text=Autumn survey")
    expect(page).to_have_title("Small survey")
    expect(page.locator(".candour-section:visible")).to_have_count(0)
    visitor.looks_right()

    page.fill("#code", code[:-1] + ("A" if code[-1] != "A" else "B"))
    page.click("#next")
    expect(page).to_have_title("Error: Small survey")
    expect(page.locator(".govuk-error-summary")).to_be_focused()
    expect(page.locator("#code-error")).to_have_text(MistypedCode.PUBLIC)
    visitor.looks_right()
    page.click(".govuk-error-summary a")
    expect(page.locator("#code")).to_be_focused()

    page.fill("#code", f" {code.lower().replace('-', ' ')}")
    page.keyboard.press("Enter")
    on_page(page, "Speaking up", "Page 1 of 3")
    expect(page.locator(".govuk-error-summary")).to_have_count(0)
    visitor.looks_right()
    choose(page, "challenge_safe", "agree")
    page.click("#next")
    on_page(page, "Fairness", "Page 2 of 3")
    visitor.looks_right()
    choose(page, "told", "manager")
    choose(page, "told", "nobody")
    assert not page.is_checked("input[value=manager]")
    page.click("#next")
    on_page(page, "About you", "Page 3 of 3")
    visitor.looks_right()
    page.select_option("#q-department", "north-b")
    choose(page, "ethnicity", "bangladeshi")
    page.click("#next")

    expect(page.locator("h1:visible")).to_have_text("Check your answers")
    expect(page.locator("h1:visible")).to_be_focused()
    expect(page).to_have_title("Check your answers - Small survey")
    expect(page.locator("main")).to_contain_text("is stored as “Asian or Asian British”")
    visitor.looks_right()


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_a_person_changes_an_answer_and_sends(
    visit: Callable, live_server: LiveServer, code: str, width: int
) -> None:
    visitor = visit(width)
    page: Page = visitor.page
    to_check_page(page, live_server, code)
    page.click("[data-change=q-fair_treatment]")
    expect(page.locator("input[type=radio][name=fair_treatment][value=neither]")).to_be_focused()
    expect(page.locator("#next")).to_have_text("Check your answers")
    choose(page, "fair_treatment", "strongly_agree")
    page.click("#next")
    expect(page.locator("#checked")).to_contain_text("Strongly agree")
    page.click("#send")
    expect(page.locator("h1:visible")).to_have_text("Your answers have been received")
    assert len(page.inner_text("#receipt")) == 19
    visitor.looks_right()
    assert visitor.context.cookies() == []
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0
    page.go_back()
    expect(page.locator("#receipt")).to_be_visible()


@pytest.mark.parametrize(
    "address",
    [
        "/privacy",
        "/support/autumn",
        "/survey/none",
        "/questions/autumn",
        "/accessibility",
        "/colleagues/autumn",
        "/codes/autumn",
        "/example/board",
    ],
)
def test_the_other_pages_look_right(visit: Callable, live_server: LiveServer, address: str) -> None:
    visitor = visit(NARROW)
    visitor.page.goto(live_server.url + address)
    visitor.complaints.clear()  # A page that is not found is logged.
    visitor.looks_right()
    visitor.page.set_viewport_size({"width": DESK, "height": 900})
    visitor.looks_right(forced=False)


def test_nothing_is_clipped_on_the_narrowest_phone(
    visit: Callable, live_server: LiveServer, code: str
) -> None:
    visitor = visit(NARROW)
    page: Page = visitor.page
    begin(page, live_server, code)
    for _ in range(2):
        assert visitor.overflow() <= 0
        page.click("#next")
    assert visitor.overflow() <= 0
    page.click("#next")
    page.wait_for_selector("#checked")
    assert visitor.overflow() <= 0
    page.click("#send")
    page.wait_for_selector("#receipt")
    visitor.looks_right()
    panel, receipt = (page.locator(name).bounding_box() for name in (".govuk-panel", "#receipt"))
    assert panel
    assert receipt
    assert receipt["x"] >= panel["x"]
    assert receipt["x"] + receipt["width"] <= panel["x"] + panel["width"]


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_points_stand_side_by_side_where_there_is_room(
    visit: Callable, live_server: LiveServer, code: str, width: int
) -> None:
    page: Page = visit(width).page
    begin(page, live_server, code)
    boxes = [
        box
        for item in page.locator("input[name=challenge_safe]").all()
        if (box := item.bounding_box())
    ]
    assert len(boxes) == 6
    rows, columns = {box["y"] for box in boxes}, {box["x"] for box in boxes}
    assert (len(rows), len(columns)) == ((6, 1) if width == PHONE else (1, 6))


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_a_person_answers_one_long_form_without_javascript(
    visit: Callable, live_server: LiveServer, code: str, width: int
) -> None:
    visitor = visit(width, script=False)
    page: Page = visitor.page
    page.goto(live_server.url + SURVEY)
    visitor.looks_right()
    page.click("nav >> text=Fairness")
    assert page.url.endswith("#section-fairness")
    choose(page, "challenge_safe", "agree")
    page.select_option("#q-department", "north-a")
    choose(page, "ethnicity", "bangladeshi")
    page.click("text=Check your answers >> nth=-1")

    expect(page).to_have_title("Error: Small survey")
    expect(page.locator(".govuk-error-summary")).to_contain_text("Enter the code from your card")
    visitor.looks_right()
    assert page.is_checked("input[name=challenge_safe][value=agree]")
    page.fill("#code", code)
    page.click("#next")
    expect(page).to_have_title("Check your answers - Small survey")
    expect(page.locator("main")).to_contain_text("is stored as “Asian or Asian British”")
    visitor.looks_right()

    page.click("button[value=q-challenge_safe]")
    assert page.url.endswith("/check#q-challenge_safe")
    assert page.input_value("#q-department") == "north-a"
    choose(page, "challenge_safe", "disagree")
    page.click("#next")
    expect(page.locator("#checked")).to_contain_text("Disagree")
    page.click("#send")
    receipt = page.inner_text("#receipt")
    visitor.looks_right()
    page.reload()
    assert page.inner_text("#receipt") == receipt
    assert visitor.context.cookies() == []


def test_back_and_forward_walk_through_the_sections(
    visit: Callable, live_server: LiveServer, code: str
) -> None:
    page: Page = visit(PHONE).page
    begin(page, live_server, code)
    choose(page, "challenge_safe", "agree")
    page.click("#next")
    on_page(page, "Fairness", "Page 2 of 3")
    page.go_back()
    on_page(page, "Speaking up", "Page 1 of 3")
    assert page.is_checked("input[name=challenge_safe][value=agree]")
    page.go_forward()
    on_page(page, "Fairness", "Page 2 of 3")
    page.click("#back")
    on_page(page, "Speaking up", "Page 1 of 3")
    page.click("#back")
    expect(page).to_have_title("Small survey")
    assert page.input_value("#code") == code


def test_a_change_made_after_checking_is_checked_again(
    visit: Callable, live_server: LiveServer, code: str
) -> None:
    page: Page = visit(DESK).page
    to_check_page(page, live_server, code)
    page.go_back()
    expect(page.locator("h1:visible")).to_have_text("About you")
    choose(page, "in_probation", "no")
    page.go_forward()
    expect(page.locator("#checked")).to_contain_text("Are you in your probationary period? No")


def test_an_unknown_code_is_told_before_the_questions(
    visit: Callable, live_server: LiveServer
) -> None:
    page: Page = visit(PHONE).page
    page.goto(live_server.url + SURVEY)
    page.fill("#code", codes.make(1)[0])
    page.click("#next")
    expect(page.locator("#code-error")).to_have_text(CodeError.PUBLIC)
    expect(page).to_have_title("Error: Small survey")


def test_all_questions_can_be_answered_on_one_long_page(
    visit: Callable, live_server: LiveServer, code: str
) -> None:
    visitor = visit(DESK)
    page: Page = visitor.page
    page.goto(live_server.url + SURVEY)
    page.click("#all-at-once")
    expect(page.locator(".candour-section:visible")).to_have_count(3)
    visitor.looks_right()
    page.click("nav >> text=Fairness")
    expect(page.locator(".candour-section:visible")).to_have_count(3)
    page.fill("#code", code)
    choose(page, "challenge_safe", "agree")
    page.click("#next")
    expect(page.locator("#checked")).to_contain_text("Agree")
    page.click("[data-change=q-challenge_safe]")
    expect(page.locator("input[type=radio][name=challenge_safe][value=agree]")).to_be_focused()
    expect(page.locator(".candour-section:visible")).to_have_count(3)
    page.click("#next")
    page.click("#send")
    expect(page.locator("#receipt")).to_be_visible()


def test_axe_and_the_console_notice_a_bad_page(visit: Callable, live_server: LiveServer) -> None:
    visitor = visit(PHONE)
    visitor.page.goto(live_server.url + SURVEY)
    visitor.page.evaluate("document.querySelector('label[for=code]').remove()")
    visitor.page.evaluate("document.getElementById('start').style.width = '900px'")
    visitor.page.evaluate("document.body.append(document.createElement('style'))")
    visitor.page.evaluate("document.body.lastChild.textContent = 'p { color: red }'")
    assert any(found.startswith("label") for found in visitor.violations())
    assert visitor.overflow() > 0
    assert any("Content Security Policy" in complaint for complaint in visitor.complaints)


def test_the_code_of_a_card_comes_in_the_fragment_and_goes_from_the_address(
    visit: Callable, live_server: LiveServer, code: str
) -> None:
    page: Page = visit(PHONE).page
    page.goto(f"{live_server.url}{SURVEY}#{code.replace('-', '')}")
    expect(page.locator("#code")).to_have_value(code)
    assert page.url.endswith(SURVEY)


def test_answers_can_be_checked_without_a_connection(
    visit: Callable, live_server: LiveServer, code: str
) -> None:
    visitor = visit(PHONE)
    page: Page = visitor.page
    begin(page, live_server, code)
    answer_everything(page)
    visitor.context.set_offline(True)
    page.click("#next")
    expect(page.locator("#checked")).to_contain_text("Bangladeshi")


def test_without_a_connection_nothing_is_lost(
    visit: Callable, live_server: LiveServer, code: str
) -> None:
    visitor = visit(PHONE)
    page: Page = visitor.page
    page.goto(live_server.url + SURVEY)
    page.click("#all-at-once")
    choose(page, "ethnicity", "bangladeshi")
    page.fill("#code", code)
    visitor.context.set_offline(True)
    page.click("#next")
    expect(page.locator("#working")).to_contain_text("Your answers are still on this page")
    visitor.context.set_offline(False)
    page.click("#next")
    expect(page.locator("#checked")).to_contain_text("Bangladeshi")


def test_leaving_with_unsent_answers_asks_first_but_the_leave_button_does_not(
    visit: Callable, live_server: LiveServer, code: str
) -> None:
    visitor = visit(DESK)
    page: Page = visitor.page
    asked = stay_when_asked(page)
    visitor.context.route("**/weather", lambda route: route.fulfill(body="weather"))
    begin(page, live_server, code)
    choose(page, "challenge_safe", "agree")
    page.close(run_before_unload=True)
    page.wait_for_timeout(300)
    assert asked == ["beforeunload"]
    assert not page.is_closed()
    page.click(".govuk-exit-this-page__button")
    page.wait_for_url("https://www.bbc.co.uk/weather")
    assert asked == ["beforeunload"]


def test_after_a_back_nothing_of_the_last_person_is_left(
    visit: Callable, live_server: LiveServer, code: str
) -> None:
    page: Page = visit(DESK).page
    page.on("dialog", lambda dialog: dialog.accept())
    begin(page, live_server, code)
    choose(page, "challenge_safe", "agree")
    page.goto(live_server.url + "/privacy")
    page.go_back()
    page.wait_for_load_state()
    assert not page.is_checked("input[name=challenge_safe][value=agree]")
    assert page.input_value("#code") == ""
