"""Routing without JavaScript: the form says for whom a question is, the server drops the rest."""

from __future__ import annotations

import html_page
import pytest
from fixtures_wave import QUESTIONNAIRES, LiveWave, open_live_wave
from flask.testing import FlaskClient
from html_page import Page

from survey.app import create_app
from survey.close import counted_rows
from survey.collect import box, document

FORM = {
    "employment": "constable",
    "alone": "3",
    "rested": "1",
    "seen": "yes",
    "told": ["friend", "manager"],
    "helped": "3",
    "department": "south-a",
    "heard": "2",
}
OF_OTHERS = {"snow": "1", "desk": "2", "why": "Nobody asked me."}


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> LiveWave:
    home = tmp_path_factory.mktemp("routed") / "home"
    return open_live_wave(home, QUESTIONNAIRES / "routed.yaml")


@pytest.fixture(scope="module")
def browser(live: LiveWave) -> FlaskClient:
    return create_app(live.settings).test_client()


def post(browser: FlaskClient, step: str, form: dict, status: int = 200) -> Page:
    response = browser.post(f"/survey/autumn/{step}", data=form)
    assert response.status_code == status, response.text
    return html_page.parse(response.data)


def stored(live: LiveWave) -> list[dict[str, str]]:
    with box.connect(box.path_of(live.settings, "autumn"), "ro") as database:
        rows = database.execute("SELECT sealed FROM slot NATURAL JOIN token WHERE taken = 1")
        found = [counted_rows.opened_row(bytes(row), live.keys, live.wave) for (row,) in rows]
    return [one for one in found if one is not None]


def test_the_long_form_says_for_whom_a_question_is(browser: FlaskClient) -> None:
    page = browser.get("/survey/autumn").text
    assert page.count("Only if you answered “Officer” to “How do you work here?”") == 1
    assert "Only if you answered “Yes” to “Have you seen somebody treated badly?”" in page
    assert '<div data-route="told">' in page
    assert '<div data-route="heard">' not in page


def test_the_check_page_carries_and_counts_what_is_asked(
    browser: FlaskClient, live: LiveWave
) -> None:
    form = {document.CODE: live.codes[0], **FORM}
    plain = post(browser, "check", form)
    assert "You have answered 8 of 8 questions" in plain.text
    assert "your other answers leave out" not in plain.text
    page = post(browser, "check", {**form, **OF_OTHERS})
    assert "You have answered 8 of 8 questions" in page.text
    assert "your other answers leave out. They are not sent." in page.text
    assert "At your desk" not in page.text
    assert not set(OF_OTHERS) & set(page.fields("checked"))
    # Somebody goes back and answers otherwise.
    changed = post(browser, "check", {**form, "seen": "no"})
    assert "told" not in changed.fields("checked")
    assert "You have answered 7 of 7 questions" in changed.text


def test_what_nobody_is_shown_causes_no_error(browser: FlaskClient, live: LiveWave) -> None:
    both = {document.CODE: live.codes[0], **FORM, "told": ["friend", "nobody"]}
    assert "There is a problem" in post(browser, "check", both, 400).text
    long = {"why": "x" * 3000}
    assert "There is a problem" not in post(browser, "check", {**both, "seen": "no", **long}).text


def test_a_form_made_by_hand_is_stored_without_what_was_not_asked(
    browser: FlaskClient, live: LiveWave
) -> None:
    attempt = {document.ATTEMPT: "ab" * 32}
    by_hand = {document.CODE: live.codes[1], **attempt, **FORM, **OF_OTHERS, "seen": "no"}
    post(browser, "send", by_hand)
    (row,) = stored(live)
    assert row == {
        "employment": "officer",
        "alone": "3",
        "rested": "1",
        "seen": "no",
        "heard": "2",
        "helped": "3",
        "department": "south-a",
    }
