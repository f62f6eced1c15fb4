"""An empty, a small and a protected group give the same bytes on every page."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from fixtures_release import HIDDEN, NORTH, THEMES, WATCHED, make_release
from fixtures_results import Site, make_site
from fixtures_rooms import board_reading, hr_reading, shown, theme_of

from analysis.attack import markup
from analysis.attack.material import Material, Page
from analysis.release.model import Release
from analysis.release.rows import ChangeRow
from analysis.statistics.change_words import NOT_SHOWN
from survey.results.reading import Reading

HIDDEN_CHANGE = ChangeRow(
    *(f"command={NORTH}-2", "discrimination", "theme", "autumn", "winter", "Talks", "other"),
    *("2025-12-01", None, None, None, None, None, None, None, None, None, "not_shown"),
    *(NOT_SHOWN, "c"),
)
GONE = frozenset({*HIDDEN, WATCHED})
CLEAN = replace(make_release(hidden=GONE), changes=(HIDDEN_CHANGE,))


def with_leftovers(base: int, percent: int) -> Release:
    """`CLEAN` with values left behind a `c`, as no publisher may leave them.

    The store refuses such a Release; a page must not show them even so.
    """

    def left(rows, **values):  # type: ignore[no-untyped-def]
        return tuple(replace(row, **values) if row.status == "c" else row for row in rows)

    share = {"lower": percent, "upper": percent}
    return replace(
        CLEAN,
        groups=left(CLEAN.groups, base=base, headcount=base + 1, response_rate=percent),
        estimates=left(CLEAN.estimates, base=base, positive=percent, score=float(percent), **share),
        distributions=left(CLEAN.distributions, percent=percent),
        comparisons=left(CLEAN.comparisons, gap=-percent, **share),
        trends=left(CLEAN.trends, value=percent, **share),
        changes=left(CLEAN.changes, value_before=percent, change=base, excess=-9.5, **share),
    )


EMPTY, SMALL, PROTECTED = with_leftovers(0, 0), with_leftovers(3, 33), with_leftovers(412, 91)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return make_site(tmp_path_factory.mktemp("alike"), waves=())


def pages(site: Site, release: Release) -> Iterator[str]:
    """Every kind of page, hidden groups' own pages included."""
    with site.app.test_request_context("/results"):
        yield from shown(board_reading(release)).values()
        yield from shown(hr_reading(release)).values()
        for group in sorted(GONE):
            yield theme_of(hr_reading(release), "discrimination", group)


def without_tokens(page: str) -> str:
    return re.sub(r'name="csrf_token" value="[^"]*"', "", page)


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(EMPTY, id="empty"),
        pytest.param(SMALL, id="small"),
        pytest.param(PROTECTED, id="protected"),
    ],
)
def test_pages_are_the_same_bytes_whatever_is_hidden(site: Site, other: Release) -> None:
    clean = [without_tokens(page) for page in pages(site, CLEAN)]
    assert [without_tokens(page) for page in pages(site, other)] == clean


def test_a_page_that_read_behind_the_c_would_be_noticed(site: Site) -> None:
    careless = replace(
        SMALL, estimates=tuple(replace(row, status="shown") for row in SMALL.estimates)
    )
    clean = [without_tokens(page) for page in pages(site, CLEAN)]
    assert [without_tokens(page) for page in pages(site, careless)] != clean


def test_rows_of_hidden_groups_differ_in_their_label_alone(site: Site) -> None:
    board = "".join(pages(site, CLEAN))
    found = re.findall(r'<tr>\s*<th class="heat__group".*?</tr>', board, flags=re.S)
    hidden = [row for row in found if "number not shown" in row]
    assert len(hidden) >= 3
    cells = {re.sub(r'scope="row">.*?<span', "", row, count=1, flags=re.S) for row in hidden}
    assert len(cells) == 1


@pytest.mark.parametrize("reading", [board_reading, hr_reading])
def test_every_room_stands_up_to_the_attacker_who_finds_a_planted_leak(
    site: Site, reading: Callable[[Release], Reading]
) -> None:
    with site.app.test_request_context("/results"):
        rooms = shown(reading(CLEAN))
    material = Material(pages=tuple(Page(name, page) for name, page in rooms.items()))
    assert markup.pages(material).falls == []
    leaking = 0
    for name, page in rooms.items():
        cells = re.findall(r'<td class="(?:heat|govuk-table)__cell[^>]*>(?:(?!</td>).)*\[c\]', page)
        if cells:
            told = page.replace(cells[0], cells[0].replace("<td", '<td title="7 answers"', 1), 1)
            assert markup.pages(Material(pages=(Page(name, told),))).falls, name
            leaking += 1
    assert leaking >= 4


def test_a_watched_group_that_is_hidden_gets_the_fixed_words(site: Site) -> None:
    with site.app.test_request_context("/results"):
        board = shown(board_reading(CLEAN))["watched"]
    assert "nobody who reads this page can tell which" in board
    assert "Fair Play Advisers" in board
    assert 'id="watched-1-table"' not in board


def test_what_is_hidden_beside_a_watched_group_is_written_alike_whatever_it_is_of(
    site: Site,
) -> None:
    others = {WATCHED.replace("yes", "no"), WATCHED.replace("minority", "majority")}
    with site.app.test_request_context("/results"):
        page = shown(board_reading(make_release(hidden={*HIDDEN, *others})))["watched"]
    assert markup.pages(Material(pages=(Page("watched", page),))).falls == []
    cell = '<td class="govuk-table__cell">[c]</td>'
    assert page.count(cell) == 2 * len(THEMES)
    named = page.replace(cell, cell.replace("[c]", "<span>Others</span>[c]"), 1)
    assert markup.pages(Material(pages=(Page("watched", named),))).falls
