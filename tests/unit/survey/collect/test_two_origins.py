"""Issuer and ballot box at two addresses: the page of one may ask the other, and nobody else's."""

from __future__ import annotations

import json
from dataclasses import replace

import html_page
import pytest
from fixtures_hosts import ASKS, ISSUES, Hosts
from fixtures_tokens import any_blinded, half, key_of
from fixtures_wave import LiveWave
from flask.testing import FlaskClient

from survey import security
from survey.app import create_app
from survey.collect import base64url, tokens

ELSEWHERE = "https://elsewhere.example"
CROSS = {"Sec-Fetch-Site": "cross-site", "Origin": ASKS}


@pytest.fixture
def issuer(hosts: Hosts) -> FlaskClient:
    return create_app(hosts.issuer.settings).test_client()


@pytest.fixture
def box(hosts: Hosts) -> FlaskClient:
    return create_app(hosts.box.settings).test_client()


def to_redeem(live: LiveWave) -> dict[str, str]:
    blinded = any_blinded()
    proof = key_of(live).sign(tokens.to_redeem("autumn", blinded))
    named = {"half": half(live), "blinded": blinded, "proof": proof}
    return {name: base64url.write(content) for name, content in named.items()}


def test_page_names_the_issuer_and_may_connect_to_it_alone(box: FlaskClient) -> None:
    shown = box.get("/survey/autumn")
    form = html_page.parse(shown.data).by_id("survey")
    assert form.get("data-issuer") == ISSUES
    policy = shown.headers["Content-Security-Policy"]
    assert f"connect-src 'self' {ISSUES};" in policy
    assert policy.replace(f" {ISSUES}", "") == security.policy("")


def test_page_of_one_host_names_no_issuer(client: FlaskClient) -> None:
    shown = client.get("/survey/autumn")
    assert html_page.parse(shown.data).by_id("survey").get("data-issuer") is None
    assert "connect-src 'self';" in shown.headers["Content-Security-Policy"]
    assert "Two servers" not in client.get("/privacy").text


@pytest.mark.parametrize("site", ["cross-site", "same-site", None])
def test_issuer_answers_the_pages_of_the_ballot_box(
    hosts: Hosts, issuer: FlaskClient, site: str | None
) -> None:
    headers = {"Origin": ASKS} | ({"Sec-Fetch-Site": site} if site else {})
    reply = issuer.post("/issue/autumn", json=to_redeem(hosts.issuer), headers=headers)
    assert reply.status_code == 200
    assert reply.headers["Access-Control-Allow-Origin"] == ASKS
    assert "Access-Control-Allow-Credentials" not in reply.headers


def test_refusals_can_be_read_by_the_page_too(hosts: Hosts, issuer: FlaskClient) -> None:
    for path, status in (("/issue/autumn", 403), ("/issue/none", 404)):
        reply = issuer.post(path, json={}, headers=CROSS)
        assert reply.status_code == status
        assert reply.headers["Access-Control-Allow-Origin"] == ASKS


def test_page_asks_so_that_no_browser_asks_beforehand(issuer: FlaskClient, hosts: Hosts) -> None:
    """A request of plain text without headers of its own; the issuer reads it all the same."""
    body = json.dumps(to_redeem(hosts.issuer))
    reply = issuer.post("/issue/autumn", data=body, content_type="text/plain", headers=CROSS)
    assert reply.status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site", "Origin": ELSEWHERE},
        {"Sec-Fetch-Site": "same-site", "Origin": ASKS + ".evil.example"},
        {"Sec-Fetch-Site": "cross-site", "Origin": ASKS.replace("https", "http")},
        {"Sec-Fetch-Site": "cross-site", "Origin": ASKS + ":8443"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Origin": ELSEWHERE},
    ],
)
def test_no_other_page_is_answered(
    hosts: Hosts, issuer: FlaskClient, headers: dict[str, str]
) -> None:
    reply = issuer.post("/issue/autumn", json=to_redeem(hosts.issuer), headers=headers)
    assert reply.status_code == 403
    assert reply.headers["Access-Control-Allow-Origin"] == ASKS, "which is not whoever asked"


def test_page_of_the_ballot_box_may_ask_the_issuer_only(hosts: Hosts) -> None:
    """Whatever else that host might serve one day."""
    settings = replace(hosts.issuer.settings, box_address=ASKS)
    app = create_app(settings)
    with app.test_request_context("/box/autumn", method="POST", headers=CROSS) as context:
        assert not security.is_same_origin(context.request, ASKS)
    with app.test_request_context("/issue/autumn", method="POST", headers=CROSS) as context:
        assert security.is_same_origin(context.request, ASKS)


def test_issuer_on_the_same_site_answers_no_other(hosts: Hosts) -> None:
    alone = create_app(replace(hosts.issuer.settings, box_address="")).test_client()
    reply = alone.post("/issue/autumn", json=to_redeem(hosts.issuer), headers=CROSS)
    assert reply.status_code == 403
    assert "Access-Control-Allow-Origin" not in reply.headers


def test_box_answers_no_page_of_another_site(box: FlaskClient) -> None:
    for origin in (ISSUES, ELSEWHERE):
        headers = {"Sec-Fetch-Site": "cross-site", "Origin": origin}
        reply = box.post("/box/autumn", json={}, headers=headers)
        assert reply.json == {"error": "This was not sent by the survey's own page."}
        assert "Access-Control-Allow-Origin" not in reply.headers


def test_an_issuer_that_answers_every_page_is_noticed(
    hosts: Hosts, issuer: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(security, "is_same_origin", lambda *_: True)
    with pytest.raises(AssertionError):
        test_no_other_page_is_answered(hosts, issuer, {"Origin": ELSEWHERE})
