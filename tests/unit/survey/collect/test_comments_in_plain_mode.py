"""Comments without JavaScript: shown, checked, changed, never cut, sealed in the request."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import html_page
import pytest
from fixtures_wave import LiveWave
from flask.testing import FlaskClient
from html_page import Page

from survey.app import create_app
from survey.collect import box, document, envelope
from survey.questionnaire.model import LONGEST_COMMENT

TEXT = "First line.\r\n\r\n<b>Second</b> & “third”: ŵ 😀"
LINES = TEXT.replace("\r\n", "\n")


@pytest.fixture
def browser(commented_wave: LiveWave) -> FlaskClient:
    """A browser without JavaScript on the commented survey."""
    return create_app(commented_wave.settings).test_client()


def post(browser: FlaskClient, step: str, form: dict, status: int = 200) -> Page:
    response = browser.post(f"/survey/autumn/{step}", data=form)
    assert response.status_code == status
    return html_page.parse(response.data)


def filled(live: LiveWave, **answers: str) -> dict[str, str]:
    return {document.CODE: live.codes[0], **answers}


def opened(live: LiveWave) -> list[tuple[str, str]]:
    """(question, text) of every comment in the box."""
    assert live.keys.fallback
    with closing(sqlite3.connect(box.path_of(live.settings, "autumn"))) as database:
        rows = database.execute("SELECT question, sealed FROM comment WHERE taken = 1").fetchall()
    suite, key = envelope.SUITES[envelope.P256], live.keys.fallback
    return sorted(
        (name, suite.decrypt(row[1:], key, envelope.info("autumn", name)).decode().rstrip(" "))
        for name, row in rows
    )


def test_the_page_asks_with_what_is_promised_beside_it(browser: FlaskClient) -> None:
    page = html_page.parse(browser.get("/survey/autumn").data)
    for name in ("why", "change"):
        field = page.by_id(f"q-{name}")
        assert (field.tag, field.get("name"), field.get("autocomplete")) == (
            "textarea",
            name,
            "off",
        )
        assert field.get("maxlength") is None  # which would cut what is pasted without a word
        assert field.get("spellcheck") is None
    for words in (
        "never joined to your other answers",
        "Leave out names, collar numbers, vehicle marks, places and dates.",
        "How you write may also tell people who know you who you are.",
        "Only two people who sort comments for the release officers read it, after the survey",
        "Do not report a crime or a danger here. Nobody reads this until the survey has closed,",
        "what is stored does not say who wrote it, so nobody could come to help.",
        "Where to report, and who can support you",
        "One thing is enough. Up to 2,000 characters.",
    ):
        assert words in page.text
    assert page.fields("survey") == {"candour.code": [""], "why": [""], "change": [""]}


def test_a_survey_without_comments_says_nothing_of_them(client: FlaskClient) -> None:
    page = html_page.parse(client.get("/survey/autumn").data)
    assert "sort comments" not in page.text
    assert not list(page.root.iter("textarea"))


def test_a_comment_is_checked_carried_and_sealed(
    browser: FlaskClient, commented_wave: LiveWave
) -> None:
    form = filled(commented_wave, fair="agree", why=f"  {TEXT}\r\n", change=" \n ")
    page = post(browser, "check", form)
    assert "You have answered 2 of 4 questions" in page.text
    assert "<b>Second</b> & “third”" in page.text
    sent = page.fields("checked")
    assert sent["why"] == [LINES]
    assert "change" not in sent
    assert "received" in post(browser, "send", sent).h1
    assert opened(commented_wave) == [("change", ""), ("why", LINES)]


def test_change_brings_the_comment_back_as_it_was(
    browser: FlaskClient, commented_wave: LiveWave
) -> None:
    sent = post(browser, "check", filled(commented_wave, why=TEXT)).fields("checked")
    page = post(browser, "check", {**sent, "candour.change": ["q-why"]})
    assert page.fields("survey")["why"] == [LINES]
    again = post(browser, "check", page.fields("survey")).fields("checked")
    assert again["why"] == [LINES]


def test_a_comment_that_is_too_long_is_an_error_at_its_field_and_is_not_cut(
    browser: FlaskClient, commented_wave: LiveWave
) -> None:
    long = "é" * (LONGEST_COMMENT // 2) + "abc"
    page = post(browser, "check", filled(commented_wave, change=long), 400)
    assert page.title.startswith("Error: ")
    sentence = "Your comment is 3 over the limit of 2,000 characters: shorten it."
    assert page.text.count(sentence) == 2
    assert sentence in html_page.words(page.by_id("q-change-error"))
    assert "q-change-error" in (page.by_id("q-change").get("aria-describedby") or "")
    assert page.fields("survey")["change"] == [long]
    shorter = post(browser, "check", filled(commented_wave, change=long[:-3])).fields("checked")
    post(browser, "send", shorter)
    assert opened(commented_wave) == [("change", long[:-3]), ("why", "")]


@pytest.mark.parametrize("step", ["check", "send"])
@pytest.mark.parametrize("wrong", [["one", "two"], ["x" * 2001]])
def test_what_the_page_would_not_send_is_refused(
    browser: FlaskClient, commented_wave: LiveWave, step: str, wrong: list[str]
) -> None:
    form = {**filled(commented_wave), "candour.attempt": "a" * 64, "why": wrong}
    response = browser.post(f"/survey/autumn/{step}", data=form)
    assert response.status_code == 400
    assert opened(commented_wave) == []


def test_the_check_page_of_an_empty_comment_says_so(
    browser: FlaskClient, commented_wave: LiveWave
) -> None:
    page = post(browser, "check", filled(commented_wave))
    assert page.text.count("Not answered") == 4


def test_privacy_page_says_what_becomes_of_comments(browser: FlaskClient) -> None:
    text = html_page.parse(browser.get("/privacy").data).text
    assert "Each comment that a survey asks for, sealed by itself, empty or not" in text
    assert "how you write may tell people who know you who you are" in text
    assert (
        "an operator who recorded everything that arrives could have kept the two together" in text
    )


def test_a_ticket_brings_comments_too(browser: FlaskClient, commented_wave: LiveWave) -> None:
    asked = {document.CODE: commented_wave.codes[0], document.ATTEMPT: "a" * 64}
    file = browser.post("/ticket/autumn/file", data=asked).text
    page = post(browser, "check", {document.TICKET: file, "why": TEXT})
    assert "received" in post(browser, "send", page.fields("checked")).h1
    assert opened(commented_wave) == [("change", ""), ("why", LINES)]


def test_the_check_page_warns_of_what_tells_of_the_writer_and_sends_all_the_same(
    browser: FlaskClient, commented_wave: LiveWave
) -> None:
    form = filled(commented_wave, why="Sgt Jones said <no>.", change="Nothing.")
    page = post(browser, "check", form)
    assert page.text.count("This could tell who you are: a name (“Sgt Jones”).") == 1
    post(browser, "send", page.fields("checked"))
    assert opened(commented_wave) == [("change", "Nothing."), ("why", "Sgt Jones said <no>.")]


def test_the_check_page_warns_of_nothing_where_nothing_tells(
    browser: FlaskClient, commented_wave: LiveWave
) -> None:
    page = post(browser, "check", filled(commented_wave, why="More sleep."))
    assert "could tell who you are" not in page.text
