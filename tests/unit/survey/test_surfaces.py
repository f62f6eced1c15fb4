"""A process serves its surfaces and nothing else, and touches nothing of the others."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import html_page
import pytest
from fixtures_hosts import Hosts, Touched, issuer_served, watching
from fixtures_tokens import any_blinded, half, key_of, seal, take_ticket
from fixtures_wave import LiveWave
from flask import Flask
from sqlalchemy import text
from werkzeug.test import TestResponse

from survey.app import create_app
from survey.collect import base64url, submit, tokens
from survey.config import RESULTS, SURFACES, Settings
from survey.errors import SettingsError
from survey.manage import people

OF_READERS = {"person", "wrong_tries", "log_entry", "log_head"}
"""Tables of those who sign in: nobody who answers comes near one."""

SECRETS = {"autumn.salt", "autumn.issuing"}
EVERYTHING_ELSE = ["/", "/privacy", "/nowhere", "/issue/", "/box", "/results", "/survey/none"]


def routes(app: Flask) -> set[str]:
    """`METHOD /address` of every route, with a wave that is open."""
    return {
        f"{method} {re.sub('<[^>]*wave[^>]*>', 'autumn', rule.rule)}"
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }


def bodies(live: LiveWave, issuer: LiveWave) -> dict[str, dict[str, str]]:
    """What is sent to each route that takes something, as a page would send it."""
    key, blinded, sealed = key_of(live, 1), any_blinded(), seal(live)
    proof_of_redeeming = key.sign(tokens.to_redeem("autumn", blinded))
    proof_of_checking = key.sign(tokens.to_check("autumn"))
    plain = {"candour.code": live.codes[2], "candour.attempt": submit.new_attempt()}
    found = {
        "/issue/autumn/check": {"half": half(live, 1), "proof": proof_of_checking},
        "/issue/autumn": {"half": half(live, 1), "blinded": blinded, "proof": proof_of_redeeming},
    }
    ticket = take_ticket(issuer, 3)
    sent = {"token": ticket.token, "sealed": sealed, "proof": ticket.proof(sealed)}
    found["/box/autumn"] = sent
    written = {
        path: {name: base64url.write(content) for name, content in named.items()}
        for path, named in found.items()
    }
    return written | {"/survey/autumn/check": plain, "/survey/autumn/send": plain}


def walk(app: Flask, sent: dict[str, dict[str, str]]) -> Iterator[tuple[str, TestResponse]]:
    """Opens every route, and addresses that are none of this process."""
    client = app.test_client()
    for route in sorted(routes(app)):
        method, path = route.split()
        given = sent.get(path, {})
        form = "candour.code" in given
        yield route, client.open(path, method=method, **{"data" if form else "json": given})
    for path in EVERYTHING_ELSE:
        yield f"GET {path}", client.get(path)
        yield f"POST {path}", client.post(path)


def walked(app: Flask, sent: dict[str, dict[str, str]]) -> tuple[dict[str, int], Touched]:
    """Every status, once each reply was found to be a whole page, or JSON or text."""
    with watching() as touched:
        replies = dict(walk(app, sent))
    for route, reply in replies.items():
        assert reply.status_code < 500, route
        if reply.mimetype == "text/html" and reply.status_code not in {301, 302, 303, 308}:
            html_page.parse(reply.data)
    return {route: reply.status_code for route, reply in replies.items()}, touched


def serving(live: LiveWave, **changes: object) -> Flask:
    made = create_app(replace(live.settings, **changes))  # type: ignore[arg-type]
    made.testing = False
    return made


def test_issuer_alone_has_no_page_and_touches_no_ballot_box(hosts: Hosts) -> None:
    app = serving(hosts.issuer)
    assert {route.split()[1].split("/")[1] for route in routes(app)} == {"issue"}
    statuses, touched = walked(app, bodies(hosts.issuer, hosts.issuer))
    assert statuses["POST /issue/autumn"] == 200
    assert statuses["POST /issue/autumn/check"] == 200
    assert statuses["GET /issue/autumn/closing"] == 404
    assert {statuses[f"GET {path}"] for path in EVERYTHING_ELSE} == {404}
    assert touched.files >= SECRETS
    assert "code" in touched.tables
    assert not touched.tables & OF_READERS
    assert not [name for name in touched.files if ".box" in name or ".closed" in name]


def test_box_alone_has_no_issuer_and_touches_nothing_of_one(hosts: Hosts) -> None:
    with issuer_served(hosts) as there:
        app = serving(there)
        assert not [route for route in routes(app) if "/issue" in route]
        statuses, touched = walked(app, bodies(there, hosts.issuer))
    assert statuses["POST /box/autumn"] == 200
    assert statuses["POST /survey/autumn/check"] == statuses["POST /survey/autumn/send"] == 200
    assert statuses["GET /issue/"] == statuses["POST /issue/"] == 404
    assert "autumn.box" in touched.files
    assert not touched.files & SECRETS
    assert not touched.tables & {"code", *OF_READERS}


def test_results_alone_have_no_respondents_page_and_touch_nothing_of_theirs(
    live_wave: LiveWave,
) -> None:
    app = serving(live_wave, surfaces=(RESULTS,))
    first = {route.split()[1].split("/")[1] for route in routes(app)}
    assert first == {"results", "sign-in", "accessibility", "you-said-we-did"}
    statuses, touched = walked(app, {})
    assert statuses["GET /privacy"] == statuses["POST /box"] == 404
    assert not {name for name in touched.files if name.startswith("autumn.")}
    assert not touched.tables & {"code", "code_list", "wave"}


def test_one_process_with_everything_touches_all_of_it(live_wave: LiveWave) -> None:
    """So that the watching above would see it."""
    app = serving(live_wave, surfaces=SURFACES)
    _, touched = walked(app, bodies(live_wave, live_wave))
    assert touched.files >= {*SECRETS, "autumn.box"}
    assert "code" in touched.tables
    with watching() as touched:
        people.get(live_wave.stores, "nobody")
    assert touched.tables & OF_READERS


@pytest.mark.parametrize(
    ("setting", "value", "surfaces"),
    [
        ("CANDOUR_ISSUE_ADDRESS", "issue.example.org", "box"),
        ("CANDOUR_ISSUE_ADDRESS", "http://issue.example.org", "box"),
        ("CANDOUR_ISSUE_ADDRESS", "https://issue.example.org/path", "box"),
        ("CANDOUR_ISSUE_ADDRESS", "https://issue.example.org *", "box"),
        ("CANDOUR_ISSUE_ADDRESS", "https://user@issue.example.org", "box"),
        ("CANDOUR_BOX_ADDRESS", "*", "issue"),
        ("CANDOUR_BOX_ADDRESS", "null", "issue"),
        ("CANDOUR_ISSUE_ADDRESS", "https://issue.example.org", "issue,box"),
        ("CANDOUR_BOX_ADDRESS", "https://survey.example.org", "issue,box"),
    ],
)
def test_address_that_is_none_or_contradicts_the_surfaces_is_one_sentence(
    tmp_path: Path, setting: str, value: str, surfaces: str
) -> None:
    given = {"CANDOUR_HOME": str(tmp_path), "CANDOUR_SURFACES": surfaces, setting: value}
    with pytest.raises(SettingsError, match=setting):
        Settings.from_environment(given)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("https://Issue.Example.org/", "https://issue.example.org"),
        ("https://issue.example.org:443", "https://issue.example.org"),
        ("https://issue.example.org:8443", "https://issue.example.org:8443"),
        ("http://localhost:8001", "http://localhost:8001"),
        ("http://127.0.0.1:80", "http://127.0.0.1"),
        (" ", ""),
    ],
)
def test_address_is_taken_as_browsers_write_it(tmp_path: Path, written: str, meant: str) -> None:
    given = {"CANDOUR_HOME": str(tmp_path), "CANDOUR_SURFACES": "box"}
    settings = Settings.from_environment(given | {"CANDOUR_ISSUE_ADDRESS": written})
    assert settings.issue_address == meant


def test_stores_of_a_box_have_no_code_and_no_secret(hosts: Hosts) -> None:
    with hosts.box.stores.issuer() as session:
        assert session.scalar(text("SELECT count(*) FROM code")) == 0
        assert session.scalar(text("SELECT count(*) FROM code_list")) == 1
    assert not (hosts.box.settings.home / "salts").exists()
    assert not (hosts.issuer.settings.home / "boxes").exists()
