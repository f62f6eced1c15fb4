"""Every page that anybody can open, by every rule of axe; the list of them is `walked_pages`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
from every_route import Target, everything
from fixtures_planning import issuing_key
from fixtures_results import PASSWORD
from fixtures_wave import LiveWave
from served import serve_app
from walked_pages import NAMES, Stop, closed_stops, prepare, stops, without_page

from survey.close import closing
from survey.manage import issuing_keys
from survey.results import at_once
from survey.results.paper import printing, serving

pytestmark = [pytest.mark.browser, pytest.mark.long]


@pytest.fixture(scope="module")
def target(opened_once: LiveWave, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(issuing_keys, "_made", issuing_key)
        for one in (printing, serving):  # the page is looked at, and not what it leads to
            patch.setattr(one, "made", lambda *_: b"%PDF")
        found = everything(opened_once, tmp_path_factory.mktemp("walked") / "home")
        prepare(found)
        yield found


@pytest.fixture(scope="module")
def address(target: Target) -> Iterator[str]:
    yield from serve_app(target.site.app)


@pytest.fixture
def visitors(visit: Callable[..., Any], address: str) -> dict[str, Any]:
    """A browser of nobody, and one of everybody who signs in."""
    found = {"": visit(1280)}
    for name in NAMES.values():
        found[name] = visit(1280)
        page = found[name].page
        page.goto(f"{address}/sign-in")
        page.get_by_label("Name").fill(name)
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Sign in", exact=True).click()
    return found


def faults(visitors: dict[str, Any], address: str, walk: list[Stop]) -> list[str]:
    """What is wrong with the pages of a walk."""
    found = []
    for stop in walk:
        visitor = visitors[stop.who]
        reply = visitor.page.goto(address + stop.address)
        if (reply.status, reply.headers["content-type"].partition(";")[0]) != (
            stop.status,
            "text/html",
        ):
            found.append(f"{stop.address}: {reply.status} {reply.headers['content-type']}")
            continue
        visitor.page.evaluate(
            "document.querySelectorAll('details').forEach(one => one.open = true)"
        )
        # The browser logs every page that says why there is none.
        visitor.complaints[:] = [one for one in visitor.complaints if "status of" not in one]
        try:
            visitor.looks_right()
        except AssertionError as error:
            found.append(f"{stop.address}, as {stop.who or 'nobody'}: {error}")
            visitor.complaints.clear()
    return found


def test_every_page_is_accessible(
    target: Target,
    visitors: dict[str, Any],
    address: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    walk = list(stops(target))
    assert len(walk) > 70
    found = faults(visitors, address, walk)
    with at_once.making(""), at_once.making(""):
        busy = Stop("", "hr", "/results/hr/autumn/file/csvw", 503)
        found += faults(visitors, address, [busy])
    closing.close_wave(target.site.stores, "autumn", date(2026, 9, 30))
    found += faults(visitors, address, list(closed_stops()))
    monkeypatch.setitem(target.site.app.view_functions, "said.page", lambda: 1 // 0)
    found += faults(visitors, address, [Stop("", "", "/you-said-we-did", 500)])
    assert found == []


def test_what_is_not_walked_is_no_page(target: Target) -> None:
    for one in without_page(target):
        reply = target.clients[one.who].get(one.address)
        is_page = reply.status_code == 200 and reply.mimetype == "text/html"
        assert not is_page, one.address


def test_a_page_that_cannot_be_read_is_noticed(
    target: Target, visitors: dict[str, Any], address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    grey = "<!DOCTYPE html><html lang=en><title>A</title><main><h1>A</h1><input></main></html>"
    monkeypatch.setitem(target.site.app.view_functions, "said.page", lambda: grey)
    (found,) = faults(visitors, address, [Stop("", "", "/you-said-we-did")])
    assert "label" in found
    (found,) = faults(visitors, address, [Stop("", "", "/no-such-page")])
    assert "404" in found
