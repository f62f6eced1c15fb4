"""The respondent's pages without JavaScript: every page strict, nothing kept, nothing lost."""

from __future__ import annotations

import gzip
import hashlib
import logging
from collections.abc import Callable, Iterable
from pathlib import Path

import html_page
import pytest
from fixtures_wave import LiveWave
from flask import Flask
from flask.testing import FlaskClient
from plain_forms import ANSWERS, checked, filled, post, set_state
from werkzeug.wrappers import Response

from survey.collect import codes, document, submit
from survey.errors import CodeError, MistypedCode


def linking_headers(response: Response) -> list[str]:
    """Headers by which two requests of one person could be put together."""
    return [name for name in ("Set-Cookie", "ETag", "Last-Modified") if name in response.headers]


def test_every_page_that_is_opened_is_strict(client: FlaskClient) -> None:
    for address in ("/", "/privacy", "/support/autumn", "/survey/autumn", "/questions/autumn"):
        response = client.get(address)
        assert response.status_code == 200
        page = html_page.parse(response.data)
        assert "Leave this page quickly" in page.text
        assert "/support/autumn" in response.text


def test_no_respondent_route_sets_a_cookie_or_can_be_cached(
    client: FlaskClient, live_wave: LiveWave
) -> None:
    form = checked(client, live_wave.codes[0])
    responses = [
        client.get("/"),
        client.get("/privacy"),
        client.get("/support/autumn"),
        client.get("/survey/autumn"),
        client.post("/survey/autumn/check", data=form),
        client.post("/survey/autumn/send", data=form),
        client.post("/survey/autumn/send", data=form),
        client.post("/survey/autumn/check", data={}),
        client.get("/survey/none"),
    ]
    for response in responses:
        assert linking_headers(response) == []
        assert response.headers["Cache-Control"] == "no-store"
        assert response.headers["Referrer-Policy"] == "no-referrer"
        assert response.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert client.get_cookie("candour") is None


def test_a_planted_cookie_is_noticed(app: Flask) -> None:
    inner = app.wsgi_app

    def planting(environ: dict, start: Callable) -> Iterable[bytes]:
        def planted(status: str, headers: list, *rest: object) -> object:
            return start(status, [*headers, ("Set-Cookie", "seen=1")], *rest)

        return inner(environ, planted)

    app.wsgi_app = planting
    assert linking_headers(app.test_client().get("/survey/autumn")) == ["Set-Cookie"]


def test_the_document_is_the_same_for_everybody_and_rendered_once(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = app.test_client().get("/survey/autumn").data
    monkeypatch.setattr(document, "form_html", lambda *_: pytest.fail("rendered again"))
    other = app.test_client().get("/survey/autumn", headers={"User-Agent": "Another"})
    assert other.data == first


def test_the_document_travels_packed_to_who_can_unpack_it(client: FlaskClient) -> None:
    plain = client.get("/survey/autumn")
    packed = client.get("/survey/autumn", headers={"Accept-Encoding": "br, gzip"})
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.headers["Vary"] == plain.headers["Vary"] == "Accept-Encoding"
    assert gzip.decompress(packed.data) == plain.data
    refused = client.get("/survey/autumn", headers={"Accept-Encoding": "gzip;q=0"})
    assert refused.data == plain.data


def test_every_question_can_be_left_and_offers_prefer_not_to_say(
    client: FlaskClient, live_wave: LiveWave
) -> None:
    page = html_page.parse(client.get("/survey/autumn").data)
    for question in live_wave.wave.questionnaire.questions:
        offered = [
            element.get("value")
            for element in page.root.iter()
            if element.get("name") == question.id or element.tag == "option"
        ]
        assert "prefer-not-to-say" in offered
    assert not [field for field in page.root.iter("input") if field.get("required") is not None]
    sent = page.fields("survey")
    assert sent == {"candour.code": [""], "department": [""]}


def test_departments_stand_under_their_command(client: FlaskClient) -> None:
    page = html_page.parse(client.get("/survey/autumn").data)
    groups = {
        group.get("label"): [option.get("value") for option in group.iter("option")]
        for group in page.by_id("q-department").iter("optgroup")
    }
    assert groups == {"North": ["north-a", "north-b"], "Or say only this much": ["north"]}


def test_browsers_are_told_not_to_fill_any_form(client: FlaskClient, live_wave: LiveWave) -> None:
    pages = [
        html_page.parse(client.get("/survey/autumn").data),
        post(client, "check", filled(live_wave.codes[0])),
        post(client, "check", {}, 400),
    ]
    for page in pages:
        assert {form.get("autocomplete") for form in page.root.iter("form")} == {"off"}


def test_check_page_shows_each_answer_and_how_it_will_be_stored(
    client: FlaskClient, live_wave: LiveWave
) -> None:
    page = post(client, "check", filled(live_wave.codes[0]))
    assert page.title == "Check your answers - Small survey"
    assert "You have answered 5 of 7 questions" in page.text
    assert "Your answer “Bangladeshi” is stored as “Asian or Asian British”." in page.text
    assert "Nothing is stored for this question." in page.text
    assert "“North B” is stored" not in page.text
    assert page.text.count("Not answered") == 2
    sent = page.fields("checked")
    assert sent.pop("candour.code") == [live_wave.codes[0]]
    assert len(sent.pop("candour.attempt")[0]) == 64
    assert sent == {name: [code] for name, code in ANSWERS.items()}


def test_change_shows_the_form_again_with_every_answer(
    client: FlaskClient, live_wave: LiveWave
) -> None:
    form = checked(client, live_wave.codes[0])
    page = post(client, "check", {**form, "candour.change": ["q-ethnicity"]})
    assert page.h1 == "Small survey"
    assert page.fields("survey") == form
    assert page.by_id("q-ethnicity") is not None


def test_several_answers_travel_together_and_an_exclusive_one_alone(
    client: FlaskClient, live_wave: LiveWave
) -> None:
    both = {**filled(live_wave.codes[0]), "told": ["manager", "association"]}
    page = post(client, "check", both)
    assert "My line manager, My staff association" in page.text
    assert page.fields("checked")["told"] == ["manager", "association"]

    contradiction = {**filled(live_wave.codes[0]), "told": ["manager", "nobody"]}
    page = post(client, "check", contradiction, 400)
    assert page.title.startswith("Error: ")
    assert page.text.count("Choose “Nobody” alone, or take its tick away") == 2
    assert page.fields("survey")["told"] == ["manager", "nobody"]

    post(client, "send", post(client, "check", both).fields("checked"))


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "Enter the code from your card."),
        ("  ", "Enter the code from your card."),
        ("ABCD-EFGH", MistypedCode.PUBLIC),
    ],
)
def test_a_code_that_is_none_brings_the_form_back_with_every_answer(
    client: FlaskClient, typed: str, sentence: str
) -> None:
    page = post(client, "check", filled(typed), 400)
    assert page.title.startswith("Error: Small survey")
    assert page.text.count(sentence) == 2  # in the summary, which links to it, and at the field
    assert page.fields("survey") == {
        "candour.code": [typed],
        **{name: [code] for name, code in ANSWERS.items()},
    }


