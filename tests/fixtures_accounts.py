"""One's own account as a browser has it: its addresses, forms, and somebody who needs codes."""

from __future__ import annotations

from datetime import datetime

import pytest
from fixtures_results import HR, Site
from flask.testing import FlaskClient
from html_page import parse
from werkzeug.test import TestResponse

from survey import clock
from survey.manage import audit_log, credentials, log_words, people, second_factor
from survey.manage.people import Person

NEW = "kettle ladder moth"
KEY = b"12345678901234567890"
OBJECT_ID = "3f2a0c1e-0000-4000-8000-0123456789ab"
ACCOUNT = "/results/account"
CHANGE, SET_UP, CODE = f"{ACCOUNT}/password", f"{ACCOUNT}/second-step", "/results/sign-in/code"


def stand_at(monkeypatch: pytest.MonkeyPatch, at: datetime) -> None:
    monkeypatch.setattr(clock, "now", lambda: at)


def send(client: FlaskClient, address: str, **typed: str) -> TestResponse:
    """Fill in the form of a page as a browser does, hidden fields included."""
    page = parse(client.get(address).data)
    fields = [one for one in page.root.iter("input") if one.get("type") == "hidden"]
    hidden = {one.get("name", ""): one.get("value", "") for one in fields}
    return client.post(address, data=hidden | typed)


def change(client: FlaskClient, current: str, new: str, again: str | None = None) -> TestResponse:
    return send(client, CHANGE, current=current, new=new, again=new if again is None else again)


def code_of(at: datetime, key: bytes = KEY) -> str:
    return second_factor.code_at(key, int(at.timestamp()))


def with_codes(site: Site, name: str = HR) -> Person:
    """Somebody who needs codes; none was given yet."""
    person = people.get(site.stores, name)
    assert person is not None
    return credentials.take_factor(site.stores, person, KEY, 0)


def told(site: Site) -> list[str]:
    """What the log says of signing in and of accounts."""
    kinds = {"sign-in", "failed", "setting"}
    return [log_words.did(one) for one in audit_log.entries(site.stores) if one.kind in kinds]


def sentence(reply: TestResponse) -> str:
    return parse(reply.data).text
