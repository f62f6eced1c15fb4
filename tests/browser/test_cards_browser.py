"""The print page of cards in Chromium: all of every card is on it, and sheets are whole pages."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from fixtures_wave import LiveServer
from playwright.sync_api import Browser, Page

from survey.collect import cards, codes
from survey.collect.cards import Survey

pytestmark = pytest.mark.browser

LONGEST = Survey(
    "w" * 64, "WWWW-WWWW-WWWW-WWWW", "https://survey.long-name-of-a-constabulary.police.example.org"
)
CUT_OFF = """() => [...document.querySelectorAll('.card')].filter(card =>
    card.scrollHeight > card.clientHeight || card.scrollWidth > card.clientWidth).length"""


def opened(browser: Browser, survey: Survey, count: int) -> Page:
    page = browser.new_page()
    page.set_content("".join(cards.page(codes.make(count), survey)))
    page.emulate_media(media="print")
    return page


@pytest.mark.parametrize("survey", [LONGEST, Survey("autumn", "ABCD-EFGH-JKMN-PQRS", "")])
def test_nothing_on_a_card_is_cut_off(browser: Browser, survey: Survey) -> None:
    page = opened(browser, survey, 9)
    assert page.evaluate(CUT_OFF) == 0
    page.add_style_tag(content=".code { font-size: 30pt !important }")
    assert page.evaluate(CUT_OFF) == 9  # the check sees what does not fit
    page.close()


def test_nine_cards_are_two_pages(browser: Browser) -> None:
    page = opened(browser, LONGEST, 9)
    printed = page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 2
    page.close()


@pytest.mark.parametrize("width", [320, 1280])
def test_public_list_of_codes_looks_right(
    visit: Callable[..., Any], live_server: LiveServer, width: int
) -> None:
    visitor = visit(width)
    visitor.page.goto(f"{live_server.url}/codes/autumn")
    visitor.looks_right()
