"""Pages of respondents in English and Welsh: whole in each, and the choice is kept nowhere."""

from __future__ import annotations

import gzip
import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from functools import cache
from html import unescape

import flask_babel
import html_page
import pytest
from answering import stored
from babel.support import NullTranslations
from catalogue_of_sentences import translated
from fixtures_questionnaires import texts_of
from fixtures_wave import QUESTIONNAIRES, LiveServer, LiveWave, open_live_wave
from flask.testing import FlaskClient
from html_page import Page, words
from plain_forms import set_state

from survey import languages
from survey.app import create_app, create_preview
from survey.collect import both, box, document, sent
from survey.manage import waves
from survey.questionnaire import loader

SURVEY = "/survey/autumn"
GET = (
    "/",
    "/privacy",
    "/accessibility",
    *(f"/{page}/autumn" for page in ("support", "questions", "colleagues", "receipts", "codes")),
    "/ticket/autumn",
)
CHOSEN = {
    "safe": ["agree"],
    "well": ["yes"],
    "room": ["yes"],
    "told": ["manager", "association"],
    "help": ["Sbaen"],
    "department": ["north-b"],
    "ethnicity": ["bangladeshi"],
}
TAG, GAP = re.compile(r"<[^>]+>"), re.compile(r"%\(\w+\)s|\{\w+\}")
WRITTEN = loader.load(QUESTIONNAIRES / "bilingual.yaml")


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> LiveWave:
    home = tmp_path_factory.mktemp("welsh") / "home"
    return open_live_wave(home, QUESTIONNAIRES / "bilingual.yaml")


@pytest.fixture
def browser(live: LiveWave) -> FlaskClient:
    return create_app(live.settings).test_client()


@cache
def sentences(language: str) -> frozenset[str]:
    """What program and questionnaire say in one language and not in the other, in pieces."""
    said = [(one.id, one.string) for one in translated() if one.id and isinstance(one.id, str)]
    said += [(text.en, text.cy) for text in texts_of(WRITTEN) if text.cy]
    pieces = set()
    for one in said:
        own, other = one if language == "en" else one[::-1]
        for piece in GAP.sub("\0", TAG.sub("\0", own)).split("\0"):
            if len(piece.strip(" .,:;")) > 3 and piece.strip(" .,:;") not in other:
                pieces.add(piece.strip(" .,:;"))
    return frozenset(pieces)


def shown(page: str) -> str:
    """All that a page says: its texts and what stands in attributes, in one line each."""
    texts = re.sub(r'\b(?:class|id|for|name|href|action|formaction|src|rel)="[^"]*"', " ", page)
    return " ".join(unescape(texts).split())


def left(page: str, language: str) -> list[str]:
    """Pieces of a language that a page shows; what is held for turning it is not shown."""
    said = shown(re.sub(r'<template id="other-language">.*?</template>', "", page, flags=re.S))
    found = (one for one in sentences(language) if one in said)
    return [one for one in found if re.search(rf"(?<![\w-]){re.escape(one)}(?![\w-])", said)]


def test_every_page_is_whole_in_either_language(browser: FlaskClient) -> None:
    for address in GET:
        welsh, english = (browser.get(address, query_string=asked) for asked in ("lang=cy", ""))
        assert 'lang="cy"' in welsh.text
        assert left(welsh.text, "en") == [], address
        assert left(english.text, "cy") == [], address
        page = html_page.parse(welsh.data)
        assert page.root.get("lang") == "cy"
        assert words(page.root.find(".//p[@class='candour-switch']")) == "English"
        assert "Set-Cookie" not in welsh.headers


def test_english_that_is_left_on_a_welsh_page_is_noticed(
    browser: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flask_babel.Domain, "get_translations", lambda _: NullTranslations())
    assert "The promise" in left(browser.get("/privacy?lang=cy").text, "en")


def test_links_lead_to_pages_in_the_same_language(browser: FlaskClient) -> None:
    home = browser.get("/?lang=cy").text
    assert 'href="/privacy?lang=cy"' in home
    assert f'href="{SURVEY}#cy"' in home
    assert 'href="/privacy"' in browser.get("/").text
    assert f'href="{SURVEY}"' in browser.get("/?lang=en").text


def test_mistakes_and_ends_are_told_in_the_same_language(
    browser: FlaskClient, live: LiveWave
) -> None:
    asked = {languages.LANGUAGE: ["cy"]}
    known = asked | {document.CODE: [live.codes[0]]}
    for path, form, status in (
        (f"{SURVEY}/check", asked | {document.CODE: ["7"]}, 400),
        (f"{SURVEY}/check", known | {"safe": ["maybe"]}, 400),
        (f"{SURVEY}/check", known | CHOSEN | {"told": ["none", "manager"]}, 400),
        (f"{SURVEY}/send", known, 400),
        ("/ticket/autumn", asked | {document.CODE: [""]}, 400),
        ("/ticket/autumn", known, 200),
    ):
        reply = browser.post(path, data=form)
        assert (reply.status_code, left(reply.text, "en")) == (status, []), (path, form)
    for reply, status in (
        (browser.get("/nowhere?lang=cy"), 404),
        (browser.get("/support/nowhere?lang=cy"), 404),
        (browser.post(f"{SURVEY}/send", data={languages.LANGUAGE: ["cy"] * 2}), 400),
    ):
        assert (reply.status_code, left(reply.text, "en")) == (status, [])
        assert 'href="/?lang=cy"' in reply.text
    set_state(live, "closed")
    try:
        assert left(browser.get(f"{SURVEY}?lang=cy").text, "en") == []
    finally:
        set_state(live, "open")


