"""What the respondent's pages do not take without JavaScript, and how they say it."""

from __future__ import annotations

import html_page
import pytest
from fixtures_wave import LiveWave
from flask.testing import FlaskClient
from plain_forms import checked, filled, post, set_state

from survey.collect import submit


@pytest.mark.parametrize("step", ["check", "send"])
@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
    ],
)
def test_a_post_from_another_site_is_refused(
    client: FlaskClient, live_wave: LiveWave, step: str, headers: dict[str, str]
) -> None:
    form = checked(client, live_wave.codes[0])
    response = client.post(f"/survey/autumn/{step}", data=form, headers=headers)
    assert response.status_code == 403
    html_page.parse(response.data)
    post(client, "check", form)  # the code is as good as before


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "same-origin"}, {}])
def test_a_post_from_our_own_page_is_taken(
    client: FlaskClient, live_wave: LiveWave, headers: dict[str, str]
) -> None:
    response = client.post("/survey/autumn/check", data=filled(live_wave.codes[0]), headers=headers)
    assert response.status_code == 200


@pytest.mark.parametrize(
    ("state", "status", "heading"),
    [
        ("draft", 404, "Page not found"),
        ("closed", 410, "This survey has closed"),
        ("released", 410, "This survey has closed"),
    ],
)
def test_a_survey_that_is_not_open_says_so(
    client: FlaskClient, live_wave: LiveWave, state: str, status: int, heading: str
) -> None:
    form = checked(client, live_wave.codes[0])
    client.get("/survey/autumn")  # kept in the process by now
    set_state(live_wave, state)
    for response in (
        client.get("/survey/autumn"),
        client.post("/survey/autumn/check", data=form),
        client.post("/survey/autumn/send", data=form),
    ):
        assert response.status_code == status
        assert html_page.parse(response.data).h1 == heading
    assert "No survey is open" in html_page.parse(client.get("/").data).text


@pytest.mark.parametrize(
    "answers",
    [
        {"challenge_safe": "sometimes"},
        {"challenge_safe": ["agree", "disagree"]},
        {"salary": "high"},
        {"candour.other": "x"},
    ],
)
def test_what_the_page_does_not_offer_is_refused_in_plain_words_and_the_rest_is_kept(
    client: FlaskClient, live_wave: LiveWave, answers: dict[str, str]
) -> None:
    for step in ("check", "send"):
        form = {"candour.attempt": "a" * 64, **filled(live_wave.codes[0]), **answers}
        page = post(client, step, form, 400)
        assert page.title.startswith("Error:")
        assert "There is a problem" in page.text
        assert "sometimes" not in page.text
        kept = page.fields("survey")
        assert kept["fair_treatment"] == ["prefer-not-to-say"]
        assert kept["candour.code"] == [live_wave.codes[0]]
        assert ("challenge_safe" in kept) == ("challenge_safe" not in answers)
    post(client, "check", filled(live_wave.codes[0]))


def test_a_sending_without_an_attempt_is_refused(client: FlaskClient, live_wave: LiveWave) -> None:
    post(client, "send", filled(live_wave.codes[0]), 400)
    post(client, "send", {**filled(live_wave.codes[0]), "candour.attempt": "mine"}, 400)
    post(client, "check", filled(live_wave.codes[0]))


def test_too_much_at_once_is_refused_in_plain_words(client: FlaskClient) -> None:
    page = post(client, "check", {"challenge_safe": "x" * 600_000}, 413)
    assert page.h1 == "Too much was sent at once"


def test_a_fault_shows_a_page_in_plain_words(
    client: FlaskClient, live_wave: LiveWave, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = checked(client, live_wave.codes[0])
    monkeypatch.setattr(submit, "submit", lambda *_: 1 / 0)
    page = post(client, "send", form, 500)
    assert page.h1 == "Sorry, something went wrong"


def test_what_people_type_is_never_markup(client: FlaskClient) -> None:
    page = post(client, "check", filled('"><script>alert(1)</script>'), 400)
    assert page.fields("survey")["candour.code"] == ['"><script>alert(1)</script>']
