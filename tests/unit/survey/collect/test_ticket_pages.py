"""Tickets without JavaScript: taken and used inside the request, and nothing of them kept."""

from __future__ import annotations

import json
import re
import tempfile
from io import BytesIO
from typing import Any

import html_page
import pytest
from fixtures_tokens import received, used
from fixtures_wave import LiveWave
from flask import Request
from flask.testing import FlaskClient
from html_page import Page

from survey.app import InMemoryRequest, create_app
from survey.collect import codes, document, fingerprint, linking_by_time, ticket_page, tickets
from survey.collect.linking_by_time import Figures
from survey.errors import CodeError, MistypedCode
from survey.manage import waves

NAME = "candour-ticket-autumn.json"


def take(client: FlaskClient, code: str) -> tuple[dict[str, list[str]], bytes]:
    """Type a code, and press Save: the form that was sent and the file that came."""
    asked = client.post("/ticket/autumn", data={document.CODE: code})
    assert asked.status_code == 200
    form = html_page.parse(asked.data).fields("take")
    saved = client.post("/ticket/autumn/file", data=form)
    assert saved.status_code == 200
    return form, saved.data


def check(client: FlaskClient, content: bytes, status: int = 200, **answers: str) -> Page:
    """Send the document's form with a ticket as its file."""
    form: dict[str, object] = {document.CODE: "", document.TICKET: (BytesIO(content), NAME)}
    form |= answers
    response = client.post("/survey/autumn/check", data=form)
    assert response.status_code == status
    return html_page.parse(response.data)


def send(client: FlaskClient, form: dict[str, list[str]], status: int = 200) -> Page:
    response = client.post("/survey/autumn/send", data=form)
    assert response.status_code == status
    return html_page.parse(response.data)


def receipt_on(page: Page) -> str:
    return html_page.words(page.by_id("receipt"))


def test_the_page_is_strict_and_the_same_for_everybody(client: FlaskClient) -> None:
    first = client.get("/ticket/autumn")
    page = html_page.parse(first.data)
    assert page.h1 == "Take a ticket, answer later"
    assert client.get("/ticket/autumn").data == first.data
    assert {form.get("autocomplete") for form in page.root.iter("form")} == {"off"}
    assert client.get("/ticket/none").status_code == 404


def test_the_survey_and_the_privacy_page_lead_to_it(client: FlaskClient) -> None:
    for address in ("/survey/autumn", "/privacy"):
        assert 'href="/ticket/autumn"' in client.get(address).text


def test_the_page_says_what_plain_mode_protects_against_and_what_not(client: FlaskClient) -> None:
    text = html_page.parse(client.get("/ticket/autumn").data).text
    assert "The server sees the ticket while it makes it" in text
    assert "it does not protect against an operator who changes the running code" in text


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (1.0, "of 100 people, 100"),
        (0.876, "of 100 people, 88"),
        (0.01, "of 100 people, 1"),
        (0.0072, "of 1,000 people, 7"),
        (0.0004, "of 1,000 people, fewer than 1"),
    ],
)
def test_the_page_tells_the_figures_of_its_size_in_words(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, share: float, words: str
) -> None:
    asked = []

    def figures(cards: int) -> Figures:
        asked.append(cards)
        return Figures(people=50, at_once=0.96, one_sitting=0.88, within_a_day=share)

    monkeypatch.setattr(linking_by_time, "figures", figures)
    page = html_page.parse(client.get("/ticket/autumn").data)
    cells = [html_page.words(cell) for cell in page.root.iter("td")]
    assert cells == ["of 100 people, 96", "of 100 people, 88", words, "of 100 people, 2"]
    assert asked == [60]
    assert "for 50 people who all answer in the same way" in page.text
    assert "a quarter of this survey’s 60 cards" in page.text


def test_the_figures_are_the_simulators(live_wave: LiveWave) -> None:
    people, ways = ticket_page.ways_to_answer(2_000)
    assert people == linking_by_time.figures(2_000).people
    assert len(ways) == 4


