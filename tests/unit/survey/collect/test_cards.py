"""Cards: whole in themselves, and their QR codes read by a program that did not draw them."""

from __future__ import annotations

import csv
import re

import numpy as np
import pytest
import zxingcpp

from survey.collect import cards, codes
from survey.collect.cards import Survey
from survey.errors import SettingsError

PRINT = "ABCD-EFGH-JKMN-PQRS"
SURVEY = Survey("autumn-2026", PRINT, "https://survey.example.org")
MOVES = re.compile(r"([Mmh])(-?[\d.]+)(?:[ ,]?(-?[\d.]+))?")


def picture(svg: str, pixels: int = 4) -> np.ndarray[tuple[int, int], np.dtype[np.uint8]]:
    """The SVG of a QR code as a grey picture: its path draws rows of dark squares."""
    box = re.search(r'viewBox="0 0 (\d+) \1"', svg)
    path = re.search(r' d="([^"]+)"', svg)
    assert box
    assert path
    drawn = np.full((int(box[1]), int(box[1])), 255, dtype=np.uint8)
    x = y = 0.0
    for move, first, second in MOVES.findall(path[1]):
        if move == "h":
            drawn[int(y), int(x) : int(x + float(first))] = 0
            x += float(first)
        else:
            x, y = (0.0, 0.0) if move == "M" else (x, y)
            x, y = x + float(first), y + float(second)
    return np.kron(drawn, np.ones((pixels, pixels), dtype=np.uint8))


def read(svg: str) -> str:
    """What a reader finds in pictures of several sizes, as a camera takes several.

    Of 1,500 codes this reader overlooked one at a single size, and found it at every other.
    """
    tries = (zxingcpp.read_barcodes(picture(svg, pixels)) for pixels in (4, 6, 8))
    (found,) = next((found for found in tries if found), [])
    return str(found.text)


def test_qr_code_of_every_card_says_its_own_link() -> None:
    made = codes.make(9)
    html = "".join(cards.page(made, SURVEY))
    links = [read(svg) for svg in re.findall(r"<svg.*?</svg>", html)]
    assert links == [f"https://survey.example.org/survey/autumn-2026#{c}.{PRINT}" for c in made]


def test_qr_code_with_a_third_missing_is_not_read() -> None:
    svg = cards.qr("https://survey.example.org")
    assert read(svg) == "https://survey.example.org"
    torn = picture(svg)
    torn[: len(torn) // 3] = 255
    assert not zxingcpp.read_barcodes(torn)


def test_code_travels_in_the_fragment_alone() -> None:
    link = SURVEY.link("CODE")
    assert link.index("#") < link.index("CODE")
    assert "?" not in link


def test_page_has_eight_cards_a_sheet_and_everything_on_each() -> None:
    made = codes.make(17)
    html = "".join(cards.page(made, SURVEY))
    sheets = html.split('<div class="sheet">')[1:]
    assert [sheet.count('<section class="card">') for sheet in sheets] == [8, 8, 1]
    for code, card in zip(made, html.split('<section class="card">')[1:], strict=True):
        assert re.fullmatch(r"(?:[0-9A-Z]{4}-){4}[0-9A-Z]{4}", code)
        for said in (code, PRINT, "https://survey.example.org<wbr>/survey/autumn-2026", "<svg"):
            assert card.count(said) == 1


def test_page_loads_nothing_and_runs_nothing() -> None:
    html = "".join(cards.page(codes.make(2), SURVEY))
    for tag in ("<script", "<link", "<img", "url(", "@import", "href=", "src="):
        assert tag not in html


def test_no_number_on_a_card_tells_its_place() -> None:
    first, second = codes.make(2)
    html = "".join(cards.page([first, second], Survey("autumn", PRINT, "")))
    one, other = (
        card.partition("</section>")[0] for card in html.split('<section class="card">')[1:]
    )
    assert one.replace(first, second) == other


def test_mail_merge_holds_code_address_and_fingerprint_only() -> None:
    made = codes.make(3)
    rows = list(csv.reader(cards.mail_merge(made, SURVEY).splitlines()))
    assert rows == [
        ["code", "address", "fingerprint"],
        *([code, SURVEY.link(code), PRINT] for code in made),
    ]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("https://survey.example.org/", "https://survey.example.org"),
        (" https://survey.example.org:8443 ", "https://survey.example.org:8443"),
        ("http://localhost:8000", "http://localhost:8000"),
        ("http://127.0.0.1:8000/", "http://127.0.0.1:8000"),
    ],
)
def test_address_of_a_site_is_taken_as_it_is_meant(typed: str, meant: str) -> None:
    assert cards.site(typed) == meant


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "survey.example.org",
        "http://survey.example.org",
        "https://survey.example.org/survey/autumn",
        "https://survey.example.org#x",
        "https://survey.example.org?x",
        "https://me@survey.example.org",
        'https://survey.example.org"><script>',
        "javascript:alert(1)",
    ],
)
def test_what_is_no_site_is_one_sentence(typed: str) -> None:
    with pytest.raises(SettingsError, match="--address"):
        cards.site(typed)
