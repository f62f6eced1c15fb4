"""The pages of a Release that the analysis really published, not one made by hand."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from fixtures_analysis import small
from fixtures_release import packed
from fixtures_results import CHEAP, HR, PASSWORD, SIGNER, Site, make_site
from fixtures_rooms import walked
from html_page import parse

from analysis.policy import DisclosurePolicy
from analysis.publish import WaveFacts, publish
from survey.manage import people
from survey.results import store


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    home = tmp_path_factory.mktemp("published")
    made = make_site(home, waves=())
    people.add(made.stores, "crime", "board", "crime", PASSWORD, CHEAP)
    _publish_into(made, home)
    return made


def _publish_into(site: Site, home: Path) -> None:
    study = small()
    wave = WaveFacts("autumn", "Autumn 2026", date(2026, 10, 31))
    parts = (study.codebook, study.plan, study.microdata)
    release = publish(*parts, wave=wave, policy=DisclosurePolicy())
    content = packed(release, home / "releases", SIGNER)
    store.add(site.stores, content, SIGNER.public_key().public_bytes_raw())


@pytest.mark.parametrize(
    ("name", "address"),
    [
        (HR, "/results/hr"),
        (HR, "/results/hr/autumn/theme/fairness"),
        ("crime", "/results/board/crime"),
        ("crime", "/results/board/crime/autumn/theme/leadership"),
    ],
)
def test_a_published_release_can_be_read(site: Site, name: str, address: str) -> None:
    reply = site.client(name).get(address)
    assert reply.status_code == 200
    parse(reply.data)
    if "/theme/" not in address:
        assert len(walked(site.client(name), address)) > 8


def test_a_reversed_item_has_its_negative_end_on_the_left(site: Site) -> None:
    page = parse(site.client(HR).get("/results/hr/autumn/theme/fairness").data)
    agreeing_is_bad = page.by_id("bars-1").find("./ul/li")
    assert agreeing_is_bad is not None
    assert "".join(agreeing_is_bad.itertext()).strip() == "Strongly agree"
