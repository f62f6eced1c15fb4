"""A process makes the pages that readers are led to, before they ask and only while it is quiet."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from fixtures_acts import TALKS
from fixtures_release import NORTH, SOUTH, WAVES
from fixtures_results import BOARD, CHEAP, HR, PASSWORD, SIGNER, Site, make_site, packs
from flask import Flask

from analysis.errors import ReleaseError
from analysis.release.model import Release
from survey import clock
from survey.database import Stores
from survey.manage import audit_log, people
from survey.results import ahead, frame, kept, store, warming
from survey.results.acts import record
from survey.results.warming import Quiet, Warming

LINK = re.compile(r'href="(/results/(?:board|hr)[^"#?]*)"')
NO_PAGE = re.compile(r"/csv/|/file/|all-pages")


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return make_site(tmp_path / "home", waves=tuple(WAVES)[:1])


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The pages that were made, one entry each time."""
    found: list[str] = []
    make = frame.render_template

    def counted(template: str, **more: object) -> str:
        found.append(template)
        return make(template, **more)

    monkeypatch.setattr(frame, "render_template", counted)
    return found


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Site], Warming]]:
    """Begins to get a site ready, looks again at once, and ends it with the test."""
    monkeypatch.setattr(warming, "PAUSE", 0.0001)
    monkeypatch.setattr(warming, "LOOKS_AGAIN", 0.01)
    running: list[Warming] = []

    def begin(site: Site) -> Warming:
        found = warming.begin(site.app)
        assert found is not None
        running.append(found)
        return found

    yield begin
    for one in running:
        one.end()


def walked(site: Site, name: str, start: str) -> list[str]:
    """Every page that somebody is led to by links from their front page."""
    client, seen, waiting = site.client(name), list[str](), [start]
    while waiting:
        seen.append(waiting.pop())
        reply = client.get(seen[-1])
        assert reply.status_code == 200, seen[-1]
        links = dict.fromkeys(LINK.findall(reply.text))
        own = (one for one in links if one.startswith(start) and not NO_PAGE.search(one))
        waiting += [one for one in own if one not in {*seen, *waiting}]
    return seen


def test_nobody_waits_for_a_page_that_links_lead_to(
    tmp_path: Path, made: list[str], begun: Callable[[Site], Warming]
) -> None:
    """The control: without it each page is made for its first reader."""
    site = make_site(tmp_path / "home", waves=tuple(WAVES)[:2])
    people.add(site.stores, "south", "board", SOUTH, PASSWORD, CHEAP)
    readers = (
        (HR, "/results/hr"),
        (BOARD, f"/results/board/{NORTH}"),
        ("south", f"/results/board/{SOUTH}"),
    )
    pages = [one for reader in readers for one in walked(site, *reader)]
    assert len(made) == len(pages) > 60
    kept.of(site.app).forget()
    logged = len(list(audit_log.entries(site.stores)))
    assert begun(site).ready.wait(120)
    assert len(list(audit_log.entries(site.stores))) == logged, "nobody read what was made ahead"
    made.clear()
    for reader in readers:
        walked(site, *reader)
    assert made == []


def test_a_page_made_ahead_is_the_page_and_is_asked_for_like_any_other(
    site: Site, begun: Callable[[Site], Warming], monkeypatch: pytest.MonkeyPatch
) -> None:
    address = f"/results/board/{NORTH}/{next(iter(WAVES))}/themes"
    people.add(site.stores, "elsewhere", "board", SOUTH, PASSWORD, CHEAP)
    token = re.compile(r'(?<=name="csrf_token" value=")[^"]+')
    asked = token.sub("", site.client(BOARD).get(address).text)
    kept.of(site.app).forget()
    assert begun(site).ready.wait(120)
    assert token.sub("", site.client(BOARD).get(address).text) == asked
    assert site.client("elsewhere").get(address).status_code == 403
    assert site.client().get(address).status_code == 302
    seen = [(one.who, one.kind) for one in audit_log.entries(site.stores) if one.what == address]
    assert seen == [(BOARD, "view"), (BOARD, "view"), ("elsewhere", "refusal")]
    assert warming.is_ready(site.app)
    done_again: list[object] = []
    monkeypatch.setattr(store.folder, "unpack", done_again.append)
    monkeypatch.setattr(site.app.jinja_env, "compile", done_again.append)
    store.in_force(site.stores)
    site.app.jinja_env.get_template("results/theme.html")
    assert done_again == []


def waits_for(what: Callable[[], bool]) -> bool:
    """Whether it comes true within a minute."""
    return any(what() or Event().wait(0.02) for _ in range(3000))


