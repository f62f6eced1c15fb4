"""Whole files hold the published tables, all of them and nothing else, in any program."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from csvw import CSVW
from fixtures_exports import BOARD, FORCE, file, newest, opened, releases, rows_of, slim
from fixtures_release import HIDDEN, make_release
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from analysis.export import cells, csv_bytes
from analysis.plan import COMMAND
from analysis.release import headings, tables
from analysis.release.model import Release
from survey.errors import SettingsError
from survey.results import scope
from survey.results.exporting import cover, files, sheets, workbook
from survey.results.exporting.files import Asked, File
from survey.results.exporting.sheets import TABS, Sheet, Tab

BOTH = (FORCE, BOARD)
BOOKS = [("xlsx", FORCE), ("xlsx", BOARD), ("all-waves", FORCE)]
EVERY = [*BOOKS, ("csvw", FORCE), ("csvw", BOARD)]


def tab_sheets(kind: str, command: str = FORCE) -> list[Worksheet]:
    return [one for one in opened(kind, command).worksheets if one.tables]


def read_back(sheet: Worksheet) -> list[dict[str, str]]:
    """A sheet's rows as `candour attack` understands them."""
    head, *rows = rows_of(sheet)
    columns = headings.columns_of({str(at): str(text) for at, text in enumerate(head)})
    assert columns is not None, sheet.title
    return [
        {name: headings.told(name, str(row[int(at)])) for at, name in columns.items()}
        for row in rows
    ]


def published(release: Release, tab: Tab, command: str) -> list[dict[str, str]]:
    seen = scope.of_command(release, command) if command else scope.whole_force(release)
    assert seen is not None
    found, rows = cells(release, tab.table, seen.groups if command else None)
    names = [one.name for one in found]
    records = [dict(zip(names, map(_text, row), strict=True)) for row in rows]
    return [one for one in records if tab.kind in ("", one.get("kind"))]


def _text(cell: object) -> str:
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    return (
        ""
        if cell is None
        else str(int(cell) if cell == int(cell) else cell)
        if isinstance(cell, float)
        else str(cell)
    )


def test_every_published_column_has_a_heading_of_its_own() -> None:
    names = {one.name for name in tables.ROWS for one in tables.columns(name, ())}
    assert names <= headings.HEADINGS.keys()
    assert len(set(headings.HEADINGS.values())) == len(headings.HEADINGS)


@pytest.mark.parametrize("command", BOTH)
def test_each_sheet_holds_its_published_table_cell_by_cell(command: str) -> None:
    book = opened("xlsx", command)
    looked = 0
    for tab in TABS:
        expected = published(newest(), tab, command)
        if not expected:
            assert tab.tab not in book.sheetnames
            continue
        found = read_back(book[tab.tab])
        assert len(found) == len(expected), tab.tab
        for got, row in zip(found, expected, strict=True):
            for name in row.keys() & got.keys():
                if name in ("comparable", "label"):
                    continue  # A symbol stands for no; labels are looked at below.
                assert got[name] == row[name], (tab.tab, name, row)
                looked += 1
    assert looked > (3_000 if command else 6_000)


def test_labels_stand_in_front_and_ids_behind() -> None:
    sheet = opened("xlsx")["Comparisons"]
    head, first, *_ = rows_of(sheet)
    assert head[:3] == ["Group", "Statement or theme", "Compared with"]
    assert head[-3:] == ["Group id", "Measure id", "Compared with id"]
    labels = {row.group: row.label for row in newest().groups}
    assert first[0] == labels[str(first[-3])]


@pytest.mark.parametrize(("kind", "command"), BOOKS)
def test_a_workbook_has_nothing_that_nobody_sees(kind: str, command: str) -> None:
    book = opened(kind, command)
    assert book.sheetnames[:3] == ["Cover", "Contents", "Notes"]
    assert not book.defined_names
    told = book.properties
    closed = datetime.fromisoformat(newest().manifest.closed)
    assert (told.created, told.modified) == (closed, closed)
    assert not any((told.creator, told.lastModifiedBy, told.description, told.keywords))
    for sheet in book.worksheets:
        assert sheet.sheet_state == "visible"
        assert len(sheet.tables) == (sheet.title != "Cover")
        assert not sheet.defined_names
        sizes = (*sheet.row_dimensions.values(), *sheet.column_dimensions.values())
        assert not any(one.hidden for one in sizes)
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f"
                assert cell.comment is None