def test_a_language_that_no_survey_has_is_not_spoken(
    browser: FlaskClient, live_wave: LiveWave
) -> None:
    english = create_app(live_wave.settings).test_client()
    for address in ("/", "/questions/autumn", "/ticket/autumn", SURVEY):
        page = english.get(address, query_string="lang=cy").text
        assert 'lang="en"' in page
        assert "candour-switch" not in page
        assert both.MARK not in page
        assert languages.LANGUAGE not in page
    assert 'lang="en"' in browser.get("/?lang=fr").text


def pressed(page: Page, form: dict[str, list[str]]) -> dict[str, list[str]]:
    """The form as the switch of its page sends it."""
    button = page.by_id("switch")
    return form | {str(button.get("name")): [str(button.get("value"))]}


def test_without_javascript_the_switch_keeps_what_was_filled_in(
    browser: FlaskClient, live: LiveWave
) -> None:
    """From English to Welsh on the form, on one with mistakes, and on the check page; then sent."""

    def posted(step: str, form: dict[str, list[str]], status: int = 200) -> Page:
        reply = browser.post(f"{SURVEY}/{step}", data=form)
        assert reply.status_code == status
        assert "Set-Cookie" not in reply.headers
        return html_page.parse(reply.data)

    code = live.codes[1]
    page = html_page.parse(browser.get(SURVEY).data)
    assert page.by_id("switch").get("formaction") == f"{SURVEY}/check"
    typed = CHOSEN | {document.CODE: [code.lower()], "told": ["none", "manager"]}
    welsh = posted("check", pressed(page, page.fields("survey") | typed))
    assert welsh.root.get("lang") == "cy"
    kept = welsh.fields("survey")
    assert {name: kept[name] for name in typed} == typed | {"told": ["manager", "none"]}
    assert kept[languages.LANGUAGE] == ["cy"]

    wrong = posted("check", kept, 400)
    assert "Dewiswch “Dim un o'r rhain” ar ei ben ei hun" in words(wrong.root)
    english = posted("check", pressed(wrong, wrong.fields("survey")), 400)
    assert "Choose “None of these” alone" in words(english.root)
    assert english.fields("survey")["help"] == ["Sbaen"]

    right = english.fields("survey") | {"told": ["manager"]}
    checked = posted("check", right)
    assert "You have answered" in words(checked.root)
    turned = posted("check", pressed(checked, checked.fields("checked")))
    assert left(re.sub("Sbaen", "", words(turned.root)), "en") == []
    assert "Ydw" in words(turned.root)
    assert "Oes" in words(turned.root)
    before, after = checked.fields("checked"), turned.fields("checked")
    assert before | {languages.LANGUAGE: ["cy"]} == after
    receipt = posted("send", after)
    assert receipt.h1 == "Mae eich atebion wedi dod i law"
    # It cannot be asked for again, so it says all of it in both, and the switch sends nothing.
    above, below = words(receipt.by_id("main-content")), words(receipt.by_id("in-en"))
    assert receipt.by_id("in-en").get("lang") == "en"
    assert "Your answers have been received" in below
    assert words(receipt.by_id("receipt")) in below
    assert left(below, "cy") == []
    assert left(above.replace(below, ""), "en") == []
    assert [link.get("href") for link in receipt.root.iterfind(".//a[@lang]")] == ["#in-en"]


def test_without_javascript_the_page_of_tickets_keeps_the_code(browser: FlaskClient) -> None:
    page = html_page.parse(browser.get("/ticket/autumn").data)
    form = pressed(page, page.fields("ticket") | {document.CODE: ["7K3M"]})
    welsh = html_page.parse(browser.post("/ticket/autumn", data=form).data)
    assert welsh.root.get("lang") == "cy"
    assert welsh.fields("ticket") == {document.CODE: ["7K3M"], languages.LANGUAGE: ["cy"]}


def rows_of(live: LiveWave) -> set[tuple[str, int]]:
    """Type and size of everything that the ballot box's file holds in its rows."""
    with closing(sqlite3.connect(box.path_of(live.settings, "autumn"))) as database:
        tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master "
                                                       "WHERE type = 'table'")]  # fmt: skip
        return {
            (f"{table}.{place}", len(value) if isinstance(value, bytes) else -1)
            for table in tables
            for row in database.execute(f"SELECT * FROM {table}")
            for place, value in enumerate(row)
        }


