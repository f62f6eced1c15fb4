"""Readers' pages are made once: nothing of a person is in them, and they follow what is stored."""

from __future__ import annotations

import gzip
import zlib
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from threading import Event, get_ident
from typing import Any

import pytest
from fixtures_acts import TALKS
from fixtures_release import NORTH, WAVES
from fixtures_results import BOARD, CHEAP, HR, PASSWORD, SIGNER, Site, make_site, packs
from flask import g
from flask_wtf.csrf import generate_csrf
from html_page import parse

from analysis.release.model import Release
from survey.manage import audit_log, people
from survey.results import frame, kept, store
from survey.results.acts import record
from survey.results.kept import Kept, Page

ROOM = f"/results/board/{NORTH}/{list(WAVES)[-1]}/themes"
MENU = b"<li>somebody</li>"


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return make_site(tmp_path / "home")


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The rooms that were made, one entry each time."""
    found: list[str] = []
    make = frame.render_template

    def counted(template: str, **more: object) -> str:
        found.append(template)
        return make(template, **more)

    monkeypatch.setattr(frame, "render_template", counted)
    return found


def a_page(text: str = "before {} after " * 3) -> Page:
    return Page.of(text.replace("{}", kept._GAP, 1))


def token(page: bytes) -> str:
    fields = [one for one in parse(page).root.iter("input") if one.get("name") == "csrf_token"]
    return str(fields[0].get("value"))


def test_a_compressed_page_is_the_plain_one() -> None:
    page = a_page()
    packed = page.gzipped(MENU)
    assert (
        gzip.decompress(packed)
        == page.plain(MENU)
        == b"before " + MENU + (b" after before {} after before {} after ")
    )
    assert zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(packed) == page.plain(MENU)


def test_what_is_of_a_person_is_never_compressed() -> None:
    """A guess that the page repeats would shorten it if it were (BREACH); the control shows it."""
    secret = "f00dfeed" * 8
    guessed, other = (f"{one} {{}} {one}" for one in (secret, "0123abcd" * 8))
    page, beside = a_page(guessed), a_page(other)
    assert MENU in page.gzipped(MENU)
    assert len(page.gzipped(secret.encode())) == len(beside.gzipped(secret.encode()))
    right, wrong = (zlib.compress((one + secret).encode()) for one in (guessed, other))
    assert len(right) < len(wrong)


@pytest.mark.parametrize("text", ["no gap", kept._GAP * 2], ids=["none", "two"])
def test_a_page_has_one_gap(text: str) -> None:
    with pytest.raises(ValueError, match="unpack"):
        Page.of(text)


def test_the_pages_opened_longest_ago_go_first() -> None:
    page = a_page()
    pages = Kept(page.size * 2)
    for name in ("first", "second"):
        pages.keep(name, 1, page)
    assert pages.is_full
    pages.get("first", 1)
    pages.keep("third", 1, page)
    kept_now = [name for name in ("first", "second", "third") if pages.get(name, 1)]
    assert kept_now == ["first", "third"]
    pages.forget()
    assert not pages.is_full
    assert pages.get("first", 1) is None


def test_a_page_that_is_made_anew_takes_the_place_of_the_older_one() -> None:
    """Front pages change from day to day: those of days that are over would fill what is kept."""
    page = a_page()
    pages = Kept(page.size * 2)
    pages.keep("room", "stored", page)
    for day in range(5):
        pages.keep("front", day, page)
        assert pages.get("front", day - 1) is None
        assert pages.get("front", day)
        assert pages.get("room", "stored")


def test_readers_of_one_page_share_all_but_the_menu(site: Site, made: list[str]) -> None:
    people.add(site.stores, "another", "board", NORTH, PASSWORD, CHEAP)
    pages = [site.client(name).get(ROOM).data for name in (BOARD, "another")]
    assert len(made) == 1
    assert token(pages[0]) != token(pages[1])
    assert b"<li>north</li>" in pages[0]
    assert b"<li>another</li>" in pages[1]
    assert b"another" not in pages[0]
    for begun, ended in ((b"<!DOCTYPE", b"<ul class"), (b"</form>", b"</html>")):
        parts = [page[page.index(begun) : page.index(ended)] for page in pages]
        assert parts[0] == parts[1]
    unpacked = site.client(BOARD).get(ROOM, headers={"Accept-Encoding": "gzip"})
    assert unpacked.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in unpacked.headers["Vary"]
    assert len(unpacked.data) < len(pages[0]) / 3
    assert token(gzip.decompress(unpacked.data)).encode() in unpacked.data


def test_a_kept_page_is_refused_and_logged_like_any_other(site: Site) -> None:
    people.add(site.stores, "elsewhere", "board", "south", PASSWORD, CHEAP)
    assert site.client(HR).get(ROOM).status_code == 200
    assert site.client(BOARD).get(ROOM).status_code == 200
    assert site.client(BOARD).get(ROOM).status_code == 200
    assert site.client("elsewhere").get(ROOM).status_code == 403
    assert site.client().get(ROOM).status_code == 302
    seen = [(one.who, one.kind) for one in audit_log.entries(site.stores) if one.what == ROOM]
    assert seen == [(HR, "view"), (BOARD, "view"), (BOARD, "view"), ("elsewhere", "refusal")]


def test_a_board_and_hr_get_pages_of_their_own(site: Site, made: list[str]) -> None:
    """HR's has a way back to the whole force, which no board may open."""
    pages = [site.client(name).get(ROOM).data for name in (HR, BOARD)]
    assert [b'href="/results/hr"' in page for page in pages] == [True, False]


