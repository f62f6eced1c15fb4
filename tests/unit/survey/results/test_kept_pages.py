"""Readers' pages are made once: nothing of a person is in them, and they follow what is stored."""

from __future__ import annotations

import gzip
import zlib
from dataclasses import replace
from pathlib import Path

import pytest
from fixtures_acts import TALKS
from fixtures_release import NORTH, WAVES
from fixtures_results import BOARD, CHEAP, HR, PASSWORD, SIGNER, Site, make_site, packs
from flask import g
from flask_wtf.csrf import generate_csrf
from html_page import parse

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
        pages.keep(name, page)
    pages.get("first")
    pages.keep("third", page)
    assert [name for name in ("first", "second", "third") if pages.get(name)] == ["first", "third"]


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
            kept.page("planted", lambda: generate_csrf() + kept._GAP)
