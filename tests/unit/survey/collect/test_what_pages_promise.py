"""What the pages say of what protects an answer: no more than is true, mode by mode."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element

import html_page
from fixtures_wave import LiveWave
from flask.testing import FlaskClient
from html_page import Page

from survey import resources

SEALED_WORDS = "sealed before it reaches our server"
PLAIN_WORDS = "it does not protect against an operator who changes the running code"


def test_pages_promise_no_more_than_is_true() -> None:
    sealed = set()
    for folder in ("respond", "macros"):
        for path in (resources.TEMPLATES / folder).glob("*.html"):
            words = path.read_text().lower()
            for forbidden in ("completely anonymous", "nobody can ever"):
                assert forbidden not in words, path.name
            if SEALED_WORDS in words:
                sealed.add(path.name)
    assert sealed == {"privacy.html", "modes.html"}


def without_javascript(page: Page) -> str:
    """What a person sees of a page whose script does not run."""

    def seen(element: Element) -> Iterator[str]:
        if element.tag != "template" and element.get("hidden") is None:
            yield element.text or ""
            for part in element:
                yield from seen(part)
                yield part.tail or ""

    return " ".join(" ".join(seen(page.root)).split())


def test_plain_mode_says_what_it_does_not_protect_against_before_sending(
    client: FlaskClient, live_wave: LiveWave
) -> None:
    document = html_page.parse(client.get("/survey/autumn").data)
    form = {"candour.code": live_wave.codes[0], "ethnicity": "bangladeshi"}
    checked = html_page.parse(client.post("/survey/autumn/check", data=form).data)
    for page in (document, checked):
        assert PLAIN_WORDS in without_javascript(page)
        assert SEALED_WORDS not in without_javascript(page)
    document.by_id("mode-sealed").attrib.pop("hidden")
    assert SEALED_WORDS in without_javascript(document)


def test_privacy_page_explains_both_modes(client: FlaskClient) -> None:
    sealed, plain = html_page.parse(client.get("/privacy").data).text.split("(plain mode)")
    assert SEALED_WORDS in sealed
    assert PLAIN_WORDS not in sealed
    assert PLAIN_WORDS in plain
    assert SEALED_WORDS not in plain


def test_privacy_page_names_what_is_left_to_trust_first_of_all(client: FlaskClient) -> None:
    text = html_page.parse(client.get("/privacy").data).text
    assert "whoever opens the answers could recognise some people" in text
    assert "it does not protect against an operator who changes the running code" in text
    assert "No manager may ask for your receipt" in text
