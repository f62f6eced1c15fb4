"""A site on which two people have to agree, with a draft that could be opened."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from fixtures_planning import add_draft, planning_site
from fixtures_results import CHEAP, PASSWORD, Site
from flask.testing import FlaskClient
from html_page import parse
from werkzeug.test import TestResponse

from survey import carrying_out
from survey.app import create_app
from survey.collect import codes, issuer
from survey.database import Stores
from survey.manage import people

MANAGERS = ("manager", "kim")
OFFICERS = ("officer", "ola")
CARDS = 50


def with_two_people(site: Site) -> Site:
    """The same site where commands need two people, and a second one of each role signs in."""
    settings = replace(site.settings, two_people=True)
    stores = Stores.open(settings)
    for name, role in ((MANAGERS[1], "manager"), (OFFICERS[1], "officer")):
        people.add(stores, name, role, None, PASSWORD, CHEAP)
    app = create_app(settings)
    app.testing = False
    return Site(app, settings, stores)


def agreeing_site(home: Path, patch: pytest.MonkeyPatch) -> Site:
    """Such a site, without a wave."""
    return with_two_people(planning_site(home, patch))


def draft_with_cards(site: Site, wave_id: str, cards: int = CARDS) -> tuple[str, ...]:
    """A draft wave with cards; returns their codes."""
    add_draft(site, wave_id)
    made = tuple(codes.make(cards))
    halves = [codes.public_half(codes.parse(code), wave_id) for code in made]
    issuer.import_codes(site.stores, wave_id, halves)
    return made


def address_of(wave_id: str) -> str:
    """The page on which two people agree about a wave."""
    return f"/results/manage/waves/{wave_id}/agreement"


def fields(client: FlaskClient, address: str, do: str) -> dict[str, str]:
    """What the page's form for `do` holds; empty where the page has none."""
    for form in parse(client.get(address).data).root.iter("form"):
        found = {
            one.get("name", ""): one.get("value", "")
            for one in form.iter("input")
            if one.get("name")
        }
        if found.get("do") == do:
            return found
    return {}


def press(client: FlaskClient, address: str, do: str, **more: str) -> TestResponse:
    """Press the button of the form for `do`."""
    found = fields(client, address, do)
    assert found, f"no form to {do}"
    return client.post(address, data={**found, **more})


def carry_out(site: Site) -> list[str]:
    """Do what was agreed, as `candour wave agreed` does; what it said."""
    said: list[str] = []
    carrying_out.everything(site.stores, said.append)
    return said
