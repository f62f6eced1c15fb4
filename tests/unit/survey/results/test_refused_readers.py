"""What a reader sees where there is no page for them: why, what to do, and their own menu."""

from __future__ import annotations

import pytest
from fixtures_release import NORTH
from fixtures_results import BOARD, HR, Site, make_site
from flask.testing import FlaskClient
from html_page import Page, parse

CHANGE = "/results/account/password"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return make_site(tmp_path_factory.mktemp("refused") / "home", waves=("spring",))


def refused(client: FlaskClient, address: str, status: int) -> Page:
    reply = client.get(address)
    assert reply.status_code == status
    return parse(reply.data)


def has_menu(page: Page, name: str) -> bool:
    """The menu, and the style sheet without which its button is no link."""
    sheets = [one.get("href") or "" for one in page.root.iter("link")]
    is_dressed = any("/results." in address for address in sheets)
    return is_dressed and f"{name} Your account Sign out" in page.text


@pytest.mark.parametrize(
    ("address", "status"),
    [("/results/hr", 403), (f"/results/board/{NORTH}/spring/theme/never", 404)],
)
def test_a_reader_keeps_their_menu_and_a_stranger_gets_none(
    site: Site, address: str, status: int
) -> None:
    page = refused(site.client(BOARD), address, status)
    assert "Candour results" in page.title
    assert has_menu(page, BOARD)
    stranger = refused(site.client(), "/results/nowhere/at/all", 404)
    assert "Candour results" in stranger.title
    assert "Sign out" not in stranger.text


def test_so_they_do_when_a_page_fails(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("survey.accounts.pages.words.role_of", lambda *_: 1 / 0)
    page = refused(site.client(HR), "/results/account", 500)
    assert page.h1 == "Sorry, something went wrong"
    assert has_menu(page, HR)


def test_the_pages_of_respondents_never_have_it(site: Site) -> None:
    client = site.client(BOARD)
    for address, status in (("/no-such-page", 404), ("/survey/never", 404)):
        page = refused(client, address, status)
        assert "Candour results" not in page.title
        assert "Sign out" not in page.text


def test_a_form_that_outlived_its_session_says_how_to_send_it_all_the_same(site: Site) -> None:
    reply = site.client(BOARD).post(CHANGE, data={"csrf_token": "of-the-session-before"})
    assert reply.status_code == 400
    page = parse(reply.data)
    assert "You may have been signed out meanwhile" in page.text
    assert "copy what you typed, load the page again, sign in if it asks" in page.text
    respondent = site.client().post("/issue/never", data=b"", headers={"Sec-Fetch-Site": "none"})
    assert "signed out" not in respondent.text
