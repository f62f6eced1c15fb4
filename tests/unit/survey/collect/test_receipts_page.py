"""The public list of receipts: after closing only, whole, sorted, and with counts that fit."""

from __future__ import annotations

from datetime import date

import html_page
import pytest
from fixtures_wave import LiveWave
from flask.testing import FlaskClient
from html_page import Page

from survey.close import closing
from survey.collect import submit
from survey.errors import ReleaseError
from survey.manage import waves
from survey.manage.tables import ClosingRow
from survey.results import store

CLOSED = date(2026, 9, 30)
AFTER_CLOSING = ["closed", "released", "destroyed"]


def answer(live: LiveWave, number: int) -> list[str]:
    """Send so many answers; returns the receipts that their senders saw."""
    return [
        submit.submit(live.stores, live.wave, code, {}, submit.new_attempt())
        for code in live.codes[:number]
    ]


def close(live: LiveWave, state: str = "closed") -> None:
    closing.close_wave(live.stores, "autumn", CLOSED)
    set_state(live, state)


def set_state(live: LiveWave, state: str) -> None:
    with live.stores.issuer() as session:
        waves.find(session, "autumn").state = state


def tell(live: LiveWave, **counts: int | None) -> None:
    """Change what was told at closing."""
    with live.stores.results() as session:
        row = session.get(ClosingRow, "autumn")
        for name, value in counts.items():
            setattr(row, name, value)


def opened(client: FlaskClient, status: int = 200) -> Page:
    response = client.get("/receipts/autumn")
    assert response.status_code == status
    return html_page.parse(response.data)


def listed(page: Page) -> list[str]:
    return [
        html_page.words(item)
        for part in page.root.iter("ul")
        if part.get("class") == "candour-receipts"
        for item in part.iter("li")
    ]


@pytest.mark.parametrize("state", AFTER_CLOSING)
def test_every_receipt_is_in_the_list_in_order(
    client: FlaskClient, live_wave: LiveWave, state: str
) -> None:
    seen = answer(live_wave, 12)
    close(live_wave, state)
    page = opened(client)
    assert page.h1 == "Receipts: Autumn survey"
    assert listed(page) == sorted(seen)


def test_a_receipt_is_found_as_it_was_shown(client: FlaskClient, live_wave: LiveWave) -> None:
    """Browsers search in text nodes: a receipt that markup cuts in two would not be found."""
    receipt = answer(live_wave, 1)[0]
    close(live_wave)
    assert client.get("/receipts/autumn").text.count(f">{receipt}<") == 1


def test_the_counts_stand_in_plain_words(client: FlaskClient, live_wave: LiveWave) -> None:
    answer(live_wave, 1)
    close(live_wave)
    text = opened(client).text
    assert "closed on 30 September 2026" in text
    assert "60 codes were made, spare cards included." in text
    assert "1 code was used." in text
    assert "1 answer was in the box at the end." in text
    assert "do not fit together" not in text


@pytest.mark.parametrize("state", ["draft", "open", "closing"])
def test_there_is_no_list_before_the_survey_has_closed(
    client: FlaskClient, live_wave: LiveWave, state: str
) -> None:
    receipt = answer(live_wave, 1)[0]
    closing.close_wave(live_wave.stores, "autumn", CLOSED)
    set_state(live_wave, state)
    page = opened(client, 404)
    assert receipt not in page.text
    assert "60" not in page.text
    assert ("Autumn survey" in page.text) == (state != "draft")


def test_an_unknown_survey_has_no_list(client: FlaskClient) -> None:
    assert client.get("/receipts/none").status_code == 404


def test_counts_that_do_not_fit_are_named(client: FlaskClient, live_wave: LiveWave) -> None:
    answer(live_wave, 3)
    close(live_wave)
    for counts in ({"redeemed": 2}, {"redeemed": 61}, {"received": 2, "redeemed": 3}):
        tell(live_wave, **counts)
        assert "These numbers do not fit together." in opened(client).text
    tell(live_wave, received=3, redeemed=4)
    assert "These numbers do not fit together." not in opened(client).text


def test_a_count_that_was_lost_is_not_made_up(client: FlaskClient, live_wave: LiveWave) -> None:
    answer(live_wave, 2)
    close(live_wave)
    tell(live_wave, redeemed=None)
    text = opened(client).text
    assert "How many codes were used is not known" in text
    assert "do not fit together" not in text


def test_a_survey_that_nobody_answered_says_so(client: FlaskClient, live_wave: LiveWave) -> None:
    close(live_wave)
    page = opened(client)
    assert listed(page) == []
    assert "Nobody answered, so there is no receipt." in page.text


def test_the_list_sets_no_cookie_and_is_not_cached(
    client: FlaskClient, live_wave: LiveWave
) -> None:
    close(live_wave)
    response = client.get("/receipts/autumn")
    for name in ("Set-Cookie", "ETag", "Last-Modified"):
        assert name not in response.headers
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Referrer-Policy"] == "no-referrer"


def test_start_receipt_and_closed_survey_lead_to_the_list(
    client: FlaskClient, live_wave: LiveWave
) -> None:
    form = {"candour.code": live_wave.codes[0], "candour.attempt": submit.new_attempt()}
    shown = client.post("/survey/autumn/send", data=form)
    assert shown.status_code == 200
    assert 'href="/receipts/autumn"' in shown.text
    assert "localhost/receipts/autumn" in html_page.parse(shown.data).text  # to be printed
    assert "/receipts/autumn" not in client.get("/").text
    close(live_wave)
    for address in ("/", "/survey/autumn"):
        assert 'href="/receipts/autumn"' in client.get(address).text


def test_the_form_waits_for_the_script_and_the_hint_stands_without_it(
    client: FlaskClient, live_wave: LiveWave
) -> None:
    answer(live_wave, 1)
    close(live_wave)
    page = opened(client)
    form = page.by_id("look")
    assert form.get("hidden") is not None
    assert set(page.fields("look")) == {""}, "browsers send no field whose name is empty"
    assert page.by_id("by-hand").get("hidden") is None


def test_without_receipts_there_is_nothing_to_look_for(
    client: FlaskClient, live_wave: LiveWave
) -> None:
    close(live_wave)
    assert 'id="look"' not in client.get("/receipts/autumn").text


def test_a_damaged_release_takes_no_receipt_away(
    client: FlaskClient, live_wave: LiveWave, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = answer(live_wave, 3)
    close(live_wave, "released")

    def damaged(*_: object) -> tuple[str, ...]:
        raise ReleaseError("The Release was changed after it was signed.")

    monkeypatch.setattr(store, "corrections", damaged)
    assert listed(opened(client)) == sorted(seen)
