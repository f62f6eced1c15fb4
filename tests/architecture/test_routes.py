"""Every route is on a list that says who may open it; a new one fails until someone says."""

from __future__ import annotations

import os
from pathlib import Path

from flask import Flask
from mock_tenant import MockTenant, environment
from walked_pages import NO_PAGE, pages

from survey import database
from survey.app import create_app
from survey.config import Settings

GOLDEN = Path(__file__).parents[1] / "golden" / "routes.txt"


def access(app: Flask, endpoint: str) -> str:
    """Who may open a route: the roles that its view requires, or everybody; and whether as PDF."""
    view = app.view_functions[endpoint]
    roles = getattr(view, "roles", None)
    who = ",".join(sorted(roles)) if roles else "everybody"
    return f"{who} ?as=pdf" if getattr(view, "on_paper", False) else who


def routes(app: Flask) -> str:
    """One line a route: method, address, who may open it."""
    lines = {
        f"{method} {rule.rule} {access(app, rule.endpoint)}"
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    return "\n".join(sorted(lines)) + "\n"


def make_app(home: Path) -> Flask:
    tenant = environment(MockTenant(address="https://login.example"), "https://results.example")
    settings = Settings.from_environment({"CANDOUR_HOME": str(home), **tenant})
    database.migrate(settings)
    return create_app(settings)


def test_routes_and_their_access_are_as_listed(tmp_path: Path) -> None:
    found = routes(make_app(tmp_path))
    if os.environ.get("CANDOUR_GOLDEN") == "write":
        GOLDEN.write_text(found)
    assert found == GOLDEN.read_text()


def test_a_route_that_nobody_listed_is_noticed(tmp_path: Path) -> None:
    app = make_app(tmp_path)
    app.add_url_rule("/everything", view_func=lambda: "")
    assert routes(app) != GOLDEN.read_text()


def test_every_results_page_asks_who_is_there(tmp_path: Path) -> None:
    for line in routes(make_app(tmp_path)).splitlines():
        _method, address, who, *_pdf = line.split()
        if address.startswith("/results") and not address.startswith("/results/sign-in"):
            assert who != "everybody", line


def test_every_route_is_in_the_accessibility_walk_or_has_no_page(tmp_path: Path) -> None:
    app = make_app(tmp_path)
    app.add_url_rule("/anew", view_func=lambda: "")
    walked = {rule.rule for rule in pages(app)}
    got = {line.split()[1] for line in GOLDEN.read_text().splitlines() if line.startswith("GET")}
    assert walked | set(NO_PAGE) == got | {"/anew"}, "a new one is walked, whoever adds it"
    assert walked & set(NO_PAGE) == set()
