"""Workbooks: their tables are attacked like any others, and nothing in them may stand unseen."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path

import fixtures_analysis as fixtures
import pytest
from fixtures_workbooks import SHOWS_NOTHING, Cell, Page, Value, write

from analysis.attack.archives import MOST
from analysis.attack.findings import Tried
from analysis.attack.reading import read
from analysis.attack.trying import attack
from analysis.errors import DataError
from analysis.export import csv_bytes
from analysis.policy import DisclosurePolicy
from analysis.publish import WaveFacts, publish
from analysis.release.model import Release

PLAN = fixtures.plan()
TABLES = ("groups", "estimates", "distributions")
HIDDEN = "command=north&ethnicity=majority"
COUNTS = [
    ["Unit", "Parent", "Item", "Count"],
    ["force", "", "q1", 540],
    ["north", "force", "q1", 300],
    ["south", "force", "q1", 200],
]


@cache
def clean() -> Release:
    study = fixtures.small(400, seed=3)
    facts = WaveFacts("one", "One", date(2026, 3, 31))
    return publish(study.codebook, PLAN, study.microdata, wave=facts, policy=DisclosurePolicy())


def table(name: str) -> list[list[Value]]:
    """A table of the Release as its export has it, numbers as numbers."""
    lines = csv.reader(csv_bytes(clean(), name).decode().splitlines())
    return [[int(cell) if cell.isdigit() else cell for cell in row] for row in lines]


def exported(**more: Page) -> dict[str, Page]:
    return {**{name: Page(table(name)) for name in TABLES}, **more}


def fallen(path: Path) -> dict[str, Tried]:
    material = replace(read([path]), plan=PLAN)
    return {one.attack.id: one.tried for one in attack(material) if one.tried.falls}


def unseen(path: Path) -> list[str]:
    return [fall.words for fall in fallen(path)["workbooks"].falls]


def test_nothing_falls_of_a_clean_workbook(tmp_path: Path) -> None:
    path = write(tmp_path / "one.xlsx", exported(long=Page(COUNTS)))
    material = read([path])
    assert [sheet.table for sheet in material.sheets] == [*TABLES, "long"]
    assert len(material.sheets[0].rows) == len(clean().groups)
    assert fallen(path) == {}


def test_a_table_may_have_a_title_above_and_notes_below(tmp_path: Path) -> None:
    rows = [["Table 3: people by unit, 2026"], [], *COUNTS, [], ["[c] not shown, fewer than 10"]]
    (sheet,) = read([write(tmp_path / "a.xlsx", {"3": Page(rows)})]).sheets
    assert [row["count"] for row in sheet.rows] == ["540", "300", "200"]


def test_what_is_not_shown_has_one_format_in_a_column(tmp_path: Path) -> None:
    rows = [["Unit", "Percent", "Least"], ["a", "[c]", Cell("[c]", 2)], ["b", "[c]", "[c]"]]
    (found,) = unseen(write(tmp_path / "a.xlsx", {"1": Page(rows)}))
    assert "“[c]” stands in 1!C3, in another format than in 1!C2" in found
    assert not fallen(write(tmp_path / "b.xlsx", {"1": Page(rows[:2])}))


def test_a_sheet_of_counts_is_subtracted(tmp_path: Path) -> None:
    """A long table as other people publish it: 504 less 300 and 200 people."""
    few = [row if row[0] != "force" else ["force", "", "q1", 504.0] for row in COUNTS]
    (found,) = fallen(write(tmp_path / "a.xlsx", {"Counts": Page(few)}))["residuals"].falls
    assert "force, q1: the children leave 4 people" in found.words


def test_a_sheet_of_the_export_is_held_to_what_is_hidden(tmp_path: Path) -> None:
    groups = [[*row[:-4], 42, *row[-3:]] if row[0] == HIDDEN else row for row in table("groups")]
    found = fallen(write(tmp_path / "one.xlsx", {"groups": Page(groups)}))
    assert f"42 stands at {HIDDEN}" in found["hidden-rows"].falls[0].words


TRUTH = Page([["unit", "people"], ["north", 7]])
PLANTED: dict[str, Callable[[Path], Path]] = {
    "truth!B2, which is hidden": lambda path: write(
        path, exported(truth=replace(TRUTH, state="hidden"))
    ),
    "secret!B2, which is hidden": lambda path: write(
        path, exported(secret=replace(TRUTH, state="veryHidden"))
    ),
    "people!B2, which is hidden": lambda path: write(
        path, exported(people=replace(TRUTH, hidden_columns=frozenset({2})))
    ),
    "rows!B2, which is hidden": lambda path: write(
        path, exported(rows=replace(TRUTH, hidden_rows=frozenset({2})))
    ),
    "narrow!A1, which is hidden": lambda path: write(
        path, exported(narrow=Page([["7 in north"]], width=0))
    ),
    "blank!A1, which is hidden": lambda path: write(
        path, exported(blank=Page([[Cell(7, style=SHOWS_NOTHING)]]))
    ),
    "the formula in sums!A1": lambda path: write(
        path, exported(sums=Page([[Cell("c", formula="7+35")]]))
    ),
    "the name small": lambda path: write(
        path, exported(), names='<definedName name="small">7</definedName>'
    ),
    "a text that no cell shows": lambda path: write(path, exported(), unused=["7 people in north"]),
    "xl/comments1.xml": lambda path: write(
        path,
        exported(),
        more={
            "xl/comments1.xml": "<comments><commentList><comment ref='B2'><text><t>7 people</t>"
            "</text></comment></commentList></comments>"
        },
    ),
    "docProps/custom.xml": lambda path: write(
        path,
        exported(),
        more={
            "docProps/custom.xml": "<Properties xmlns:vt='vt'><property name='north'>"
            "<vt:i4>7</vt:i4></property></Properties>"
        },
    ),
    "docProps/core.xml": lambda path: write(
        path,
        exported(),
        more={
            "docProps/core.xml": "<p xmlns:dc='dc'><dc:description>7 in north</dc:description></p>"
        },
    ),
    "xl/pivotCache/pivotCacheRecords1.xml": lambda path: write(
        path,
        exported(),
        more={"xl/pivotCache/pivotCacheRecords1.xml": "<r><r><s v='north'/><n v='7'/></r></r>"},
    ),
    "xl/charts/chart1.xml": lambda path: write(
        path,
        exported(),
        more={"xl/charts/chart1.xml": "<c><numCache><pt idx='0'><v>77777</v></pt></numCache></c>"},
    ),
    "xl/drawings/drawing1.xml": lambda path: write(
        path, exported(), more={"xl/drawings/drawing1.xml": "<d><row>3</row><t>7 people</t></d>"}
    ),
    "xl/worksheets/sheet9.xml": lambda path: write(
        path, exported(), more={"xl/worksheets/sheet9.xml": "<w><c r='A1'><v>7</v></c></w>"}
    ),
    "xl/externalLinks/externalLink1.xml": lambda path: write(
        path,
        exported(),
        more={"xl/externalLinks/externalLink1.xml": "<x><cell><v>7</v></cell></x>"},
    ),
    "xl/embeddings/all.bin": lambda path: write(
        path, exported(), more={"xl/embeddings/all.bin": "..."}
    ),
}


@pytest.mark.parametrize("where", list(PLANTED))
def test_what_is_left_behind_is_found(where: str, tmp_path: Path) -> None:
    (words,) = unseen(PLANTED[where](tmp_path / "one.xlsx"))
    assert words.endswith(f"stands in {where}")


def test_a_hidden_sheet_with_the_truth_is_attacked_like_a_published_one(tmp_path: Path) -> None:
    rows = [[*row[:-4], 42, *row[-3:]] if row[0] == HIDDEN else row for row in table("groups")]
    truth = Page(rows, state="hidden")
    found = fallen(write(tmp_path / "one.xlsx", exported(truth=truth)))
    assert {"hidden-rows", "copies", "workbooks"} <= set(found)


def test_what_every_workbook_holds_is_no_leftover(tmp_path: Path) -> None:
    path = write(
        tmp_path / "one.xlsx",
        exported(
            sums=Page([[1, 2, Cell(3, formula="SUM(A1:B1)")], ["north"]]),
            hints=Page([["north"], ["south", 5]], hidden_columns=frozenset({1})),
        ),
        names='<definedName name="_xlnm.Print_Area">sums!$A$1:$C$12</definedName>',
        more={
            "xl/media/logo2.png": "...",
            "xl/theme/theme1.xml": "<a>7</a>",
            "xl/charts/chart1.xml": "<c><f>sums!$A$1</f><v>3</v><pt idx='0'/></c>",
            "xl/drawings/drawing1.xml": "<d><row>3</row></d>",
            "xl/drawings/vml1.vml": "<xml><x:Anchor>1, 15, 2<br></x:Anchor></xml>",
            "xl/tables/table1.xml": "<table ref='A1:C12'/>",
        },
    )
    assert fallen(path) == {}


@pytest.mark.parametrize(
    ("parts", "reason"),
    [
        ({"xl/workbook.xml": "<workbook"}, "is not XML"),
        ({"xl/workbook.xml": "<!DOCTYPE a [<!ENTITY b 'c'>]><workbook/>"}, "a document type"),
        ({"xl/worksheets/sheet1.xml": "<w><row r='x'/></w>"}, "not laid out as one"),
    ],
)
def test_a_broken_workbook_is_one_sentence(
    parts: dict[str, str], reason: str, tmp_path: Path
) -> None:
    path = write(tmp_path / "one.xlsx", {"a": Page([[1]])}, more=parts)
    with pytest.raises(DataError, match=reason):
        read([path])


def test_a_workbook_that_unpacks_to_too_much_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("analysis.attack.archives.MOST", 100)
    assert MOST > 100
    with pytest.raises(DataError, match="larger than"):
        read([write(tmp_path / "one.xlsx", {"a": Page([[1]])})])