def test_what_is_stored_while_it_runs_is_made_too(
    tmp_path: Path,
    made: list[str],
    begun: Callable[[Site], Warming],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A Release, then an action, then another day; of the two last the front pages alone."""
    first, *_ = WAVES
    site = make_site(tmp_path / "home", waves=(first,))
    warm = begun(site)
    assert warm.ready.wait(120)
    before, released = len(made), made.count("results/front.html")
    verifier = SIGNER.public_key().public_bytes_raw()
    store.add(site.stores, packs()[1], verifier)
    assert waits_for(lambda: len(made) > before and warm.ready.is_set())
    assert len(made) > 2 * before, "both waves, anew"
    for change in (
        lambda: record.keep(site.stores, replace(TALKS, wave=first, concerns=())),
        lambda: monkeypatch.setattr(clock, "today", lambda: date(2031, 1, 2) + timedelta(days=1)),
    ):
        made.clear()
        change()
        assert waits_for(lambda: bool(made) and warm.ready.is_set())
        assert set(made) == {"results/front.html"}
        assert len(made) <= 3 * released
    made.clear()
    assert "Talks in every shift" in site.client(BOARD).get(f"/results/board/{NORTH}").text
    assert made == []


def test_it_stops_before_it_pushes_out_what_others_opened(
    site: Site, made: list[str], begun: Callable[[Site], Warming], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept.of(site.app), "_most_bytes", 80_000)
    assert begun(site).ready.wait(120)
    assert 5 < len(made) < 30
    pages = kept.of(site.app)
    assert 60_000 < pages._size < 80_000
    assert len(pages._pages) == len(made), "none was pushed out"


def test_it_waits_while_somebody_is_answered() -> None:
    app, asked, answered, waited = Flask("slow"), Event(), Event(), Event()

    @app.get("/")
    def slow() -> str:
        asked.set()
        assert answered.wait(30)
        return ""

    quiet = Quiet(app)
    quiet.wait()

    def wait() -> None:
        quiet.wait()
        waited.set()

    reader = Thread(target=lambda: app.test_client().get("/"))
    reader.start()
    assert asked.wait(30)
    waiting = Thread(target=wait)
    waiting.start()
    assert not waited.wait(10 * warming.PAUSE)
    answered.set()
    assert waited.wait(30)
    for one in (reader, waiting):
        one.join(30)


def test_what_cannot_be_made_is_said_once_and_tried_once(
    site: Site, begun: Callable[[Site], Warming], monkeypatch: pytest.MonkeyPatch, caplog: Any
) -> None:
    tried: list[Stores] = []

    def broken(stores: Stores) -> None:
        tried.append(stores)
        raise ReleaseError("It was tampered with.")

    looked: list[Stores] = []
    standing = store.standing

    def look(stores: Stores) -> tuple[object, ...]:
        looked.append(stores)
        return standing(stores)

    monkeypatch.setattr(store, "all_releases", broken)
    monkeypatch.setattr(store, "standing", look)
    warm = begun(site)
    assert waits_for(lambda: len(looked) > 5)
    assert len(tried) == 1
    assert not warm.ready.is_set()
    assert caplog.messages == ["getting ready: ReleaseError"]


def test_what_failed_once_is_tried_again(
    site: Site, begun: Callable[[Site], Warming], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a database that was away for a moment."""
    read, tried = store.all_releases, list[Stores]()

    def once_away(stores: Stores) -> tuple[Release, ...]:
        tried.append(stores)
        if len(tried) == 1:
            raise OSError
        return read(stores)

    monkeypatch.setattr(store, "all_releases", once_away)
    assert waits_for(begun(site).ready.is_set)
    assert len(tried) > 1


def test_one_page_that_cannot_be_made_leaves_the_others(
    site: Site, begun: Callable[[Site], Warming], monkeypatch: pytest.MonkeyPatch, caplog: Any
) -> None:
    make, asked = ahead.make, list[ahead.Wanted]()

    def second_breaks(app: Flask, wanted: ahead.Wanted) -> None:
        asked.append(wanted)
        if len(asked) > 1 and wanted == asked[1]:
            raise KeyError("a page of its own")
        make(app, wanted)

    looked: list[Stores] = []
    standing = store.standing

    def look(stores: Stores) -> tuple[object, ...]:
        looked.append(stores)
        return standing(stores)

    monkeypatch.setattr(store, "standing", look)
    monkeypatch.setattr(ahead, "make", second_breaks)
    assert waits_for(begun(site).ready.is_set)
    every = len(asked)
    assert every > 5
    later = len(looked) + 3
    assert waits_for(lambda: len(looked) > later)
    assert len(asked) == every
    assert caplog.messages == ["getting ready: KeyError"]


def test_a_process_without_results_gets_nothing_ready(site: Site) -> None:
    alone = Flask("alone")
    alone.extensions["candour"] = Stores.open(replace(site.settings, surfaces=("issue",)))
    assert warming.begin(alone) is None
    assert not warming.is_ready(alone)