def test_what_is_stored_anew_is_shown_at_once(tmp_path: Path, made: list[str]) -> None:
    first, *_, last = WAVES
    site = make_site(tmp_path / "home", waves=(first,))
    client, address = site.client(BOARD), f"/results/board/{NORTH}"
    before = client.get(address).data
    record.keep(site.stores, replace(TALKS, wave=first, concerns=()))
    after = client.get(address).data
    assert b"Talks in every shift" not in before
    assert b"Talks in every shift" in after
    for content in packs():
        store.add(site.stores, content, SIGNER.public_key().public_bytes_raw())
    assert WAVES[last].encode() in client.get(address).data
    assert len(made) == 3


def test_a_token_of_one_reader_is_never_kept(site: Site) -> None:
    with site.app.test_request_context(ROOM):
        g.reader = None
        with pytest.raises(RuntimeError, match="token of one reader"):
            kept.page("planted", "", lambda: generate_csrf() + kept._GAP)


READERS = 4


def made_at_once(site: Site, patch: pytest.MonkeyPatch, *, by_each: bool = False) -> int:
    """How often a page is made that several ask for before it is there.

    Args:
        by_each: wait until everybody makes it, and not only until everybody has looked.
    """
    asked, made, make, get = set(), [], frame.render_template, Kept.get
    everybody = Event()

    def noted(self: Kept, *key: Any) -> Page | None:
        # Everybody has looked before the first page is there.
        found = get(self, *key)
        asked.add(get_ident())
        if len(asked) == READERS and not by_each:
            everybody.set()
        return found

    def slow(template: str, **more: object) -> str:
        made.append(template)
        if len(made) == READERS:
            everybody.set()
        assert everybody.wait(30)
        return make(template, **more)

    readers = [site.client(BOARD) for _ in range(READERS)]
    patch.setattr(Kept, "get", noted)
    patch.setattr(frame, "render_template", slow)
    with ThreadPoolExecutor(READERS) as pool:
        replies = list(pool.map(lambda one: one.get(ROOM).status_code, readers))
    assert replies == [200] * READERS
    return len(made)


def test_a_page_that_many_ask_for_at_once_is_made_once(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert made_at_once(site, monkeypatch) == 1
    assert not site.app.extensions[kept._EXTENSION]._making, "nothing is left of who waited"


def test_a_page_that_each_makes_is_noticed(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Kept, "alone", lambda *_: nullcontext())
    assert made_at_once(site, monkeypatch, by_each=True) == READERS


def test_who_waited_for_a_page_that_could_not_be_made_makes_it(site: Site) -> None:
    pages = Kept()
    for _ in range(2):
        with pytest.raises(ZeroDivisionError), pages.alone("page"):
            raise ZeroDivisionError
    assert not pages._making


def opened_at_once(site: Site, patch: pytest.MonkeyPatch, *, by_each: bool = False) -> int:
    """How often a Release is unpacked that several ask for before it is open.

    Args:
        by_each: as for `made_at_once`.
    """
    (newest, *_) = reversed(store.in_force(site.stores))
    store._KEPT.clear()
    begun, unpacked, everybody, unpack = [], [], Event(), store.folder.unpack

    def slow(*packed: Any) -> Release:
        unpacked.append(packed)
        if len(unpacked) == READERS:
            everybody.set()
        assert everybody.wait(30)
        return unpack(*packed)

    def ask(number: int) -> Release:
        begun.append(number)
        if len(begun) == READERS and not by_each:
            everybody.set()
        return store._opened(site.stores, newest)

    patch.setattr(store.folder, "unpack", slow)
    with ThreadPoolExecutor(READERS) as pool:
        assert len(set(map(id, pool.map(ask, range(READERS))))) >= 1
    return len(unpacked)


def test_a_release_that_many_ask_for_at_once_is_opened_once(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert opened_at_once(site, monkeypatch) == 1


def test_a_release_that_each_opens_is_noticed(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "_LOCKS", {})
    monkeypatch.setattr(store, "Lock", nullcontext)
    assert opened_at_once(site, monkeypatch, by_each=True) == READERS
