"""Who may open what, for every role, route by route and command by command."""

from __future__ import annotations

from typing import get_args

import pytest
from fixtures_release import NORTH, SOUTH
from fixtures_results import BOARD, HR, OTHERS, Site, make_site
from flask.testing import FlaskClient
from html_page import parse, words

from survey.manage.access import DUTIES, MAY_OPEN, ROLES, Pages
from survey.results import store

NAMES = {"board": BOARD, "hr": HR} | {role: name for name, role in OTHERS.items()}
FILLED = {"wave": "winter", "theme": "leadership", "table": "groups"}
OF_A_COMMAND = {"command", "board"}
"""What routes call the part of an address that names a board's command."""

RENDERED = {"board", "hr"}
"""Their own pages are opened by the tests of those pages."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return make_site(tmp_path_factory.mktemp("results"))


@pytest.fixture(scope="module")
def clients(site: Site) -> dict[str, FlaskClient]:
    return {role: site.client(NAMES[role]) for role in ROLES}


def guarded(site: Site) -> dict[tuple[str, str], frozenset[str]]:
    """Method and address -> the roles of the view, for every kind of page and two commands."""
    found = {}
    for rule in site.app.url_map.iter_rules():
        roles = getattr(site.app.view_functions[rule.endpoint], "roles", None)
        if not roles or rule.endpoint == "sign_in.sign_out":
            continue
        for command in (NORTH, SOUTH) if OF_A_COMMAND & set(rule.arguments) else (NORTH,):
            given = {name: FILLED.get(name, command) for name in rule.arguments}
            with site.app.test_request_context():
                address = site.app.url_map.bind("").build(rule.endpoint, given)
            for method in (rule.methods or set()) & {"GET", "POST"}:
                found[method, address] = roles
    return found


def test_every_page_refuses_every_role_that_may_not_open_it(
    site: Site, clients: dict[str, FlaskClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    # It would refuse what is posted before roles do.
    monkeypatch.setitem(site.app.config, "WTF_CSRF_ENABLED", False)
    pages = guarded(site)
    assert len(pages) > 20
    assert {method for method, _ in pages} == {"GET", "POST"}
    for (method, address), roles in pages.items():
        for role, client in clients.items():
            if role in roles and not (role == "board" and SOUTH in address):
                continue
            for asked in (address, f"{address}?as=pdf"):
                reply = client.open(asked, method=method)
                assert reply.status_code == 403, (role, method, asked)
                assert b"<table" not in reply.data
                assert b"Response South" not in reply.data
        refused = site.app.test_client().open(address, method=method)
        assert refused.location == "/results/sign-in"


@pytest.mark.parametrize("role", sorted(set(ROLES) - RENDERED))
def test_who_reads_no_results_is_told_what_they_may_open_and_every_link_leads_there(
    clients: dict[str, FlaskClient], role: str
) -> None:
    client = clients[role]
    page = parse(client.get("/results").data)
    assert DUTIES[role].may in page.text  # type: ignore[index]
    links = [
        link.get("href", "")
        for link in page.by_id("main-content").iter("a")
        if link.get("href", "").startswith("/")
    ]
    assert len(links) == sum(role in roles for roles in MAY_OPEN.values()) - 1
    for link in links:
        reply = client.get(link)
        assert reply.status_code == 200
        parse(reply.data)


def test_an_administrator_reads_no_result_and_no_more_than_a_board(site: Site) -> None:
    pages = guarded(site)
    assert {"administrator"} <= {role for roles in pages.values() for role in roles}
    about_results = [page for page in pages if "/board/" in page[1] or "/hr" in page[1]]
    assert not [page for page in about_results if "administrator" in pages[page]]


def test_each_page_is_in_the_one_table() -> None:
    assert set(MAY_OPEN) == set(get_args(Pages))
    assert set(DUTIES) == set(ROLES)


def test_officers_see_hashes_and_no_figure(clients: dict[str, FlaskClient], site: Site) -> None:
    page = parse(clients["officer"].get("/results/releases").data)
    said = words(page.by_id("main-content"))
    hashes = store.every(site.stores)
    assert len(hashes) == 3
    assert all(name in said for name in hashes)
    assert "%" not in said