def test_unknown_and_used_codes_get_the_same_page(client: FlaskClient, live_wave: LiveWave) -> None:
    post(client, "send", checked(client, live_wave.codes[0]))
    unknown = codes.make(1)[0]
    used_page = client.post("/survey/autumn/check", data=filled(live_wave.codes[0]))
    unknown_page = client.post("/survey/autumn/check", data=filled(unknown))
    assert CodeError.PUBLIC in used_page.text
    assert used_page.text.replace(live_wave.codes[0], unknown) == unknown_page.text
    assert used_page.status_code == unknown_page.status_code == 400


def test_sending_gives_a_receipt_and_the_same_one_again(
    client: FlaskClient, live_wave: LiveWave
) -> None:
    form = checked(client, live_wave.codes[0])
    first = post(client, "send", form)
    again = post(client, "send", form)
    assert first.h1 == "Your answers have been received"
    receipt = html_page.words(first.by_id("receipt"))
    assert len(receipt) == 19
    assert receipt == html_page.words(again.by_id("receipt"))
    assert live_wave.codes[0] not in first.text


def test_a_code_sends_once(client: FlaskClient, live_wave: LiveWave) -> None:
    one, other = (checked(client, live_wave.codes[0]) for _ in range(2))
    post(client, "send", one)
    page = post(client, "send", other, 400)
    assert CodeError.PUBLIC in page.text
    assert page.fields("survey")["challenge_safe"] == ["agree"]


def test_demographics_are_folded_before_they_are_sealed(
    client: FlaskClient, live_wave: LiveWave, monkeypatch: pytest.MonkeyPatch
) -> None:
    sealed = []

    def record(*arguments: object) -> str:
        sealed.append(arguments[3])
        return "AAAA-AAAA-AAAA-AAAA"

    form = checked(client, live_wave.codes[0])
    monkeypatch.setattr(submit, "submit", record)
    post(client, "send", form)
    assert sealed == [
        {
            "challenge_safe": "agree",
            "fair_treatment": "prefer-not-to-say",
            "department": "north-b",
            "ethnicity": "asian",
        }
    ]


def test_checking_keeps_nothing(client: FlaskClient, live_wave: LiveWave) -> None:
    def stored() -> dict[Path, str]:
        files = [path for path in live_wave.settings.home.rglob("*") if path.is_file()]
        return {path: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}

    client.get("/survey/autumn")
    before = stored()
    checked(client, live_wave.codes[0])
    post(client, "check", filled("wrong"), 400)
    assert stored() == before


def test_nothing_is_logged(
    client: FlaskClient, live_wave: LiveWave, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        post(client, "send", checked(client, live_wave.codes[0]))
    assert [record for record in caplog.records if record.name.startswith("survey")] == []
    assert live_wave.codes[0] not in caplog.text


def test_support_stays_when_the_survey_has_closed(client: FlaskClient, live_wave: LiveWave) -> None:
    set_state(live_wave, "closed")
    page = html_page.parse(client.get("/support/autumn").data)
    assert "Occupational health" in page.text
    assert client.get("/support/none").status_code == 404


def test_every_question_can_be_read_without_a_code(
    client: FlaskClient, live_wave: LiveWave
) -> None:
    response = client.get("/questions/autumn")
    page = html_page.parse(response.data)
    for section in live_wave.wave.questionnaire.sections:
        assert str(section.title) in page.text
        assert all(str(asked.text) in page.text for asked in section.questions)
    for answer in ("Neither agree nor disagree", "Bangladeshi", "North B", "Prefer not to say"):
        assert answer in page.text
    assert not list(page.root.iter("form"))
    assert "/questions/autumn" in client.get("/survey/autumn").text
    set_state(live_wave, "closed")
    assert client.get("/questions/autumn").status_code == 200
    assert client.get("/questions/none").status_code == 404
