from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from fixtures_release import NORTH, SOUTH, WAVES, certified, make_release, packed
from fixtures_results import BOARD, HR, SIGNER, Site, make_site, packs
from html_page import parse, words

from analysis.release.folder import hash_of
from analysis.release.model import Release
from survey.results import store
from survey.results.exports import TABLES
from survey.results.kept import Kept
from survey.results.rooms import ROOMS
from survey.results.scope import of_command

OWN = f"/results/board/{NORTH}"
OTHER = f"/results/board/{SOUTH}"

SOMETIMES = {"procedures", "changes", "comments"}
"""Rooms of what these Releases do not have."""
FOR_HR = {"inside", "equality"}
ROOMS_OF_BOTH = [room.id for room in ROOMS if room.id not in SOMETIMES | FOR_HR]
BOARD_PAGES = [
    OWN,
    f"{OWN}/winter",
    f"{OWN}/spring",
    *(f"{OWN}/winter/{room}" for room in ROOMS_OF_BOTH),
    f"{OWN}/winter/theme/leadership",
    f"{OWN}/winter/theme/discrimination?group=ethnicity%3Dminority",
    f"{OWN}/winter/theme/leadership?group=command%3D{NORTH}-2",
    f"{OWN}/winter/theme/leadership?group=command%3D{NORTH}%26ethnicity%3Dmajority",
]
HR_PAGES = [
    "/results/hr",
    "/results/hr/spring",
    *(f"/results/hr/winter/{room}" for room in (*ROOMS_OF_BOTH, *sorted(FOR_HR))),
    "/results/hr/winter/theme/grievance",
    f"/results/hr/winter/theme/grievance?group=command%3D{SOUTH}-1",
]
REFUSED_TO_A_BOARD = [
    OTHER,
    f"{OTHER}/winter",
    *(f"{OTHER}/winter/{room.id}" for room in ROOMS),
    f"{OTHER}/winter/theme/leadership",
    f"{OTHER}/winter/csv/estimates.csv",
    "/results/board/nowhere",
    "/results/board/nowhere/winter/themes",
    f"{OWN}/winter/theme/leadership?group=command%3D{SOUTH}",
    f"{OWN}/winter/theme/leadership?group=command%3D{SOUTH}-1",
    f"{OWN}/winter/theme/leadership?group=command%3Dresponse",
    *HR_PAGES,
    "/results/hr/winter/csv/groups.csv",
]
NOT_THERE = [
    f"{OWN}/summer",
    f"{OWN}/summer/themes",
    f"{OWN}/winter/cellar",
    f"{OWN}/winter/comments",
    *(f"{OWN}/winter/{room}" for room in ("procedures", *sorted(FOR_HR))),
    "/results/hr/winter/cellar",
    f"{OWN}/winter/theme/nothing",
    f"{OWN}/winter/theme/leadership-1",
    f"{OWN}/winter/theme/leadership?group=nobody",
    f"{OWN}/winter/csv/secrets.csv",
    "/results/hr/summer",
    "/results/board/response",
]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return make_site(tmp_path_factory.mktemp("results"))


@pytest.mark.parametrize("address", BOARD_PAGES)
@pytest.mark.parametrize("name", [BOARD, HR])
def test_a_board_page_opens_for_its_board_and_hr_and_keeps_every_rule(
    site: Site, address: str, name: str
) -> None:
    reply = site.client(name).get(address)
    assert reply.status_code == 200
    parse(reply.data)


@pytest.mark.parametrize("address", [*HR_PAGES, OTHER])
def test_hr_reads_every_page(site: Site, address: str) -> None:
    reply = site.client(HR).get(address)
    assert reply.status_code == 200
    parse(reply.data)


@pytest.mark.parametrize("address", REFUSED_TO_A_BOARD)
def test_a_board_is_refused_what_is_not_its_own(site: Site, address: str) -> None:
    reply = site.client(BOARD).get(address)
    assert reply.status_code == 403
    assert b"<table" not in reply.data
    parse(reply.data)


@pytest.mark.parametrize("address", ["/results", *BOARD_PAGES, *REFUSED_TO_A_BOARD, *NOT_THERE])
def test_nobody_reads_anything_without_signing_in(site: Site, address: str) -> None:
    reply = site.client().get(address)
    assert reply.status_code == 302
    assert reply.location == "/results/sign-in"


@pytest.mark.parametrize("address", NOT_THERE)
def test_what_is_not_there_is_not_found(site: Site, address: str) -> None:
    reply = site.client(HR).get(address)
    assert reply.status_code == 404
    parse(reply.data)


def test_each_reader_is_sent_to_their_own_page(site: Site) -> None:
    assert site.client(BOARD).get("/results").location == OWN
    assert site.client(HR).get("/results").location == "/results/hr"


