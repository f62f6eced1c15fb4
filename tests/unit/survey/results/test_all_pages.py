"""All pages as one PDF: its page says how far it is while it is made, and then leads to it."""

from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import Iterator
from threading import Event, Thread
from typing import Any

import pytest
from fixtures_release import NORTH, SOUTH
from fixtures_results import BOARD, HR, Site, make_site
from html_page import parse

from survey.errors import SettingsError
from survey.manage import audit_log, log_words
from survey.results import at_once, in_pieces
from survey.results.paper import printing, serving

FRONT = f"/results/board/{NORTH}/winter"
HR_FRONT = "/results/hr/winter"
SHORT = """<!DOCTYPE html><html lang="en"><title>{0}</title>
<style>.bound {{ break-before: page }}</style><main><h1>{0}</h1><p>{1}</p></main></html>"""
LINES = "<br>".join("line" for _ in range(600))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return make_site(tmp_path_factory.mktemp("all"))


def told(*pages: tuple[str, str]) -> list[str]:
    """What is told while pages become one PDF."""
    lines: list[str] = []
    with printing.steps_told(lines.append):
        printing.made(*(SHORT.format(*page) for page in pages))
    return lines


def test_each_step_and_every_tenth_sheet_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    steps = ["pages read", "styles set", "10 sheets", "all 14 sheets laid out"]
    assert told(("Front", LINES), ("Themes", "A")) == steps
    other = Thread(target=printing.made, args=(SHORT.format("Of another", LINES),))
    lines: list[str] = []
    with printing.steps_told(lines.append):
        other.start()
        other.join()
    assert lines == [], "what others have made is not ours"
    monkeypatch.setattr(printing, "_LAID_OUT", re.compile("other words than WeasyPrint's"))
    assert told(("Front", LINES), ("Themes", "B")) == [*steps[:2], "all 0 sheets laid out"]


def pieces(site: Site, patch: pytest.MonkeyPatch, seconds: float = 30) -> tuple[str, str]:
    """Opens the page, whose file stops at its 23rd sheet; what came until then, and after it."""
    goes_on = Event()

    def slow(*_pages: str) -> bytes:
        progress = logging.getLogger(printing._PROGRESS)
        progress.setLevel(logging.INFO)
        for sheet in (*range(1, 24), 1, 2, 12):  # the contents took up more than was thought
            progress.info("Step 5 - Creating layout - Page %d", sheet)
        assert goes_on.wait(seconds)
        progress.info("Step 6 - Creating PDF")
        return b"%PDF of all pages"

    patch.setattr(printing, "made", slow)
    sent = site.client(BOARD).get(f"{FRONT}/all-pages", buffered=False).iter_encoded()
    before = "".join([next(sent).decode() for _ in range(3)])
    goes_on.set()
    return before, "".join(piece.decode() for piece in sent)


def test_how_far_it_is_comes_before_it_is_made(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    before, after = pieces(site, monkeypatch)
    steps = ["<h1", "being made", "<li>10 sheets</li>", "<li>20 sheets</li>"]
    assert [before.index(one) for one in steps] == sorted(before.index(one) for one in steps)
    assert ".pdf" not in before
    assert after.startswith("<li>all 23 sheets laid out</li>")
    page = parse((before + after).encode())
    assert f"Download board-{NORTH}-winter-all-pages.pdf" in page.text
    assert hashlib.sha256(b"%PDF of all pages").hexdigest() in page.text
    (link,) = (one for one in page.root.iter("a") if one.get("href", "").endswith(".pdf"))
    monkeypatch.setattr(serving, "made", printing.made)
    assert site.client(BOARD).get(link.get("href", "")).data == b"%PDF of all pages"


def test_a_page_that_waits_for_its_file_is_caught(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = in_pieces._pieces

    def together(*asked: Any) -> Iterator[str]:
        yield "".join(whole(*asked))

    monkeypatch.setattr(in_pieces, "_pieces", together)
    with pytest.raises(StopIteration):
        pieces(site, monkeypatch, seconds=0.1)


def test_it_is_for_who_may_open_every_page_and_is_logged(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(printing, "made", lambda *_: b"%PDF")
    client, address = site.client(BOARD), f"{FRONT}/all-pages"
    assert client.get(address).status_code == 200
    (newest,) = audit_log.page(site.stores, 1)
    assert (newest.who, newest.kind, newest.what) == (BOARD, "view", address)
    assert log_words.did(newest).endswith(f"the results of {NORTH}, wave winter, all-pages")
    for other in ("/results/board/nowhere/winter", f"/results/board/{SOUTH}/winter", HR_FRONT):
        assert client.get(f"{other}/all-pages").status_code == 403, other
    assert client.get(f"/results/board/{NORTH}/nothing/all-pages").status_code == 404
    assert site.client().get(address).location == "/results/sign-in"
    assert site.client("officer").get(address).status_code == 403
    page = parse(site.client(HR).get(f"{HR_FRONT}/all-pages").data)
    assert "every command" in page.text
    hrefs = [one.get("href") for one in page.root.iter("a")]
    assert "/results/hr/autumn/all-pages" in hrefs, "the same of another survey"
    with at_once.making(""), at_once.making(""):
        assert client.get(address).status_code == 503


def test_without_the_package_the_page_says_so(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(*_pages: str) -> bytes:
        raise SettingsError(printing.MISSING)

    monkeypatch.setattr(printing, "made", missing)
    page = parse(site.client(BOARD).get(f"{FRONT}/all-pages").data)
    assert "pip install candour[pdf]" in page.text
    assert "Download" not in page.text
