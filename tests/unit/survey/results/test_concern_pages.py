"""Where a finding shows most, levels of concern and bands, on the pages of a published Release."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import fixtures_analysis as fixtures
import numpy as np
import pytest
from fixtures_analysis import Study, with_answers
from fixtures_release import packed
from fixtures_results import CHEAP, HR, PASSWORD, SIGNER, Site, make_site
from html_page import Page, parse

from analysis.codebook import AnswerCategory
from analysis.policy import DisclosurePolicy
from analysis.publish import WaveFacts, publish
from analysis.release.model import Release
from survey.manage import people
from survey.results import concern_levels, store, words
from survey.results.scope import of_command, whole_force

OFTEN = (
    AnswerCategory("never", "Never", "positive", 100.0),
    AnswerCategory("once", "Once", "negative", 50.0),
    AnswerCategory("often", "More than once", "negative", 0.0),
)
PAGES = [
    (HR, "/results/hr/autumn/findings"),
    (HR, "/results/hr/autumn/theme/leadership"),
    ("north", "/results/board/north/autumn/findings"),
    ("north", "/results/board/north/autumn/theme/treatment"),
]


def study(n: int = 1500) -> Study:
    """The north answers two of five statements worse, and more of it saw something bad."""
    items = tuple(
        fixtures.item(one, "leadership") for one in ("led", "seen", "heard", "backed", "told")
    )
    harmed = fixtures.item("harmed", "treatment", categories=OFTEN, sensitive=True, level=0.2)
    book = fixtures.codebook((*items, harmed))
    made = Study(book, fixtures.plan(), fixtures.microdata(book, n))
    codes = book.variable_by_id["unit"].codes
    unit = made.microdata.variables["unit"]
    inside = np.isin(unit, [codes.index("north-a"), codes.index("north-b")])
    rng = np.random.default_rng(5)
    bad = rng.random(n) < np.where(inside, 0.5, 0.15)
    columns = {"harmed": np.where(bad, 1 + (rng.random(n) < 0.3), 0)}
    for item in ("seen", "heard"):
        column = made.microdata.items[item]
        columns[item] = np.where(inside & (column >= 0), np.minimum(column + 2, 4), column)
    return with_answers(made, **columns)


@pytest.fixture(scope="module")
def release() -> Release:
    made = study()
    wave = WaveFacts("autumn", "Autumn 2026", date(2026, 10, 31))
    parts = (made.codebook, made.plan, made.microdata)
    return publish(*parts, wave=wave, policy=DisclosurePolicy())


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, release: Release) -> Site:
    home: Path = tmp_path_factory.mktemp("concerns")
    made = make_site(home, waves=())
    people.add(made.stores, "north", "board", "north", PASSWORD, CHEAP)
    people.add(made.stores, "south", "board", "south", PASSWORD, CHEAP)
    content = packed(release, home / "releases", SIGNER)
    store.add(made.stores, content, SIGNER.public_key().public_bytes_raw())
    return made


def page(site: Site, name: str, address: str) -> tuple[Page, str]:
    reply = site.client(name).get(address)
    assert reply.status_code == 200
    found = parse(reply.data)
    return found, " ".join(" ".join(found.root.itertext()).split())


@pytest.mark.parametrize(("name", "address"), PAGES)
def test_every_page_can_be_read(site: Site, name: str, address: str) -> None:
    page(site, name, address)


def test_a_finding_says_where_it_shows_most_with_the_gap_that_is_published(
    site: Site, release: Release
) -> None:
    _, text = page(site, "north", "/results/board/north/autumn/findings")
    (row,) = [
        one
        for one in release.concerns
        if (one.group, one.measure) == ("command=north", "leadership")
    ]
    assert set(row.items) == {"seen", "heard"}
    for item in row.items:
        (gap,) = [
            one
            for one in release.comparisons
            if (one.group, one.measure) == ("command=north", item)
        ]
        said = words.gap(gap.gap, gap.lower, gap.upper)
        assert f"“Statement {item}” {said}" in text
    assert "Exact answers were judged; rounding widens the ranges: “Statement" in text


def test_the_page_begins_with_how_much_is_on_it(site: Site) -> None:
    found, _ = page(site, HR, "/results/hr/autumn/findings")
    links = {
        (link.get("href") or "")[1:]: " ".join("".join(one.itertext()).split())
        for one in found.root.iterfind(".//ul[@class='govuk-list on-this-page']/li")
        for link in one.iter("a")
    }
    raised = found.root.iterfind(".//ol[@class='found found--concern']/li")
    many = len(list(raised))
    assert many > 0
    assert links["concerns"] == f"Areas of concern: {many}"
    assert links["levels"] == "Levels of concern: 1"
    assert [one for one in links if found.by_id(one) is None] == []


def test_levels_name_who_lies_above_and_how_many_were_judged(site: Site, release: Release) -> None:
    (block,) = concern_levels.blocks(release, whole_force(release))
    judged = len([row for row in release.estimates if row.measure == "harmed" and row.negative])
    assert f"{judged} groups were judged" in block.said
    _, text = page(site, "north", "/results/board/north/autumn/findings")
    assert block.said in text
    assert "Levels of concern" in text
    (north,) = [row for row in block.rows if row.group == "North"]
    assert f"North {north.figure} {north.people}" in text


def test_a_board_sees_no_other_commands_level(release: Release) -> None:
    south = of_command(release, "south")
    assert south is not None
    (block,) = concern_levels.blocks(release, south)
    assert not [row for row in block.rows if "North" in row.group]


def test_a_page_without_levels_says_nothing_of_them(release: Release) -> None:
    assert concern_levels.blocks(release, whole_force(release), {"led"}) == ()


def test_a_theme_page_says_what_a_group_could_have_shown(site: Site, release: Release) -> None:
    _, text = page(site, HR, "/results/hr/autumn/theme/leadership?group=command%3Dcrime-a")
    assert "Crime-a against everyone else" in text
    row = release.comparison_by_key["command=crime-a", "told", "force"]
    base = release.estimate_by_key["command=crime-a", "told"].base
    assert row.smallest is not None
    assert words.comparison(row, base) in text
    assert f"{release.manifest.comparisons} comparisons of a theme were made" in text
    _, whole = page(site, HR, "/results/hr/autumn/theme/leadership")
    assert "against everyone else" not in whole
