"""Statements that belong to no theme stand on the pages of the command and of the force."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from fixtures_release import NORTH, make_release, packed
from fixtures_results import BOARD, HR, SIGNER, make_site
from html_page import parse, words

from analysis.plan import FORCE
from analysis.release.model import Release
from survey.results import store
from survey.results.outside import outside

ALONE = "leadership-2"


def with_one_alone(wave: str) -> Release:
    release = make_release(wave)
    measures = (
        replace(one, theme=None) if one.measure == ALONE else one for one in release.measures
    )
    return replace(release, measures=tuple(measures), reliability=(), drivers=())


def test_only_statements_without_a_theme_are_drawn() -> None:
    whole = make_release()
    assert outside(whole, [whole], FORCE, "The whole force").bars == ()
    release = with_one_alone("winter")
    line = (replace(row, measure=ALONE) for row in release.trends if row.measure == "leadership")
    release = replace(release, trends=tuple(line))
    found = outside(release, [release], f"command={NORTH}", "Response North")
    label = release.measure_by_id[ALONE].label
    assert [bar.label for chart in found.bars for bar in chart.bars] == [label]
    assert [panel.title for panel in found.trends] == [label]
    assert [line.label for line in found.trends[0].lines] == ["The whole force", "Response North"]


def test_they_are_on_the_pages_of_board_and_hr(tmp_path: Path) -> None:
    site = make_site(tmp_path, waves=["spring"])
    release = with_one_alone("winter")
    pages = (BOARD, f"/results/board/{NORTH}"), (HR, "/results/hr")
    for name, address in pages:
        assert 'id="outside"' not in site.client(name).get(f"{address}/spring/statements").text
    store.add(
        site.stores, packed(release, tmp_path, SIGNER), SIGNER.public_key().public_bytes_raw()
    )
    for name, address in pages:
        page = parse(site.client(name).get(f"{address}/winter/statements").data)
        assert "Statements outside the themes" in words(page.root)
        assert release.measure_by_id[ALONE].label in words(page.root)