def test_a_ticket_is_advised_to_no_road_of_the_force(
    client: FlaskClient, live_wave: LiveWave
) -> None:
    asked = client.post("/ticket/autumn", data={document.CODE: live_wave.codes[0]})
    about = json.loads(take(client, live_wave.codes[0])[1])["about"]
    for words in (html_page.parse(asked.data).text, about):
        assert "in any way" not in words
        assert "force e-mail" in words
        assert "on a force drive" in words
        assert "see that you used it" in words.replace("can see", "see")


def test_the_privacy_page_says_what_a_browser_keeps_and_what_a_code_tells(
    client: FlaskClient,
) -> None:
    text = html_page.parse(client.get("/privacy").data).text
    assert "the history keeps that link with your code in it" in text
    assert "Whoever has your code can find out whether it was used" in text
    assert "keeps nothing that you type" not in text


def test_a_ticket_is_a_file_that_no_cache_keeps(client: FlaskClient, live_wave: LiveWave) -> None:
    form, _ = take(client, live_wave.codes[0])
    response = client.post("/ticket/autumn/file", data=form)
    assert response.headers["Content-Disposition"] == f"attachment; filename={NAME}"
    assert response.headers["Content-Type"] == "application/json"
    assert response.headers["Cache-Control"] == "no-store"
    for name in ("Set-Cookie", "ETag", "Last-Modified"):
        assert name not in response.headers
    assert json.loads(response.data)["site"] == "http://localhost"


def test_asking_for_a_ticket_spends_nothing_before_save(
    client: FlaskClient, live_wave: LiveWave
) -> None:
    asked = client.post("/ticket/autumn", data={document.CODE: live_wave.codes[0].lower()})
    page = html_page.parse(asked.data)
    assert page.h1 == "Save your ticket"
    assert "it does not protect against an operator who changes the running code" in page.text
    assert used(live_wave) == 0


def test_the_same_form_gives_the_same_ticket_again(
    client: FlaskClient, live_wave: LiveWave
) -> None:
    form, first = take(client, live_wave.codes[0])
    assert client.post("/ticket/autumn/file", data=form).data == first
    assert used(live_wave) == 1


def test_a_code_that_was_used_for_a_ticket_cannot_be_used_again(
    client: FlaskClient, live_wave: LiveWave
) -> None:
    form, _ = take(client, live_wave.codes[0])
    other = {**form, document.ATTEMPT: "0" * 64}
    again = client.post("/ticket/autumn", data={document.CODE: live_wave.codes[0]})
    refused = client.post("/ticket/autumn/file", data=other)
    answering = client.post("/survey/autumn/check", data={document.CODE: live_wave.codes[0]})
    for response in (again, refused, answering):
        assert response.status_code == 400
        page = html_page.parse(response.data)
        assert page.title.startswith("Error: ")
        assert page.text.count(CodeError.PUBLIC) == 2
    assert (used(live_wave), received(live_wave)) == (1, 0)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", document.SENTENCES["enter_code"]),
        ("ABCD", MistypedCode.PUBLIC),
        (codes.make(1)[0], CodeError.PUBLIC),
        ('"><b>', MistypedCode.PUBLIC),
    ],
    ids=["nothing", "short", "unknown", "markup"],
)
def test_a_code_that_is_none_brings_the_page_back(
    client: FlaskClient, live_wave: LiveWave, typed: str, sentence: str
) -> None:
    response = client.post("/ticket/autumn", data={document.CODE: typed})
    assert response.status_code == 400
    page = html_page.parse(response.data)
    assert page.text.count(sentence) == 2
    assert page.by_id("code").get("value", "") == typed
    file = client.post("/ticket/autumn/file", data={document.CODE: typed, document.ATTEMPT: "x"})
    assert file.status_code == 400
    assert used(live_wave) == 0


def test_a_ticket_answers_without_a_code(client: FlaskClient, live_wave: LiveWave) -> None:
    _, content = take(client, live_wave.codes[0])
    page = check(client, content, challenge_safe="agree")
    form = page.fields("checked")
    assert form[document.TICKET] == [content.decode()]
    assert form[document.CODE] == [""]
    assert (used(live_wave), received(live_wave)) == (1, 0)
    receipt = receipt_on(send(client, form))
    assert (used(live_wave), received(live_wave)) == (1, 1)
    assert re.fullmatch(r"([0-9A-Z]{4}-){3}[0-9A-Z]{4}", receipt)


