"""Statements that belong to no theme stand on the pages of the command and of the force."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from fixtures_release import NORTH, followed, make_release, packed
from fixtures_results import BOARD, HR, SIGNER, make_site
from html_page import parse, words

from analysis.audiences import ROUNDED_DOWN
from analysis.plan import FORCE
from analysis.release.model import Release
from analysis.release.nonresponse import BESIDE, beside_figures
from survey.results import store
from survey.results import words as words_of
from survey.results.charts import diverging_bars
from survey.results.outside import outside

ALONE, OF_SOME = "leadership-2", "leadership-1"


def with_one_alone(wave: str) -> Release:
    release = make_release(wave)
    measures = (
        replace(one, theme=None) if one.measure == ALONE else one for one in release.measures
    )
    return followed(replace(release, measures=tuple(measures), reliability=(), drivers=()))


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
    of_some = replace(release.measure_by_id[OF_SOME], theme=None, asked_of="those who patrol")
    measures = (of_some if one.measure == OF_SOME else one for one in release.measures)
    release = replace(release, measures=tuple(measures))
    beside = (dict(zip(BESIDE, told, strict=True)) for told in beside_figures(release))
    rows = (replace(row, **told) for row, told in zip(release.estimates, beside, strict=True))
    release = replace(release, estimates=tuple(rows))
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
        assert "Asked of some people only" in words(page.root)
        assert "Asked of those who patrol." in words(page.root)


def asked_of_some(release: Release, hidden: set[str], those: str = "those who patrol") -> Release:
    """The statement as only some were asked it, without its figure in some groups."""
    measures = tuple(
        replace(one, asked_of=those) if one.measure == ALONE else one for one in release.measures
    )
    estimates = tuple(
        replace(row, status="c") if row.measure == ALONE and row.group in hidden else row
        for row in release.estimates
    )
    return replace(release, measures=measures, estimates=estimates)


def test_what_only_some_were_asked_stands_apart_with_each_group_that_has_a_figure() -> None:
    whole = with_one_alone("winter")
    own = f"command={NORTH}"
    release = asked_of_some(whole, {FORCE})
    shown = {
        row.group
        for row in release.estimates
        if row.measure == ALONE and row.status == "shown" and row.positive is not None
    }
    for reader in (own, FORCE):
        found = outside(release, [release], reader, "somebody")
        assert (found.bars, found.trends) == ((), ())
        (statement,) = found.of_some
        assert statement.asked_of.startswith("Asked of those who patrol.")
        labels = {label for label, _, _ in statement.rows}
        assert labels
        assert "The whole force" not in labels
        assert "[c]" not in {figure for _, figure, _ in statement.rows}
        assert ("Response South" in labels) == (reader == FORCE)
    # Planted: nobody is left out, so all of it is drawn as before.
    assert outside(whole, [whole], own, "somebody").of_some == ()
    none = outside(asked_of_some(whole, shown | {FORCE}), [whole], FORCE, "all").of_some[0]
    assert none.rows == ()


def test_a_base_that_is_rounded_down_is_at_least_so_many() -> None:
    """In the table of a statement of some, and in that of the bars of a theme."""
    whole = with_one_alone("winter")
    base = whole.estimate_by_key[FORCE, ALONE].base
    assert base is not None
    said = f"those who heard of it {ROUNDED_DOWN}"
    for told, answers in ((said, f"at least {base:,}"), ("those who patrol", f"{base:,}")):
        release = asked_of_some(whole, set(), told)
        rows = outside(release, [release], FORCE, "The whole force").of_some[0].rows
        assert ("The whole force", answers) in {(label, number) for label, _, number in rows}
        themed = tuple(replace(one, theme="leadership") for one in release.measures)
        charts = diverging_bars.draw(
            replace(release, measures=themed), "bars", FORCE, "The whole force", "leadership"
        )
        label = release.measure_by_id[ALONE].label
        assert [bar.answers for one in charts for bar in one.bars if bar.label == label] == [
            answers
        ]
    assert words_of.answers_to(asked_of_some(whole, {FORCE}, said), FORCE, ALONE) == "[c]"
