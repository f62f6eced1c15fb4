"""The pictures of `make screenshots` are of every page: a route without one is named."""

from __future__ import annotations

import re
from pathlib import Path
from types import ModuleType

import pytest
from flask import Flask

from survey.app import create_app
from survey.config import BOX, ISSUE, RESULTS, Settings

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    home = tmp_path_factory.mktemp("pictures")
    return create_app(Settings.at(home, surfaces=(ISSUE, BOX, RESULTS)))


@pytest.fixture
def every_page(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(DOCS)
    import every_page

    return every_page


def names(app: Flask) -> set[str]:
    """What pictures are called when every route has one."""
    return {f"{rule.endpoint.replace('.', '-')}-room" for rule in app.url_map.iter_rules()}


def test_a_route_without_a_picture_is_named(app: Flask, every_page: ModuleType) -> None:
    assert every_page.missed(app, names(app)) == []
    without = {name for name in names(app) if not name.startswith("forecasts-show")}
    assert every_page.missed(app, without) == ["/results/manage/waves/<wave_id>/forecast"]
    assert every_page.missed(app, without | {"forecasts-show-done"}) == []


def test_what_needs_no_picture_is_a_route(app: Flask, every_page: ModuleType) -> None:
    endpoints = {rule.endpoint for rule in app.url_map.iter_rules()}
    assert set(every_page.WITHOUT_PICTURE) <= endpoints
    assert all(every_page.WITHOUT_PICTURE.values())


def test_pages_that_no_link_leads_to_are_called_by_their_routes(app: Flask) -> None:
    text = (DOCS / "pages_made_by_doing.py").read_text()
    endpoints = {rule.endpoint.replace(".", "-") for rule in app.url_map.iter_rules()}
    called = set(re.findall(r'shoot\("([^"]+)"\)', text))
    assert len(called) > 15
    made_of = {"new_wave-made_of"}  # the same address, after the form was sent
    assert [one for one in called - made_of if "-".join(one.split("-")[:2]) not in endpoints] == []