def test_a_ticket_is_used_in_place_of_a_code_that_was_typed_too(
    client: FlaskClient, live_wave: LiveWave
) -> None:
    _, content = take(client, live_wave.codes[0])
    form = check(client, content, **{document.CODE: live_wave.codes[1]}).fields("checked")
    send(client, form)
    assert (used(live_wave), received(live_wave)) == (1, 1)


def test_the_form_that_comes_back_still_has_the_ticket(
    client: FlaskClient, live_wave: LiveWave
) -> None:
    _, content = take(client, live_wave.codes[0])
    form = check(client, content, challenge_safe="agree").fields("checked")
    for sent, status in (
        ({**form, "candour.change": ["q-challenge_safe"]}, 200),
        ({**form, "told": ["manager", "nobody"]}, 400),
    ):
        response = client.post("/survey/autumn/check", data=sent)
        assert response.status_code == status
        page = html_page.parse(response.data)
        assert page.fields("survey")[document.TICKET] == [content.decode()]
        assert "Your ticket is on this page already" in page.text
    once_more = client.post("/survey/autumn/check", data=page.fields("survey") | {"told": []})
    send(client, html_page.parse(once_more.data).fields("checked"))
    assert received(live_wave) == 1


def test_a_file_that_is_chosen_later_takes_the_ticket_s_place(
    client: FlaskClient, live_wave: LiveWave
) -> None:
    (_, one), (_, other) = (take(client, code) for code in live_wave.codes[:2])
    carried = {document.TICKET: (BytesIO(other), NAME), "candour.attempt": "0" * 64}
    page = html_page.parse(client.post("/survey/autumn/check", data=carried).data)
    form = page.fields("checked")
    changed = client.post("/survey/autumn/check", data={**form, document.CHANGE: "q-told"})
    assert html_page.parse(changed.data).fields("survey")[document.TICKET] == [other.decode()]
    assert check(client, one).fields("checked")[document.TICKET] == [one.decode()]


def test_a_ticket_that_is_used_twice_counts_once_and_says_so(
    client: FlaskClient, live_wave: LiveWave
) -> None:
    _, content = take(client, live_wave.codes[0])
    first = send(client, check(client, content, challenge_safe="agree").fields("checked"))
    assert first.h1 == "Your answers have been received"
    for answer in ("agree", "disagree"):
        form = check(client, content, challenge_safe=answer).fields("checked")
        second = send(client, form, status=409)
        assert second.h1 == "An answer was sent with this ticket before"
        assert "this one was not kept" in second.text
        assert "Your answers have been received" not in second.text
        assert receipt_on(first) not in second.text
    assert received(live_wave) == 1


def test_a_page_of_a_ticket_that_is_sent_again_says_what_became_of_it(
    client: FlaskClient, live_wave: LiveWave
) -> None:
    """As after a lost reply, for all that the server can tell: it seals anew each time."""
    _, content = take(client, live_wave.codes[0])
    form = check(client, content, challenge_safe="agree").fields("checked")
    receipt = receipt_on(send(client, form))
    again = send(client, form, status=409)
    assert "your answer is in the ballot box" in again.text
    assert "Its receipt was shown then and is not shown again" in again.text
    assert receipt not in again.text
    assert received(live_wave) == 1


@pytest.mark.parametrize("step", ["check", "send"])
def test_a_damaged_file_brings_the_form_back_with_a_sentence(
    client: FlaskClient, live_wave: LiveWave, step: str
) -> None:
    _, content = take(client, live_wave.codes[0])
    for spoilt, sentence in (
        (b"\xff\xfe\x00", tickets.NO_TICKET),
        (content[:500], tickets.NO_TICKET),
        (content.replace(b'"key": "', b'"key": "A'), tickets.DAMAGED),
        (content.replace(b'"wave": "autumn"', b'"wave": "winter"'), tickets.OTHER_WAVE),
    ):
        form = {
            document.TICKET: (BytesIO(spoilt), NAME),
            document.ATTEMPT: "0" * 64,
            "challenge_safe": "agree",
        }
        response = client.post(f"/survey/autumn/{step}", data=form)
        assert response.status_code == 400
        page = html_page.parse(response.data)
        assert page.title.startswith("Error: ")
        assert page.text.count(sentence.format(name=NAME)) == 2
        sent = page.fields("survey")
        assert sent["challenge_safe"] == ["agree"]
        assert document.TICKET not in sent
    assert received(live_wave) == 0


