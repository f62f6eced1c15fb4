"""Requests that somebody makes up, sent to every route: forged, led astray, or by no form."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from every_route import ROLES, Target, everything
from fixtures_planning import issuing_key
from fixtures_results import PASSWORD, make_site, sign_in
from fixtures_wave import LiveWave
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from survey.app import create_app
from survey.manage import issuing_keys
from survey.security import RESPONDENT_BLUEPRINTS

pytestmark = pytest.mark.slow
ALWAYS = {
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
}
UP = ["../app.py", "..%2fapp.py", "%2e%2e/%2e%2e/pyproject.toml", "//etc/passwd", ".git/HEAD", ""]


@pytest.fixture(scope="module")
def target(opened_once: LiveWave, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(issuing_keys, "_made", issuing_key)
        made = everything(opened_once, tmp_path_factory.mktemp("hostile") / "home")
        made.site.app.config["WTF_CSRF_ENABLED"] = True
        yield made


def posting(app: Flask, of_respondents: bool) -> list[tuple[Rule, str]]:
    """Every route that takes a POST, with an address of it."""
    found = []
    for rule in app.url_map.iter_rules():
        blueprint = rule.endpoint.partition(".")[0]
        if (
            "POST" in (rule.methods or ())
            and (blueprint in RESPONDENT_BLUEPRINTS) == of_respondents
        ):
            values = {name: "draft" if name == "wave_id" else "x" for name in rule.arguments}
            if of_respondents:
                values["wave_id"] = "autumn"
            with app.test_request_context():
                found.append((rule, app.url_map.bind("").build(rule.endpoint, values, "POST")))
    return found


def forged(target: Target) -> list[str]:
    """Addresses that take a form without its token, from somebody who is signed in."""
    return [
        address
        for _, address in posting(target.site.app, of_respondents=False)
        for name in ROLES
        if target.clients[name].post(address, data={"name": "a"}).status_code != 400
    ]


def test_no_form_of_readers_is_taken_without_its_token(target: Target) -> None:
    assert len(posting(target.site.app, of_respondents=False)) > 10
    assert forged(target) == []


def test_a_form_that_needs_no_token_is_noticed(
    target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(target.site.app.config, "WTF_CSRF_CHECK_DEFAULT", False)
    assert forged(target)


@pytest.mark.parametrize(
    "told",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
    ],
)
def test_no_respondents_route_takes_what_another_site_sends(
    target: Target, told: dict[str, str]
) -> None:
    routes = posting(target.site.app, of_respondents=True)
    assert len(routes) > 5
    for _, address in routes:
        reply = target.clients[""].post(address, data={"a": "b"}, headers=told)
        assert reply.status_code == 403, address


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "PUT", "DELETE", "PATCH", "BREW"])
def test_other_methods_are_refused(target: Target, method: str) -> None:
    for address in ("/", "/survey/autumn", "/results", "/results/sign-in", "/box/autumn"):
        reply = target.clients["hr"].open(address, method=method)
        assert reply.status_code == 405
        assert b"Cookie" not in reply.data


@pytest.mark.parametrize("path", UP)
def test_nothing_but_built_files_is_served(target: Target, path: str) -> None:
    client = target.clients["hr"]
    for before in ("/static/", "/", "/results/board/response-north/winter/csv/"):
        reply = client.get(before + path)
        assert reply.status_code in {200, 302, 404}
        assert b"root:" not in reply.data
        assert b"import " not in reply.data
        assert b"[build-system]" not in reply.data
        if before == "/static/":
            assert reply.status_code == 404


@pytest.mark.parametrize("field", ["next", "url", "return", "redirect", "continue"])
@pytest.mark.parametrize("where", ["https://evil.example/", "//evil.example", "/\\evil.example"])
def test_signing_in_leads_where_nobody_told_it(target: Target, field: str, where: str) -> None:
    target.site.app.config["WTF_CSRF_ENABLED"] = False
    sent = {"name": "hr", "password": PASSWORD, field: where}
    reply = target.site.app.test_client().post(
        "/results/sign-in", data=sent, query_string={field: where}
    )
    target.site.app.config["WTF_CSRF_ENABLED"] = True
    assert reply.location == "/results"


def test_what_proxies_say_of_a_request_is_not_read(target: Target) -> None:
    told = {"X-Forwarded-For": "6.6.6.6", "X-Forwarded-Proto": "https", "Forwarded": "for=6.6.6.6"}
    for address in ("/", "/results/sign-in", "/accessibility"):
        plain, forwarded = (target.clients[""].get(address, headers=one) for one in ({}, told))
        assert plain.status_code == forwarded.status_code
        assert forwarded.headers.get("Location") == plain.headers.get("Location")
        assert b"6.6.6.6" not in forwarded.data


def over_https(live_wave: LiveWave) -> FlaskClient:
    return create_app(replace(live_wave.settings, https=True)).test_client()


def test_every_reply_has_its_headers_files_and_faults_too(live_wave: LiveWave) -> None:
    client = over_https(live_wave)
    style = client.get("/").text.partition('href="/static/')[2].partition('"')[0]
    file = f"/static/{style}"
    for address in ("/", "/survey/autumn", "/nowhere", file, "/codes/autumn/list.txt"):
        with client.get(address) as reply:
            told = reply.headers
        for name, value in ALWAYS.items():
            assert told.get(name) == value, address
        assert "frame-ancestors 'none'" in told["Content-Security-Policy"]
        assert "unsafe" not in told["Content-Security-Policy"]
        assert told["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
        kinds = ("text/html", "text/plain")
        assert not told["Content-Type"].startswith(kinds) or "charset=utf-8" in told["Content-Type"]
        assert ("immutable" in told["Cache-Control"]) == (address == file)


def without_its_headers(target: Target, app: Flask) -> list[str]:
    """Pages, files and refusals of those who sign in that lack a header; and how many there are."""
    lacking, shown = [], 0
    for name in filter(None, ROLES):
        client = app.test_client()
        reply = client.post("/results/sign-in", data={"name": name, "password": PASSWORD}, **HTTPS)
        assert reply.location == "/results"
        for address in READ:
            reply = client.get(address, **HTTPS)
            shown += reply.status_code == 200
            told = reply.headers
            right = {**ALWAYS, LOST: "max-age=31536000; includeSubDomains"}
            right["Cache-Control"] = "no-store"
            texts = told["Content-Type"].startswith("text/")
            if (
                any(told.get(name) != value for name, value in right.items())
                or "frame-ancestors 'none'" not in told.get("Content-Security-Policy", "")
                or (texts and "charset=utf-8" not in told["Content-Type"])
            ):
                lacking.append(f"{name} {address}")
    assert shown > len(READ)
    return lacking


READ = [
    *("/results", "/results/hr", "/results/hr/winter/themes", "/results/board/response-north"),
    *("/results/hr/winter/csv/groups.csv", "/results/releases", "/results/manage/waves/draft"),
    *("/results/log", "/results/log/file.csv", "/results/people", "/results/hr/nowhere"),
]
HTTPS: Any = {"base_url": "https://localhost"}
LOST = "Strict-Transport-Security"


def test_every_reply_to_who_signed_in_has_them_too(target: Target) -> None:
    app = create_app(replace(target.site.settings, https=True))
    app.config["WTF_CSRF_ENABLED"] = False
    assert without_its_headers(target, app) == []
    whole = app.wsgi_app

    def lose(environ: Any, start: Any) -> Any:  # the control
        def without(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            return start(status, [one for one in headers if one[0] != LOST], *rest)

        return whole(environ, without)

    app.wsgi_app = lose  # type: ignore[method-assign]
    assert len(without_its_headers(target, app)) == len(READ) * (len(ROLES) - 1)


def test_without_https_no_browser_is_told_to_insist_on_it(client: FlaskClient) -> None:
    assert "Strict-Transport-Security" not in client.get("/").headers


def test_over_https_browsers_insist_on_every_cookie(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    site = make_site(tmp_path_factory.mktemp("secure") / "home", waves=["winter"])
    app = create_app(replace(site.settings, https=True))
    client = app.test_client()
    form = client.get("/results/sign-in", base_url="https://localhost")
    token = form.text.partition('name="csrf_token"')[2].partition('value="')[2].partition('"')[0]
    reply = client.post(
        "/results/sign-in",
        data={"csrf_token": token, "name": "hr", "password": PASSWORD},
        base_url="https://localhost",
        headers={"Referer": "https://localhost/results/sign-in"},
    )
    assert reply.location == "/results"
    cookies = reply.headers.getlist("Set-Cookie")
    assert len(cookies) == 2
    for cookie in cookies:
        assert cookie.startswith("__Secure-")
        assert {"Secure", "HttpOnly"} <= set(cookie.split("; "))
    assert sign_in(site.client(), "hr", PASSWORD).headers["Set-Cookie"].startswith("candour")
