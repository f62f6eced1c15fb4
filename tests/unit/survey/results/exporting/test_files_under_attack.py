"""`candour attack` reads exactly what is exported, and finds what is planted in it."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from fixtures_exports import BOARD, FORCE, file, newest, releases, slim
from fixtures_release import HIDDEN, make_release
from openpyxl import load_workbook
from openpyxl.comments import Comment
from openpyxl.packaging.custom import IntProperty
from openpyxl.workbook import Workbook
from openpyxl.workbook.defined_name import DefinedName

from analysis.attack import editions, hints, leftovers
from analysis.attack.material import Material, Published
from analysis.attack.reading import read
from analysis.errors import DataError, ReleaseError
from analysis.release import tables
from analysis.release.model import Release
from survey.results import scope
from survey.results.exporting import cover, files, sheets, workbook
from survey.results.exporting.files import Asked
from survey.results.exporting.sheets import TABS

FILES = [("xlsx", FORCE), ("csvw", BOARD), ("all-waves", FORCE)]


def material(*paths: Path) -> Material:
    """Files, beside the Releases that they were made from."""
    known = tuple(Published(one.manifest.wave, one) for one in releases().values())
    found = read(paths)
    return Material(known, found.sheets, (), found.workbooks)


def saved(folder: Path, kind: str, command: str = FORCE) -> Path:
    made = file(kind, command)
    path = folder / made.name
    path.write_bytes(made.content)
    return path


def test_every_exported_table_is_read_as_published_and_nothing_falls(tmp_path: Path) -> None:
    held = material(*(saved(tmp_path, *one) for one in FILES))
    of_wave = {one.wave: one for one in held.editions[: len(releases())]}
    compared = set()
    for edition in held.editions[len(releases()) :]:
        own = of_wave[edition.wave].cells
        for key, text in edition.cells.items():
            if key in own:
                assert (text == "") == (own[key] == ""), (edition.name, key)
                if text.lstrip("-").isdigit() and "." not in own[key]:
                    assert text == own[key], (edition.name, key)
                compared.add((edition.wave, key[0]))
    assert {table for wave, table in compared if wave == "winter"} >= {
        *("groups", "estimates", "distributions", "comparisons", "trends", "concerns"),
        *("representativeness", "reliability", "standardised"),
    }
    assert ("spring", "groups") in compared  # of the workbook of all waves
    for attack in (editions.differences, editions.copies, leftovers.workbooks):
        tried = attack(held)
        assert tried.tries > 50
        assert tried.falls == []
    # A point of an earlier wave whose group is hidden now is looked at by itself.
    assert [one.words for one in hints.hidden_rows(_without(held)).falls] == []


def _without(held: Material) -> Material:
    """The sheets alone: what `hidden_rows` asks of Releases needs their certificates."""
    return Material((), held.sheets, (), held.workbooks)


@pytest.mark.parametrize("kind", ["xlsx", "csvw"])
def test_a_file_that_shows_what_the_release_hides_falls(kind: str, tmp_path: Path) -> None:
    """Planted: the same file, made of a Release that hides nothing."""
    release = slim(make_release(hidden=frozenset()))
    if kind == "csvw":
        made = files.made(Asked(kind, ("0" * 64,), FORCE, (release,)))
        path = tmp_path / made.name
        path.write_bytes(made.content)
    else:
        path = tmp_path / "winter.xlsx"
        path.write_bytes(one_sheet(release))
    falls = [one.words for one in editions.copies(material(path)).falls]
    assert {group for group in HIDDEN if any(group in one for one in falls)} == HIDDEN


def one_sheet(release: Release) -> bytes:
    seen = scope.whole_force(release)
    sheet = sheets.of_table(release, seen, {}, TABS[0])
    front = cover.of_wave(release, "0" * 64, seen)
    return workbook.written(front, [sheet], cover.noted([sheet]), "2026-02-27")


def in_a_hidden_sheet(book: Workbook) -> None:
    sheet = book.create_sheet("More")
    sheet["A1"] = 7
    sheet.sheet_state = "hidden"


def in_a_very_hidden_sheet(book: Workbook) -> None:
    in_a_hidden_sheet(book)
    book["More"].sheet_state = "veryHidden"


def in_a_hidden_column(book: Workbook) -> None:
    book["Who answered"]["Z9"] = 7
    book["Who answered"].column_dimensions["Z"].hidden = True


def in_a_hidden_row(book: Workbook) -> None:
    book["Who answered"]["A900"] = 7
    book["Who answered"].row_dimensions[900].hidden = True


def in_a_format_that_shows_nothing(book: Workbook) -> None:
    book["Who answered"]["Z9"] = 7
    book["Who answered"]["Z9"].number_format = ";;;"


def in_a_name(book: Workbook) -> None:
    book.defined_names["people"] = DefinedName("people", attr_text="7")


def in_a_comment(book: Workbook) -> None:
    book["Who answered"]["A5"].comment = Comment("they are 7 people", "somebody")


def in_a_property(book: Workbook) -> None:
    book.properties.description = "7 people"


def in_a_property_of_its_own(book: Workbook) -> None:
    book.custom_doc_props.append(IntProperty(name="people", value=7))


PLANTED = [
    in_a_hidden_sheet, in_a_very_hidden_sheet, in_a_hidden_column, in_a_hidden_row,
    in_a_format_that_shows_nothing, in_a_name, in_a_comment, in_a_property,
    in_a_property_of_its_own,
]  # fmt: skip


def test_a_leak_in_an_exported_workbook_is_found_wherever_it_is(tmp_path: Path) -> None:
    content = one_sheet(newest())

    def fallen(plant: Callable[[Workbook], None]) -> int:
        book = load_workbook(io.BytesIO(content))
        plant(book)
        path = tmp_path / f"{plant.__name__}.xlsx"
        book.save(path)
        return len(leftovers.workbooks(read([path])).falls)

    assert fallen(lambda _: None) == 0
    assert {plant.__name__: fallen(plant) for plant in PLANTED} == {
        plant.__name__: 1 for plant in PLANTED
    }


def test_a_zip_that_is_neither_release_nor_export_is_refused(tmp_path: Path) -> None:
    broken = tmp_path / "broken.zip"
    broken.write_bytes(b"no zip")
    with pytest.raises(ReleaseError):
        read([broken])
    cut = tmp_path / "cut.zip"
    content = bytearray(file("csvw", BOARD).content)
    content[60:90] = bytes(30)
    cut.write_bytes(content)
    with pytest.raises((DataError, ReleaseError)):
        read([cut])


def test_the_tables_of_a_zip_are_all_read(tmp_path: Path) -> None:
    found = read([saved(tmp_path, "csvw")]).sheets
    assert {one.name.rpartition(": ")[2] for one in found} == {
        f"{name}.csv" for name in ("about", *tables.ROWS)
    }