@pytest.mark.parametrize("address", [*BOARD_PAGES, *REFUSED_TO_A_BOARD])
def test_no_page_of_a_board_names_another_command(site: Site, address: str) -> None:
    reply = site.client(BOARD).get(address)
    for name in (b"Response South", b"response-south", b"Custody", b"Crime"):
        assert name not in reply.data


def test_the_page_before_any_release_says_so(tmp_path_factory: pytest.TempPathFactory) -> None:
    empty = make_site(tmp_path_factory.mktemp("empty"), waves=())
    for name, address in ((BOARD, OWN), (HR, "/results/hr")):
        assert parse(empty.client(name).get(address).data).h1 == "No results yet"


def rows(content: bytes) -> Iterator[dict[str, str]]:
    yield from csv.DictReader(io.StringIO(content.decode()))


@pytest.mark.parametrize("table", TABLES)
def test_a_boards_file_holds_its_own_groups_and_no_others(site: Site, table: str) -> None:
    reply = site.client(BOARD).get(f"{OWN}/winter/csv/{table}.csv")
    assert reply.status_code == 200
    assert reply.mimetype == "text/csv"
    assert f"winter-{NORTH}-{table}.csv" in reply.headers["Content-Disposition"]
    scope = of_command(make_release(), NORTH)
    assert scope is not None
    groups = {row["group"] for row in rows(reply.data) if "group" in row}
    assert groups <= scope.groups
    if table in {"groups", "estimates", "distributions"}:
        assert groups == scope.groups


@pytest.mark.parametrize("table", TABLES)
def test_hrs_file_holds_every_row_of_the_release(site: Site, table: str) -> None:
    reply = site.client(HR).get(f"/results/hr/winter/csv/{table}.csv")
    assert len(list(rows(reply.data))) == len(getattr(make_release(), table))


def test_a_hidden_group_has_no_value_in_a_file(site: Site) -> None:
    reply = site.client(HR).get("/results/hr/winter/csv/estimates.csv")
    hidden = [row for row in rows(reply.data) if row["group"] == f"command={NORTH}-2"]
    assert hidden
    for row in hidden:
        values = set(row) - {"group", "measure", "kind", "status"}
        assert {row[name] for name in values} == {""}


def test_an_older_wave_shows_its_own_figures(site: Site) -> None:
    page = parse(site.client(HR).get("/results/hr/spring/trends").data)
    assert "Spring 2025, closed on 30 April 2025" in page.text
    assert "first survey of its kind" in page.text


def test_pages_of_a_corrected_wave_say_that_they_are_and_why(tmp_path: Path) -> None:
    corrected = make_site(tmp_path / "home")
    before = [corrected.client(HR).get(page).text for page in CORRECTED_PAGES]
    assert not any('id="corrected"' in page for page in before)
    first = packs()[2]
    release = make_release(
        "winter", seed=8, replaces=hash_of(first), correction="Old <headcounts>."
    )
    content = packed(certified(release), tmp_path, SIGNER)
    store.add(corrected.stores, content, SIGNER.public_key().public_bytes_raw())
    for address in CORRECTED_PAGES:
        page = parse(corrected.client(HR).get(address).data)
        said = words(page.by_id("corrected"))
        assert "replace those: please use the earlier ones no more" in said
        assert "The reason given: Old <headcounts>." in said
        assert hash_of(first)[:12] in said
    assert 'id="corrected"' not in corrected.client(HR).get("/results/hr/spring").text


CORRECTED_PAGES = [
    OWN, f"{OWN}/winter/theme/leadership", "/results/hr", "/results/hr/winter/response"
]  # fmt: skip


def test_a_board_whose_command_the_newest_survey_lacks_reads_the_one_before(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    *_, autumn, winter = real = store.all_releases(site.stores)
    clients = {name: site.client(name) for name in (BOARD, HR)}

    def reorganised(release: Release) -> Release:
        breakdowns = tuple(
            replace(
                one,
                values=tuple(v for v in one.values if not str(v[0]).startswith(NORTH)),
            )
            for one in release.manifest.breakdowns
        )
        return replace(release, manifest=replace(release.manifest, breakdowns=breakdowns))

    found = (autumn, reorganised(winter))
    monkeypatch.setattr(store, "in_force", lambda _: dict(zip("abc", found, strict=False)))
    monkeypatch.setattr(Kept, "get", lambda *_: None)  # for what is stored stays the same
    before = parse(clients[BOARD].get("/results", follow_redirects=True).data).text
    assert WAVES["autumn"] in before
    assert WAVES["winter"] not in before
    assert clients[BOARD].get(f"{OWN}/winter").status_code == 404
    found = tuple(map(reorganised, real))
    page = parse(clients[BOARD].get(OWN).data)
    assert page.h1 == "No results yet"
    assert f"No survey that has closed so far counted {NORTH}" in page.text
    assert clients[HR].get(OWN).status_code == 404
