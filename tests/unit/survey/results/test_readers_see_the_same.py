"""The board of a command and HR get the same row of every group, and no more than is published."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import pytest
from fixtures_release import HIDDEN, NORTH, make_release
from fixtures_results import BOARD, HR, Site, make_site, packs

from analysis.export import csv_bytes
from analysis.release import folder
from analysis.release.model import Release
from survey.results.exports import TABLES
from survey.results.exports import csv as exported
from survey.results.scope import of_command, whole_force

BY_GROUP = [table for table in TABLES if table != "measures"]
Rows = dict[tuple[str, ...], dict[str, str]]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return make_site(tmp_path_factory.mktemp("same"))


def rows(content: bytes) -> Rows:
    """Each row by what it is of: group, measure, wave and the like."""
    names = ("group", "measure", "item", "category", "against", "kind", "wave", "asked")
    return {
        tuple(row.get(name, "") for name in names): row
        for row in csv.DictReader(io.StringIO(content.decode()))
    }


def differing(one: Rows, other: Rows) -> list[tuple[str, ...]]:
    """What both have, and not alike."""
    return [key for key in one.keys() & other.keys() if one[key] != other[key]]


@pytest.mark.parametrize("table", BY_GROUP)
def test_board_and_hr_download_the_same_rows(site: Site, table: str) -> None:
    board = rows(site.client(BOARD).get(f"/results/board/{NORTH}/winter/csv/{table}.csv").data)
    hr = rows(site.client(HR).get(f"/results/hr/winter/csv/{table}.csv").data)
    published = rows(csv_bytes(folder.unpack(packs()[2], None), table))
    assert board or not published
    assert board.keys() <= hr.keys()
    assert not differing(board, hr)
    assert hr == published


@pytest.mark.parametrize("table", ["groups", "estimates", "distributions", "comparisons"])
def test_hidden_groups_are_in_every_download_without_any_figure(site: Site, table: str) -> None:
    """The invented truth of the hidden groups is that of a Release that hides nothing."""
    truth = rows(download(make_release(hidden=frozenset()), table))
    for reader, address in ((BOARD, f"board/{NORTH}"), (HR, "hr")):
        found = rows(site.client(reader).get(f"/results/{address}/winter/csv/{table}.csv").data)
        gone = {key: row for key, row in found.items() if key[0] in HIDDEN}
        assert gone
        for key, row in gone.items():
            told = {name for name, value in truth[key].items() if value != row[name]}
            assert row["status"] == "c"
            assert told, "the truth has figures here"
            assert all(row[name] == "" for name in told - {"status"})


def test_a_download_that_shows_one_reader_more_is_noticed(site: Site) -> None:
    """Planted: a Release that still has the hidden groups, for HR alone."""
    release = make_release()
    open_to_hr = replace(release, groups=make_release(hidden=frozenset()).groups)
    board, hr = (rows(download(one, "groups", one is release)) for one in (release, open_to_hr))
    assert differing(board, hr)


def download(release: Release, table: str, board: bool = False) -> bytes:
    seen = of_command(release, NORTH) if board else whole_force(release)
    assert seen
    return exported(release, table, seen).get_data()
