"""Gaps by protected characteristic, as a report on the equality duty sorts them."""

from __future__ import annotations

from dataclasses import replace
from xml.etree.ElementTree import tostring

import pytest
from fixtures_release import HIDDEN, NORTH, WATCHED, make_release
from fixtures_results import HR, Site, make_site
from fixtures_rooms import hr_reading
from html_page import parse, words

from analysis.release.model import Release
from analysis.release.rows import ConcernRow
from survey.results.equality import PROTECTED, Equality, equality, is_asked

ADDRESS = "/results/hr/winter/equality"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return make_site(tmp_path_factory.mktemp("equality"))


def of(site: Site, release: Release) -> Equality:
    with site.app.test_request_context("/results"):
        return equality(hr_reading(release))


def test_characteristics_stand_in_the_order_of_the_act_and_the_others_are_named(site: Site) -> None:
    found = of(site, make_release())
    assert [one.label for one in found.characteristics] == ["Race", "Sex"]
    assert set(found.missing) == set(PROTECTED) - {"Race", "Sex"}
    assert is_asked(make_release())
    manifest = make_release().manifest
    none = tuple(one for one in manifest.breakdowns if one.id not in {"ethnicity", "sex"})
    assert not is_asked(replace(make_release(), manifest=replace(manifest, breakdowns=none)))


def test_a_group_has_its_figure_and_its_gap_to_everyone_else(site: Site) -> None:
    release = make_release()
    race = of(site, release).characteristics[0]
    line = next(one for one in race.lines if one.answered.label == "Asian")
    row = release.estimate_by_key["ethnicity=asian", "leadership"]
    gap = release.comparison_by_key["ethnicity=asian", "leadership", "force"]
    assert gap.gap is not None
    assert line.cells[0].figure == f"{row.positive}% ({row.lower} to {row.upper})"
    size = f"{gap.gap:+d}" if gap.gap else "0"
    assert line.cells[0].gap.startswith(f"{size} (".replace("-", "−"))


def test_a_hidden_group_has_neither(site: Site) -> None:
    assert "ethnicity=other" in HIDDEN
    race = of(site, make_release()).characteristics[0]
    hidden = [one for one in race.lines if one.answered.answers == "[c]"]
    assert hidden
    assert {(cell.figure, cell.gap, cell.mark) for one in hidden for cell in one.cells} == {
        ("[c]", "", "")
    }


def test_what_is_raised_is_marked_and_said_crossings_included(site: Site) -> None:
    base = next(row for row in make_release().concerns if row.group == WATCHED)
    rows: tuple[ConcernRow, ...] = (
        base,
        replace(base, group="ethnicity=asian", measure="leadership"),
        replace(base, group=f"command={NORTH}", measure="leadership"),
    )
    race, sex = of(site, replace(make_release(), concerns=rows)).characteristics
    assert {one.id for one in race.findings} == {WATCHED, "ethnicity=asian"}
    assert sex.findings == ()
    marked = [one.answered.label for one in race.lines if one.cells[0].mark]
    assert marked == ["Asian"]


def test_hr_reads_the_page_and_is_led_to_what_stands_out(site: Site) -> None:
    page = parse(site.client(HR).get(ADDRESS).data)
    assert page.h1 == "Protected characteristics"
    assert "This survey has no figures on age, disability" in page.text
    row = next(one for one in page.root.iter("tr") if words(one).startswith("Asian"))
    assert words(row).count("(") == 10


def test_a_phone_is_told_what_each_cell_is_of_and_all_that_is_hidden_is_alike(site: Site) -> None:
    page = parse(site.client(HR).get(ADDRESS).data)
    (table,) = (one for one in page.root.iter("table") if "Asian" in words(one))
    headings = [words(one) for one in table.find("thead").iter("th")][1:]  # type: ignore[union-attr]
    hidden = set[str]()
    for row in table.find("tbody").iter("tr"):  # type: ignore[union-attr]
        _, *cells = list(row)
        assert [words(one) for one in cells[::2]] == headings
        assert {(one.get("class"), one.get("aria-hidden")) for one in cells[::2]} == {
            ("stacked__of", "true")
        }
        hidden |= {tostring(one).strip().decode() for one in cells[1::2] if words(one) == "[c]"}
    assert len(hidden) == 1
