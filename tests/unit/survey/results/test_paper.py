"""Pages as PDF: the same figures, nothing that is hidden, the same bytes, and who may have them."""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Iterator
from dataclasses import replace

import pytest
from fixtures_release import HIDDEN, NORTH, SOUTH, make_release
from fixtures_results import BOARD, HR, Site, make_site
from fixtures_rooms import board_reading
from flask.testing import FlaskClient
from html_page import parse
from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject, StreamObject

from survey.app import asset
from survey.errors import SettingsError
from survey.manage import audit_log, log_words
from survey.results import at_once, store
from survey.results.frame import show_room
from survey.results.paper import printing, serving

FRONT = f"/results/board/{NORTH}/winter"
THEME = f"{FRONT}/theme/discrimination"
HR_FRONT = "/results/hr/winter"
ALL = f"{FRONT}/all-pages.pdf"
TRUTH = 482716053
"""What hidden groups have here, as no figure that is shown: longer than any place in a PDF."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return make_site(tmp_path_factory.mktemp("paper"))


def pdf_of(site: Site, address: str, name: str = BOARD) -> bytes:
    client = site.client(name)
    client.get(address)  # What is kept of pages for browsers is nothing for paper.
    reply = client.get(f"{address}?as=pdf", headers={"Accept-Encoding": "gzip"})
    assert reply.status_code == 200
    assert reply.mimetype == "application/pdf"
    return reply.get_data()


def text_of(content: bytes) -> str:
    """What a second program reads on every sheet, without breaks of lines."""
    sheets = PdfReader(io.BytesIO(content)).pages
    return " ".join(" ".join(sheet.extract_text() for sheet in sheets).split())


def inside(one: object) -> Iterator[str]:
    """Every string and every stream of an object, the streams unpacked."""
    if isinstance(one, StreamObject):
        yield one.get_data().decode("latin-1")
    if isinstance(one, DictionaryObject):
        for value in one.values():
            yield from inside(value)
    elif isinstance(one, ArrayObject):
        for value in one:
            yield from inside(value)
    elif isinstance(one, (str, bytes)):
        yield str(one)


def everything(content: bytes) -> str:
    """Text, properties, descriptions of drawings, bookmarks and all unpacked streams of a PDF."""
    reader = PdfReader(io.BytesIO(content))
    many = int(reader.trailer["/Size"])  # type: ignore[call-overload]
    objects = (reader.get_object(number) for number in range(1, many))
    parts = [text_of(content), *map(str, (reader.metadata or {}).values())]
    return "\n".join([*parts, *(part for one in objects for part in inside(one))])


def test_a_pdf_holds_the_figures_of_its_page_and_says_what_it_is(site: Site) -> None:
    for address in (FRONT, THEME):
        page = parse(site.client(BOARD).get(address).data)
        content = pdf_of(site, address)
        reader, text = PdfReader(io.BytesIO(content)), text_of(content)
        figures = re.findall(r"\d+%", " ".join(page.root.itertext()))
        assert len(figures) > 10
        assert set(figures) <= set(re.findall(r"\d+%", text))
        name = next(reversed(store.in_force(site.stores)))
        assert f"Release {name}" in text
        assert "Winter 2026, closed on 27 February 2026" in text
        assert f"1 / {len(reader.pages)}" in text
        assert reader.metadata == {
            "/Title": page.title,
            "/CreationDate": "D:20260227",
            "/ModDate": "D:20260227",
        }
        catalogue = reader.trailer["/Root"].get_object()
        assert catalogue["/Lang"] == "en"
        assert catalogue["/MarkInfo"]["/Marked"]
        assert [one.title for one in reader.outline if not isinstance(one, list)] == [page.h1]
        assert {tuple(round(side) for side in sheet.mediabox[2:]) for sheet in reader.pages} == {
            (595, 842)
        }
        assert "Sign out" not in text
        assert "WeasyPrint" not in everything(content)
        assert BOARD not in (everything(content).split())


def test_what_is_folded_on_the_page_is_open_on_paper(site: Site) -> None:
    page = parse(site.client(BOARD).get(THEME).data).root
    folded = next(one for one in page.iter("details") if one.find(".//table") is not None)
    head = [" ".join("".join(one.itertext()).split()) for one in folded.iter("th")]
    assert " ".join(head[:3]) in text_of(pdf_of(site, THEME))


def test_the_same_page_gives_the_same_bytes(site: Site) -> None:
    first = pdf_of(site, FRONT)
    printing.made.cache_clear()
    assert pdf_of(site, FRONT) == first


@pytest.fixture(scope="module")
def leftover(site: Site) -> str:
    """A page of a Release that still has what it hides, as no store takes it."""
    release = make_release()
    release = replace(
        release,
        groups=tuple(
            replace(one, base=TRUTH) if one.group in HIDDEN else one for one in release.groups
        ),
        estimates=tuple(
            replace(one, base=TRUTH, positive=TRUTH) if one.group in HIDDEN else one
            for one in release.estimates
        ),
    )
    with site.app.test_request_context(f"{FRONT}/departments?as=pdf"):
        return show_room(board_reading(release), "departments") or ""


def test_nothing_hidden_is_anywhere_in_a_pdf(leftover: str) -> None:
    content = printing.made(leftover)
    assert "[c]" in text_of(content)
    assert str(TRUTH) not in everything(content)


PLANTED = {
    "text": "<p>{}</p>",
    "drawing": '<svg role="img" aria-label="{}" width="9" height="9"></svg>',
    "heading": "<h2>{}</h2>",
    "property": '<meta name="keywords" content="{}">',
}


def test_a_leak_is_noticed_wherever_it_stands() -> None:
    """Planted: a hidden value in the text, a description, a bookmark and a property."""
    for planted in PLANTED.values():
        page = f'<html lang="en"><title>T</title><body>{planted.format(TRUTH)}'
        assert str(TRUTH) in everything(printing.made(page))


def test_a_pdf_is_for_who_may_open_the_page_and_every_one_is_logged(site: Site) -> None:
    client = site.client(BOARD)
    for _ in range(2):
        assert client.get(f"{FRONT}?as=pdf").status_code == 200
    newest = audit_log.page(site.stores, 2)
    assert [(one.who, one.kind, one.what) for one in newest] == [(BOARD, "export", FRONT)] * 2
    assert client.get("/results/hr?as=pdf").status_code == 403
    assert site.client().get(f"{FRONT}?as=pdf").location == "/results/sign-in"
    assert site.client().get("/you-said-we-did?as=pdf").mimetype == "application/pdf"
    link = parse(site.client(HR).get("/results/hr").data).by_id("main-content").find(".//p/a")
    assert link is not None
    assert (link.text, link.get("href")) == ("Save as PDF", "?as=pdf")


def test_nothing_is_fetched_but_our_own_style_sheets() -> None:
    fetch = printing._fetcher()
    for address in ("https://example.org/a.css", "file:///etc/passwd", "candour:/static/../a.css"):
        with pytest.raises(ValueError, match="is not one of the built style sheets"):
            fetch(address)


def test_other_threads_are_left_for_pages(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    client = site.client(BOARD)
    with at_once.making(""), at_once.making(""):
        reply = client.get(f"{FRONT}?as=pdf")
    assert (reply.status_code, reply.headers["Retry-After"]) == (503, "15")
    assert serving.BUSY in parse(reply.data).text


def test_a_missing_package_is_said_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    printing._weasyprint.cache_clear()
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    with pytest.raises(SettingsError, match=r"pip install candour\[pdf\]"):
        printing.made("<p>never made before</p>")
    printing._weasyprint.cache_clear()


def given(site: Site, patch: pytest.MonkeyPatch, address: str, name: str = BOARD) -> list[str]:
    """The pages that become one PDF, which is not made."""
    pages: list[str] = []
    patch.setattr(serving, "made", lambda *all_of_them: pages.extend(all_of_them) or b"")
    reply = site.client(name).get(address)
    assert (reply.status_code, reply.mimetype) == (200, "application/pdf")
    assert "winter-all-pages.pdf" in reply.headers["Content-Disposition"]
    return pages


def test_all_pages_are_the_front_page_every_room_and_every_theme(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, front in ((BOARD, FRONT), (HR, HR_FRONT)):
        client = site.client(name)
        rooms = [front, *walked_links(client, front)]
        themes = {
            one.get("href", "")
            for one in parse(client.get(f"{front}/statements").data).root.iter("a")
            if "/theme/" in one.get("href", "")
        }
        found = [
            parse(one.encode()) for one in given(site, monkeypatch, f"{front}/all-pages.pdf", name)
        ]
        assert len(found) == len(rooms) + len(themes) > 12
        for address in (*rooms, *themes):
            page = parse(client.get(address).data)
            alike = [one for one in found if one.h1 == page.h1]
            figures = re.findall(r"\d+%", " ".join(page.root.itertext()))
            assert figures == re.findall(r"\d+%", " ".join(alike[0].root.itertext())), address
            assert "Sign out" not in alike[0].text


PAGE = """<!DOCTYPE html><html lang="en"><title>{0} - Results</title>
<link rel="stylesheet" href="/static/{1}" media="print">
<p class="bar">Results</p><main><div class="foot"><p>Release abc</p></div><h1>{0}</h1>
<p><a href="#more">more of {0}</a></p><h2 id="more">More</h2><p>{2}</p></main></html>"""
MANY = "<br>".join("line" for _ in range(90))


def bound_of(*pages: tuple[str, str]) -> PdfReader:
    sheet = asset("paper.css").rpartition("/")[2]
    content = printing.made(*(PAGE.format(title, sheet, text) for title, text in pages))
    return PdfReader(io.BytesIO(content))


def test_contents_say_on_which_sheet_each_page_begins() -> None:
    reader = bound_of(("Front", "A"), ("Themes", MANY), ("Trends", "C"))
    sheets = [" ".join(sheet.extract_text().split()) for sheet in reader.pages]
    assert len(sheets) == 5, "contents, two short pages, and one of two sheets"
    for title, number in (("Front", 2), ("Themes", 3), ("Trends", 5)):
        assert re.search(rf"{title} \.+ {number}\b", sheets[0])
        assert title in sheets[number - 1]
    assert [one.count("Release abc") for one in sheets] == [1] * 5
    assert sheets[4].endswith("5 / 5")
    assert [one.title for one in reader.outline if not isinstance(one, list)] == [
        *("Front: all pages", "Front", "Themes", "Trends")
    ]
    leads = [
        note.get_object()["/Dest"]
        for sheet in reader.pages[1:]
        for note in sheet.get("/Annots", ())
    ]
    assert len(set(leads)) == 3, "what is called alike on two pages is told apart"


@pytest.mark.long
def test_all_pages_in_one_hold_every_figure(site: Site) -> None:
    client = site.client(BOARD)
    content = client.get(ALL).get_data()
    text = text_of(content)
    sheets = len(PdfReader(io.BytesIO(content)).pages)
    for address in (FRONT, *walked_links(client, FRONT)):
        page = parse(client.get(address).data)
        figures = re.findall(r"\d+%", " ".join(page.root.itertext()))
        assert set(figures) <= set(re.findall(r"\d+%", text)), page.h1
    name = next(reversed(store.in_force(site.stores)))
    assert text.count(f"Release {name}") == sheets > 20
    assert BOARD not in everything(content).split()


def walked_links(client: FlaskClient, front: str) -> list[str]:
    """The rooms that the menu of a front page leads to."""
    menu = next(
        one for one in parse(client.get(front).data).root.iter("nav") if one.get("class") == "rooms"
    )
    return [one.get("href", "") for one in menu.iter("a")]


def test_nothing_hidden_is_anywhere_in_all_pages(leftover: str) -> None:
    assert str(TRUTH) not in everything(printing.made(leftover, leftover))
    before, mark, after = leftover.rpartition("[c]")
    planted = f"{before}{mark} {TRUTH}{after}"
    assert str(TRUTH) in everything(printing.made(leftover, planted))


def test_all_pages_are_for_who_may_open_each_and_every_one_is_logged(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serving, "made", lambda *_: b"")
    client = site.client(BOARD)
    assert client.get(ALL).status_code == 200
    (newest,) = audit_log.page(site.stores, 1)
    assert (newest.who, newest.kind, newest.what) == (BOARD, "export", ALL)
    assert log_words.did(newest).endswith(f"the results of {NORTH}, wave winter, all-pages")
    for other in ("/results/board/nowhere/winter", f"/results/board/{SOUTH}/winter", HR_FRONT):
        assert client.get(f"{other}/all-pages.pdf").status_code == 403, other
    assert site.client().get(ALL).location == "/results/sign-in"
    assert site.client("officer").get(ALL).status_code == 403
    assert client.get(f"/results/board/{NORTH}/nothing/all-pages.pdf").status_code == 404
    for name, front in ((BOARD, FRONT), (HR, HR_FRONT)):
        for page in (front, f"{front}/method"):
            assert f'href="{front}/all-pages"' in site.client(name).get(page).text
    with at_once.making(""), at_once.making(""):
        assert client.get(ALL).status_code == 503