@pytest.mark.parametrize("step", ["check", "send"])
def test_a_ticket_that_names_other_keys_stops_with_the_warning(
    client: FlaskClient, live_wave: LiveWave, step: str
) -> None:
    _, content = take(client, live_wave.codes[0])
    own = fingerprint.of(live_wave.wave).encode()
    other = content.replace(own, b"AAAA-AAAA-AAAA-AAAA")
    form = {document.TICKET: (BytesIO(other), NAME), document.ATTEMPT: "0" * 64}
    response = client.post(f"/survey/autumn/{step}", data=form)
    assert response.status_code == 400
    page = html_page.parse(response.data)
    assert page.h1 == "Do not answer here"
    assert "AAAA-AAAA-AAAA-AAAA" in page.text
    assert own.decode() in page.text
    assert received(live_wave) == 0


def test_a_closed_survey_gives_no_ticket_and_takes_none(
    client: FlaskClient, live_wave: LiveWave
) -> None:
    form, content = take(client, live_wave.codes[0])
    with live_wave.stores.issuer() as session:
        waves.find(session, "autumn").state = "closed"
    upload = {document.TICKET: (BytesIO(content), NAME), document.ATTEMPT: "0" * 64}
    responses = [
        client.get("/ticket/autumn"),
        client.post("/ticket/autumn", data=form),
        client.post("/ticket/autumn/file", data=form),
        client.post("/survey/autumn/check", data=upload),
    ]
    for response in responses:
        assert response.status_code == 410
        page = html_page.parse(response.data)
        assert page.h1 == "This survey has closed"
        assert "with a code or with a ticket" in page.text
    assert "This survey has closed" in check(client, content, status=410).h1


def test_a_post_from_another_site_gets_no_ticket(client: FlaskClient, live_wave: LiveWave) -> None:
    form, _ = take(client, live_wave.codes[0])
    for address in ("/ticket/autumn", "/ticket/autumn/file"):
        response = client.post(address, data=form, headers={"Sec-Fetch-Site": "cross-site"})
        assert response.status_code == 403


def test_a_fault_while_a_ticket_is_made_says_that_it_can_be_asked_for_again(
    client: FlaskClient, live_wave: LiveWave, monkeypatch: pytest.MonkeyPatch
) -> None:
    form, content = take(client, live_wave.codes[0])
    with monkeypatch.context() as planted:
        planted.setattr(tickets, "write", lambda *_: 1 / 0)
        response = client.post("/ticket/autumn/file", data=form)
    assert response.status_code == 500
    assert "you get the same ticket" in html_page.parse(response.data).text
    assert client.post("/ticket/autumn/file", data=form).data == content


LARGE = b"x" * 515_000
"""Under what a request may have, over what stays in memory by default."""


def files_made(live: LiveWave, monkeypatch: pytest.MonkeyPatch) -> int:
    """How many temporary files a request with a large file makes."""
    made: list[Any] = []
    make: Any = tempfile.TemporaryFile

    def noted(*given: Any, **more: Any) -> Any:
        made.append(make(*given, **more))
        return made[-1]

    monkeypatch.setattr(tempfile, "TemporaryFile", noted)
    head = b'--x\r\nContent-Disposition: form-data; name="candour.ticket"; filename="a"\r\n\r\n'
    body, kind = head + LARGE + b"\r\n--x--\r\n", "multipart/form-data; boundary=x"
    client = create_app(live.settings).test_client()
    response = client.post("/survey/autumn/check", data=body, content_type=kind)
    assert tickets.NO_TICKET.format(name=NAME) in response.text
    for file in made:
        file.close()
    return len(made)


def test_no_upload_touches_the_disk(live_wave: LiveWave, monkeypatch: pytest.MonkeyPatch) -> None:
    assert files_made(live_wave, monkeypatch) == 0


def test_an_upload_on_the_disk_is_noticed(
    live_wave: LiveWave, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(InMemoryRequest, "_get_file_stream", Request._get_file_stream)
    assert files_made(live_wave, monkeypatch) == 1
