"""What changed between the questionnaires of two waves: for HR alone, where the waves are."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fixtures_results import BOARD, HR, Site, make_site
from fixtures_wave import QUESTIONNAIRES
from html_page import parse, words

from survey.app import create_app
from survey.close import keys
from survey.config import BOX, RESULTS, Settings
from survey.manage import issuing_keys, waves
from survey.questionnaire import loader

ADDRESS = "/results/manage/questionnaires"
FAIR = "I am treated fairly at work, whatever my background"


def add_wave(site: Site, wave_id: str, **changes: str) -> None:
    text = (QUESTIONNAIRES / "small.yaml").read_text()
    for old, new in changes.items():
        text = text.replace({"id": "id: small", "fair": FAIR}[old], new)
    questionnaire = loader.parse(text, "small")
    waves.create(site.stores, wave_id, wave_id.title(), questionnaire, keys.new().public)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(issuing_keys, "make", lambda *_: bytes(422))
        made = make_site(tmp_path_factory.mktemp("site"), waves=[])
        add_wave(made, "autumn")
        add_wave(made, "leavers", id="id: tall")
        add_wave(made, "winter", fair="People are <b>fair</b>")
        yield made


def test_only_hr_sees_it_and_everybody_else_is_refused(site: Site) -> None:
    assert site.client().get(ADDRESS).location == "/results/sign-in"
    assert site.client(BOARD).get(ADDRESS).status_code == 403
    assert site.client(HR).get(ADDRESS).status_code == 200


def test_hr_finds_the_page_and_a_board_sees_no_link_to_it(site: Site) -> None:
    assert ADDRESS in site.client(HR).get("/results/hr").get_data(as_text=True)
    assert ADDRESS not in site.client(BOARD).get("/results/board/north").get_data(as_text=True)


def test_the_newest_wave_is_compared_with_the_one_of_its_line_before(site: Site) -> None:
    page = parse(site.client(HR).get(ADDRESS).data)
    said = words(page.root)
    assert "Autumn and Winter" in said
    assert "5 of 6 lines of single statements go on, and 1 of 2 of themes." in said
    assert f"it is worded “People are <b>fair</b>” and was “{FAIR}”" in said
    assert "Lines that break" in said


def test_any_two_can_be_chosen_and_others_are_not_there(site: Site) -> None:
    client = site.client(HR)
    said = words(parse(client.get(f"{ADDRESS}?before=autumn&after=leavers").data).root)
    assert "lines go on under one `id` alone" in said
    same = words(parse(client.get(f"{ADDRESS}?before=autumn&after=autumn").data).root)
    assert "every line goes on" in same
    for query in ("before=nobody", "after=nobody", "before=autumn&after=%00"):
        assert client.get(f"{ADDRESS}?{query}").status_code == 404


def test_one_wave_is_compared_with_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(issuing_keys, "make", lambda *_: bytes(422))
    site = make_site(tmp_path, waves=[])
    assert "there are none" in words(parse(site.client(HR).get(ADDRESS).data).root)
    add_wave(site, "autumn")
    assert "there is one" in words(parse(site.client(HR).get(ADDRESS).data).root)


def test_a_host_without_the_issuer_has_no_such_page(tmp_path: Path) -> None:
    site = make_site(tmp_path, waves=[])
    for surfaces in ((RESULTS,), (BOX, RESULTS)):
        app = create_app(Settings.at(tmp_path, surfaces=surfaces))
        app.testing = False
        other = Site(app, site.settings, site.stores).client(HR)
        assert other.get(ADDRESS).status_code == 404
        assert other.get("/results/hr").status_code == 200
