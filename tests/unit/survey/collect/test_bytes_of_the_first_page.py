"""The first page stays light: what a phone fetches before somebody can begin, in bytes."""

from __future__ import annotations

import pytest
from fixtures_wave import open_live_wave
from flask.testing import FlaskClient

from survey import resources
from survey.app import create_app
from survey.demo.bilingual import asked
from survey.questionnaire import loader

MOST_BYTES = 60_000
"""Packed. At 400 kbit/s that is 1.2 seconds, and the line's own delay comes on top."""
MOST_BYTES_OF_TWO = 70_000
MOST_REQUESTS = 7
PACKED = {"Accept-Encoding": "gzip"}


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """The respondents' surface with the longest questionnaire."""
    home = tmp_path_factory.mktemp("bytes") / "home"
    live = open_live_wave(home, resources.QUESTIONNAIRES / "culture.yaml")
    return create_app(live.settings).test_client()


@pytest.fixture(scope="module")
def bilingual(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """The same in English and Welsh."""
    folder = tmp_path_factory.mktemp("both")
    file = folder / "both.yaml"
    file.write_text(asked(loader.load(resources.QUESTIONNAIRES / "culture.yaml")).source)
    return create_app(open_live_wave(folder / "home", file).settings).test_client()


def fetched(browser: FlaskClient, *, packed: bool = True) -> list[int]:
    """Bytes of each response that the first page takes."""
    headers = PACKED if packed else {}
    quoted = browser.get("/survey/autumn").text.split('"')
    parts = {address for address in quoted if address.startswith("/static/")}
    responses = [
        browser.get(address, headers=headers, buffered=True)
        for address in ("/survey/autumn", *parts)
    ]
    assert all(response.status_code == 200 for response in responses)
    return [len(response.data) for response in responses]


def test_the_first_page_keeps_its_budget(browser: FlaskClient) -> None:
    sizes = fetched(browser)
    assert len(sizes) <= MOST_REQUESTS
    assert sum(sizes) <= MOST_BYTES


def test_so_does_the_page_in_two_languages_with_one_script_more(bilingual: FlaskClient) -> None:
    sizes = fetched(bilingual)
    assert len(sizes) <= MOST_REQUESTS + 1
    assert sum(sizes) <= MOST_BYTES_OF_TWO, sum(sizes)


def test_a_page_that_is_not_packed_would_be_noticed(browser: FlaskClient) -> None:
    assert sum(fetched(browser, packed=False)) > MOST_BYTES
