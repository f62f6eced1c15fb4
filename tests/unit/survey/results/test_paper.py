"""Pages as PDF: the same figures, nothing that is hidden, the same bytes, and who may have them."""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Iterator
from dataclasses import replace

import pytest
from fixtures_release import HIDDEN, NORTH, make_release
from fixtures_results import BOARD, HR, Site, make_site
from fixtures_rooms import board_reading
from html_page import parse
from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject, StreamObject

from survey.errors import SettingsError
from survey.manage import audit_log
from survey.results import at_once, store
from survey.results.frame import show_room
from survey.results.paper import printing, serving

FRONT = f"/results/board/{NORTH}/winter"
THEME = f"{FRONT}/theme/discrimination"
TRUTH = 48271
"""What hidden groups have here, as no figure that is shown."""


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