@pytest.mark.parametrize(("kind", "command"), BOOKS)
def test_tables_have_no_empty_cell_and_can_be_read_on_a_screen(kind: str, command: str) -> None:
    for sheet in tab_sheets(kind, command):
        head, *rows = rows_of(sheet)
        assert rows
        assert not [row for row in rows if any(cell in (None, "") for cell in row)], sheet.title
        widths = [sheet.column_dimensions[chr(65 + at)].width for at in range(min(26, len(head)))]
        assert all(10 < width < 110 for width in widths), sheet.title
        if sheet.title not in ("Contents", "Notes"):
            assert sheet.freeze_panes == f"B{rows_above(sheet) + 1}"


def rows_above(sheet: Worksheet) -> int:
    (table,) = sheet.tables.values()
    found = re.match(r"A(\d+):", table.ref)
    assert found is not None
    return int(found[1])


def test_the_cover_carries_wave_base_rule_and_hash() -> None:
    for command, whose in ((FORCE, "The whole force"), (BOARD, "Response North, and the whole")):
        said = "\n".join(str(row[0].value) for row in opened("xlsx", command)["Cover"].iter_rows())
        for fact in ("winter", "27 February 2026", "3,570 of 5,492 people", "fewer than 10 people",
                     list(releases())[-1], whose, "[c] not shown", "[u] low base"):  # fmt: skip
            assert fact in said, fact
    rule = {row[0]: row[1] for row in rows_of(opened("xlsx")["Rule"])}
    policy = {name: int(value) for name, value in newest().manifest.policy.items()}
    assert rule == {"Name": "Value", **policy}


def test_symbols_say_why_a_figure_is_missing() -> None:
    themes = read_rows("Themes")
    assert {row["Status"] for row in themes} == {"shown", "[u]", "[c]"}
    for row in themes:
        if row["Status"] == "[c]":
            assert row["Positive (%)"] == row["People who answered"] == "[c]"
            assert row["Group id"] in HIDDEN
        else:
            assert (row["People who answered"] < 100) == (row["Status"] == "[u]")  # type: ignore[operator]
            assert row["Weighted positive (%)"] == "[x]"
    broken = [row for row in read_rows("Trends") if row["Comparable"] == "[b]"]
    assert {(row["Measure id"], row["Survey id"]) for row in broken} == {("grievance", "spring")}


def read_rows(tab: str, kind: str = "xlsx") -> list[dict[str, object]]:
    head, *rows = rows_of(opened(kind)[tab])
    return [dict(zip(map(str, head), row, strict=True)) for row in rows]


def test_the_equality_duty_has_sheets_of_its_own_for_hr_alone() -> None:
    said = read_rows("Equality, what was said")
    assert {row["Characteristic"] for row in said} == {"Race", "Sex"}
    gap = next(row for row in said if row["Group id"] == "sex=female")
    row = newest().comparison_by_key["sex=female", str(gap["Measure id"]), "force"]
    assert (gap["Gap (points)"], gap["Gap from (points)"]) == (row.gap, row.lower)
    assert {row["Group id"] for row in read_rows("Equality, what stands out")} == {
        "ethnicity=minority&probationer=yes"
    }
    assert "Equality, who answered" in opened("xlsx").sheetnames
    assert not [one for one in opened("xlsx", BOARD).sheetnames if one.startswith("Equality")]


def test_all_waves_stand_in_one_workbook_each_with_its_release() -> None:
    listed = read_rows("Surveys", "all-waves")
    assert [row["Release"] for row in listed] == list(releases())
    answered = read_rows("Who answered", "all-waves")
    for release in releases().values():
        rows = {r["Group id"]: r for r in answered if r["Survey id"] == release.manifest.wave}
        assert rows.keys() == release.group_by_id.keys()
        assert rows["force"]["People who answered"] == release.group_by_id["force"].base
    assert {row["Survey"] for row in answered} == {"Spring 2025", "Autumn 2025", "Winter 2026"}
    assert len(read_rows("Trends", "all-waves")) == len(newest().trends)


def test_an_earlier_wave_knows_nothing_of_a_later_one() -> None:
    kind = next(one for one in files.FORMATS if one.waves)
    asked = files.asked(kind, releases(), "autumn")
    assert [one.manifest.wave for one in asked.releases] == ["spring", "autumn"]