def test_what_is_stored_is_of_one_size_in_both_languages(
    browser: FlaskClient, live: LiveWave
) -> None:
    sizes = []
    for language, code in (("en", live.codes[2]), ("cy", live.codes[3])):
        form = {**CHOSEN, document.CODE: code, languages.LANGUAGE: language}
        page = html_page.parse(browser.post(f"{SURVEY}/check", data=form).data)
        assert browser.post(f"{SURVEY}/send", data=page.fields("checked")).status_code == 200
        sizes.append(rows_of(live))
    assert sizes[0] == sizes[1]
    opened = [row for _, row in stored(LiveServer("", live)).values()]
    assert max(opened.count(row) for row in opened) == 2  # one in each language, alike
    every = b"".join(path.read_bytes() for path in live.settings.home.rglob("*") if path.is_file())
    assert languages.LANGUAGE.encode() not in every


def test_neither_a_longer_row_nor_a_language_among_the_answers_is_taken(
    browser: FlaskClient, live: LiveWave, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (
        closing(sqlite3.connect(box.path_of(live.settings, "autumn"))) as database,
        pytest.raises(sqlite3.IntegrityError),
    ):
        database.execute("UPDATE slot SET sealed = sealed || x'00'")
    monkeypatch.setattr(sent, "OWN_FIELDS", document.OWN_FIELDS - {languages.LANGUAGE})
    form = {**CHOSEN, document.CODE: live.codes[4], languages.LANGUAGE: "cy"}
    assert browser.post(f"{SURVEY}/check", data=form).status_code == 400


def test_the_document_is_the_same_whoever_asks(browser: FlaskClient, live: LiveWave) -> None:
    asked = [browser.get(SURVEY, query_string=one).data for one in ("", "lang=cy", "lang=en")]
    again = create_app(live.settings).test_client().get(f"{SURVEY}?lang=cy").data
    assert {*asked} == {again}
    assert b'lang="en"' in again
    packed = browser.get(SURVEY, headers={"Accept-Encoding": "gzip"}).data
    assert gzip.decompress(packed) == again


@pytest.mark.parametrize("order", [("en", "cy"), ("cy", "en")])
def test_each_language_is_whole_in_the_one_document(
    live: LiveWave, order: tuple[str, str], turned_into: Callable[..., tuple[str, str]]
) -> None:
    first, second = turned_into(order)
    for page, other in ((first, order[1]), (second, order[0])):
        assert left(page, other) == []


@pytest.fixture
def turned_into(live: LiveWave) -> Callable[..., tuple[str, str]]:
    """Renders the document, its languages in an order, in either of them."""

    def render(order: tuple[str, str]) -> tuple[str, str]:
        app = create_app(live.settings)
        with app.test_request_context("/"):
            languages.offer(order)
            wave = waves.get(live.stores, "autumn")
            page = document.form_html(wave, document.FormPage("ten"))
            with languages.spoken(order[1]):
                other = document.form_html(wave, document.FormPage("ten"))
        return tuple(re.sub(r'<template id="other-language">.*?</template>', "", one, flags=re.S)
                     for one in (page, other))  # type: ignore[return-value]  # fmt: skip

    return render


def test_marked_elements_and_the_table_make_the_other_page() -> None:
    own = '<html lang="en"><body><p>One <b>two</b> three</p><br><i title="a">x</i></body></html>'
    other = '<html lang="cy"><body><p>Un <b>dau</b> tri</p><br><i title="b">x</i></body></html>'
    made = both.joined(own, other, [("Late", "Hwyr")])
    assert made == (
        '<html data-said="0" lang="en"><body>'
        '<p data-said="1">One <b data-said="2">two</b> three</p>'
        '<br><i data-said="3" title="a">x</i><template id="other-language">'
        '[[[[],{"lang":"cy"}],[["Un","tri"],{}],[["dau"],{}],[[],{"title":"b"}]],{"Late":"Hwyr"}]'
        "</template></body></html>"
    )


@pytest.mark.parametrize(
    "other",
    [
        "<html><body><p>Un</p></body></html>",
        "<html><body><p>Un <b>dau</b></p></body></html>",
        "<html><body><p>Un <i>dau</i> tri</p></body></html>",
        "<html><body><p id='x'>Un <b>dau</b> tri</p></body></html>",
    ],
)
def test_pages_of_two_shapes_are_refused(other: str) -> None:
    with pytest.raises(ValueError, match=r"other language|elements"):
        both.joined("<html><body><p>One <b>two</b> three</p></body></html>", other)


def test_a_preview_has_both_languages_too() -> None:
    client = create_preview(QUESTIONNAIRES / "bilingual.yaml").test_client()
    assert both.TABLE in client.get("/survey/preview").text
    assert left(client.get("/support/preview?lang=cy").text, "en") == []
