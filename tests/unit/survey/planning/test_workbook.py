"""Workbooks that somebody uploads: read by value, and refused before they can do harm."""

from __future__ import annotations

import io
import sys
import zipfile

import pytest
from fixtures_planning import workbook_of

from survey.errors import DataError
from survey.planning import workbook

ROWS: list[list[object]] = [["group", "headcount"], ["force", 120], ["command=north", 80.0]]


def book(**sheets: list[list[object]]) -> bytes:
    return workbook_of(**(sheets or {"People": ROWS}))


def with_part(content: bytes, name: str, part: str) -> bytes:
    """The same workbook with one more part."""
    made = io.BytesIO(content)
    with zipfile.ZipFile(made, "a") as out:
        out.writestr(name, part)
    return made.getvalue()


def changed(content: bytes, part: str, old: str, new: str) -> bytes:
    """The same workbook with a text of one part replaced."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as read, zipfile.ZipFile(made, "w") as out:
        for one in read.namelist():
            text = read.read(one).decode()
            out.writestr(one, text.replace(old, new) if one == part else text)
    return made.getvalue()


def test_values_are_read_as_a_file_of_text_would_hold_them() -> None:
    found = workbook.rows(book(People=ROWS, Empty=[]), "book.xlsx")
    assert found == [
        (1, ["group", "headcount"]),
        (2, ["force", "120"]),
        (3, ["command=north", "80"]),
    ]


def test_the_size_that_a_sheet_says_it_has_is_not_believed() -> None:
    said = changed(
        book(),
        "xl/worksheets/sheet1.xml",
        "<sheetData>",
        '<dimension ref="A1"/><sheetData>',
    )
    assert len(workbook.rows(said, "book.xlsx")) == 3


def refused(content: bytes, sentence: str) -> None:
    with pytest.raises(DataError, match=sentence) as caught:
        workbook.rows(content, "book.xlsx")
    assert str(caught.value).startswith("book.xlsx: ")


def test_formulas_are_named_and_refused() -> None:
    with_formulas = [*ROWS[:2], ["command=north", "=B2-40"]]
    refused(book(People=with_formulas), r"formulas in B3; paste them as values")


def test_several_sheets_are_not_guessed_from() -> None:
    two = {"People": ROWS, "Other": [["x"]]}
    refused(book(**two), r"several sheets hold something \(People, Other\)")


def test_what_would_fill_the_memory_is_refused_before_it_is_unpacked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as out:
        out.writestr("xl/worksheets/sheet1.xml", b" " * (workbook.LARGEST + 1))
    assert len(bomb.getvalue()) < 10_000
    monkeypatch.setattr(zipfile.ZipFile, "read", lambda *_: pytest.fail("it was unpacked"))
    refused(bomb.getvalue(), "unpacked, the workbook is larger than 4 MB")
    many = io.BytesIO()
    with zipfile.ZipFile(many, "w") as out:
        for number in range(workbook.MOST_PARTS + 1):
            out.writestr(f"{number}.xml", "")
    refused(many.getvalue(), "larger than 4 MB")


def test_a_size_that_is_a_lie_is_found() -> None:
    content = bytearray(book())
    at = content.rindex(b"PK\x01\x02")  # the directory's entry of the last part
    content[at + 24 : at + 28] = (1).to_bytes(4, "little")
    refused(bytes(content), "damaged|cannot be read")


@pytest.mark.parametrize("place", ["1000000000", "20001"])
def test_a_sheet_that_goes_on_for_ever_is_refused(place: str) -> None:
    far = changed(book(), "xl/worksheets/sheet1.xml", '<row r="3"', f'<row r="{place}"')
    refused(far, "goes on below row 20,000")


@pytest.mark.parametrize(
    "declared",
    ['<!DOCTYPE x [<!ENTITY a "b">]>', '<!DOCTYPE x SYSTEM "file:///etc/passwd">'],
)
def test_xml_that_declares_something_is_refused(declared: str) -> None:
    content = with_part(book(), "xl/odd.xml", f"{declared}<x/>")
    refused(content, r"not as a spreadsheet program writes it \(xl/odd.xml\)")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"PK\x03\x04", "damaged"),
        (b"\xd0\xcf\x11\xe0rest", "an old kind, or one with a password"),
    ],
)
def test_other_files_are_one_sentence(content: bytes, sentence: str) -> None:
    assert workbook.is_workbook(content)
    refused(content, sentence)


def test_a_zip_that_is_no_workbook_is_one_sentence() -> None:
    other = io.BytesIO()
    with zipfile.ZipFile(other, "w") as out:
        out.writestr("hello.txt", "hello")
    refused(other.getvalue(), "cannot be read as a workbook")


def test_without_the_package_csv_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    refused(book(), r"candour\[xlsx\]")