def members(found: File) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(found.content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.mark.parametrize("command", BOTH)
def test_a_second_program_validates_the_tables_by_their_description(
    tmp_path: Path, command: str
) -> None:
    inside = members(file("csvw", command))
    for name, content in inside.items():
        (tmp_path / name).write_bytes(content)
    found = CSVW(str(tmp_path / "csv-metadata.json"), validate=True)
    assert found.is_valid, [str(one.message) for one in found.warnings]
    seen = scope.of_command(newest(), command) if command else None
    for name in tables.ROWS:
        assert inside[f"{name}.csv"] == csv_bytes(newest(), name, seen.groups if seen else None)
    about = {row["name"]: row["text"] for row in csv.DictReader(io.StringIO(
        inside["about.csv"].decode()))}  # fmt: skip
    assert about["wave"] == "winter"
    assert about["base"] == "3570"
    assert about["rule k"] == "10"
    assert about["release"] == list(releases())[-1]
    assert about["scope"] == (command or "force")


@pytest.mark.filterwarnings("always")  # by which csvw says what is wrong
def test_a_table_that_is_not_as_described_is_noticed(tmp_path: Path) -> None:
    """Planted: a figure that is no number."""
    for name, content in members(file("csvw", BOARD)).items():
        broken = content.replace(b",shown\n", b"x,shown\n", 1) if name == "groups.csv" else content
        (tmp_path / name).write_bytes(broken)
    assert not CSVW(str(tmp_path / "csv-metadata.json"), validate=True).is_valid


@pytest.mark.parametrize(("kind", "command"), [("xlsx", BOARD), ("csvw", BOARD)])
def test_a_file_is_the_same_bytes_whenever_it_is_made(kind: str, command: str) -> None:
    found = next(one for one in files.FORMATS if one.id == kind)
    again = files.made(files.asked(found, releases(), "winter", command))
    assert again.content == file(kind, command).content
    with zipfile.ZipFile(io.BytesIO(again.content)) as archive:
        assert {one.date_time for one in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def small(release: Release, tab: Tab = TABS[0]) -> bytes:
    """A workbook with one table of a Release."""
    seen = scope.whole_force(release)
    sheet = sheets.of_table(release, seen, {}, tab)
    front = cover.of_wave(release, "0" * 64, seen)
    return workbook.written(front, [sheet], cover.noted([sheet]), "2026-02-27")


def test_no_text_becomes_a_formula_a_link_or_a_note() -> None:
    texts = ["=1+1", "@SUM(A1)", "[x](https://a.example/=1)", "$$rounded$$", "https://a.example"]
    groups = list(newest().groups)
    for at, text in enumerate(texts):
        groups[at] = replace(groups[at], label=text)
    manifest = replace(newest().manifest, wave_title=" ".join(texts))
    release = replace(newest(), groups=tuple(groups), manifest=manifest)
    book = load_workbook(io.BytesIO(small(release)))
    sheet = book["Who answered"]
    for at, text in enumerate(texts, start=rows_above(sheet) + 1):
        cell = sheet.cell(at, 1)
        assert (cell.value, cell.data_type, cell.hyperlink) == (text, "s", None)
    assert all(row[0].hyperlink is None for row in book["Cover"].iter_rows())
    guarded = csv_bytes(release, "groups").decode()
    assert "'=1+1" in guarded
    assert "'@SUM(A1)" in guarded


def told_of_hidden(found: File, truth: Mapping[str, set[str]]) -> Iterator[str]:
    """Numbers that stand in a row or near the name of a hidden group, in any part of a file."""
    for name, content in members(found).items():
        for line in re.split(r"\n|(?=<row )|(?=<si>)", content.decode("utf-8", "replace")):
            for group, numbers in truth.items():
                if re.search(rf"(?<![\w&]){re.escape(group)}(?![\w&-])", line):
                    cut = line.replace(group, "").replace(f'"{group}"', "")
                    for one in numbers & set(re.findall(r"\d+", cut)):
                        yield f"{name}: {one} of {group}"
    if found.name.endswith(".xlsx"):
        yield from _in_sheets(found, truth)


def _in_sheets(found: File, truth: Mapping[str, set[str]]) -> Iterator[str]:
    book = load_workbook(io.BytesIO(found.content), read_only=True)
    for sheet in book.worksheets:
        for row in sheet.iter_rows(values_only=True):
            for group in truth.keys() & set(row):
                for one in truth[str(group)] & {str(cell) for cell in row}:
                    yield f"{sheet.title}: {one} of {group}"


def truths() -> dict[str, set[str]]:
    """Of each hidden group: people who answered, and that many asked, in the truth."""
    everything = make_release(hidden=frozenset())
    rows = [everything.group_by_id[one] for one in HIDDEN]
    return {row.group: {str(row.base), str(row.headcount)} - {"None"} for row in rows}


@pytest.mark.parametrize(("kind", "command"), EVERY)
def test_no_number_of_a_hidden_group_is_told_anywhere(kind: str, command: str) -> None:
    assert list(told_of_hidden(file(kind, command), truths())) == []


def test_a_file_that_tells_a_hidden_number_is_noticed() -> None:
    """Planted: the same files, made of a Release that hides nothing."""
    release = slim(make_release(hidden=frozenset()))
    tables_told = files.made(Asked("csvw", ("0" * 64,), FORCE, (release,)))
    book_told = File("a.xlsx", "", small(release), ())
    for told in (tables_told, book_told):
        assert {line.rpartition(" of ")[2] for line in told_of_hidden(told, truths())} == HIDDEN


def test_every_board_gets_its_own_command_and_the_force_alone() -> None:
    kind = next(one for one in files.FORMATS if one.id == "csvw")
    commands = [unit.id for unit in scope.units(newest(), COMMAND)]
    assert len(commands) == 4
    for command in commands:
        seen = scope.of_command(newest(), command)
        assert seen is not None
        inside = members(files.made(files.asked(kind, releases(), "winter", command)))
        for name in tables.ROWS:
            rows = list(csv.DictReader(io.StringIO(inside[f"{name}.csv"].decode())))
            groups = {row.get("asked", row.get("group", "force")) for row in rows}
            assert groups <= seen.groups, (command, name)
        others = [one for one in commands if one != command]
        assert not [one for one in others if one.encode() in inside["groups.csv"]], command


def test_another_commands_rows_in_a_boards_workbook_would_be_noticed() -> None:
    board = {row["Group id"] for row in map(dict, named("xlsx", BOARD))}
    seen = scope.of_command(newest(), BOARD)
    assert seen is not None
    assert board <= seen.groups
    assert not {row["Group id"] for row in named("xlsx", FORCE)} <= seen.groups  # the control


def named(kind: str, command: str) -> Iterator[dict[str, object]]:
    for sheet in tab_sheets(kind, command):
        head, *rows = rows_of(sheet)
        if "Group id" in head and sheet.title != "In place of hidden groups":
            yield from (dict(zip(map(str, head), row, strict=True)) for row in rows)


def test_no_cell_of_a_boards_workbook_names_another_command() -> None:
    text = b"".join(members(file("xlsx", BOARD)).values())
    assert b"Response North" in text
    for name in (b"Response South", b"response-south", b"Custody", b"Crime"):
        assert name not in text


def test_a_command_that_is_not_there_is_named() -> None:
    with pytest.raises(SettingsError, match="no command 'nowhere'; it has response-north"):
        files.made(files.asked(files.FORMATS[0], releases(), "winter", "nowhere"))


def test_a_workbook_that_would_lose_rows_is_refused_and_says_where_they_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rows = len(newest().groups)
    monkeypatch.setattr(workbook, "_MOST_ROWS", rows)
    small(newest())
    monkeypatch.setattr(workbook, "_MOST_ROWS", rows - 1)
    with pytest.raises(SettingsError, match=f"Who answered would have {rows} rows.*zipped tables"):
        small(newest())


@pytest.mark.parametrize("lost", ["rows", "letters"])
def test_what_a_sheet_leaves_out_is_never_passed_over(
    lost: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = newest()
    if lost == "letters":
        first, *others = release.groups
        release = replace(release, groups=(replace(first, label="x" * 32_768), *others))
    else:
        made = workbook._Page.__init__

        def short(page: workbook._Page) -> None:
            made(page)
            page.xls_rowmax = 12

        monkeypatch.setattr(workbook._Page, "__init__", short)
    with pytest.raises(SettingsError, match=r"The sheet Who answered has more rows, or a longer"):
        small(release)


def test_a_sheet_without_rows_is_left_out() -> None:
    empty = replace(newest(), drivers=())
    found = sheets.of_tables(empty, scope.whole_force(empty), {})
    assert "What goes together" not in [one.tab for one in found]
    assert isinstance(next(sheets.of_tables(empty, scope.whole_force(empty), {})), Sheet)
