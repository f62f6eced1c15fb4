"""What holds for every address that the page posts to, whatever it sends."""

from __future__ import annotations

import secrets

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fixtures_tokens import Ticket, seal, to_send
from fixtures_wave import LiveWave
from flask.testing import FlaskClient

from survey import security
from survey.collect import issuer, sealed_pages, tokens
from survey.manage import waves

pytestmark = pytest.mark.both_databases

PATHS = ["/issue/{}", "/issue/{}/check", "/box/{}"]


@pytest.mark.parametrize("path", PATHS)
def test_wave_that_takes_no_answers_says_so(
    live_wave: LiveWave, client: FlaskClient, path: str
) -> None:
    waves.create(
        live_wave.stores, "winter", "W", live_wave.wave.questionnaire, live_wave.keys.public
    )
    for wave in ("winter", "nowhere"):
        reply = client.post(path.format(wave), json={})
        assert (reply.status_code, reply.json) == (404, {"error": "There is no such survey."})
    with live_wave.stores.issuer() as session:
        waves.move(session, "autumn", "open", "closing")
    reply = client.post(path.format("autumn"), json={})
    assert (reply.status_code, reply.json) == (410, {"error": issuer.CLOSED})


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "header", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://elsewhere.example"}]
)
def test_another_sites_page_is_refused(
    client: FlaskClient, path: str, header: dict[str, str]
) -> None:
    reply = client.post(path.format("autumn"), json={}, headers=header)
    assert reply.status_code == 403
    assert reply.json == {"error": "This was not sent by the survey's own page."}


def test_an_endpoint_that_asks_nobody_where_they_come_from_is_noticed(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(security, "RESPONDENT_BLUEPRINTS", frozenset({"respond"}))
    with pytest.raises(AssertionError):
        test_another_sites_page_is_refused(client, "/box/{}", {"Sec-Fetch-Site": "cross-site"})


@pytest.mark.parametrize("path", PATHS)
def test_replies_carry_no_cookie_and_are_not_kept(client: FlaskClient, path: str) -> None:
    reply = client.post(path.format("autumn"), json={})
    assert reply.headers["Cache-Control"] == "no-store"
    assert reply.headers["Referrer-Policy"] == "no-referrer"
    assert not {"Set-Cookie", "ETag", "Last-Modified"} & set(reply.headers.keys())


@pytest.mark.parametrize("path", PATHS)
def test_unexpected_error_tells_its_kind_only(
    live_wave: LiveWave,
    client: FlaskClient,
    path: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("a secret")

    monkeypatch.setattr(tokens, "proves", fail)
    ticket = Ticket(secrets.token_bytes(416), Ed25519PrivateKey.generate())
    reply = client.post(path.format("autumn"), json=to_send(ticket, seal(live_wave)))
    assert (reply.status_code, reply.json) == (500, {"error": sealed_pages.FAILED})
    assert caplog.messages == [f"{path.format('<wave_id>')}: RuntimeError"]
