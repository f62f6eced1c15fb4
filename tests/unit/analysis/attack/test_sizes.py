"""What files tell by their length, their records, and a mean beside its spread."""

from __future__ import annotations

import gzip
import io
import json
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from fixtures_workbooks import Page as Sheets
from fixtures_workbooks import write
from pypdf import PdfWriter

from analysis.attack import reading
from analysis.attack.lengths import _spare, beyond_cells, spare
from analysis.attack.material import Material, Page, Sheet
from analysis.attack.sizes import sizes
from analysis.attack.spreads import spreads
from analysis.errors import DataError

HEAD = "group,label,base,status"
ROWS = ("force,All,400,shown", 'unit=a,"A, all",,c', "unit=b,The second,,c")


def written(folder: Path, name: str, content: bytes) -> Material:
    (folder / name).write_bytes(content)
    return reading.read([folder / name])


def workbook(folder: Path) -> bytes:
    return write(folder / "made.xlsx", {"Counts": Sheets([["unit", "count"]])}).read_bytes()


def archive(comment: bytes = b"") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("groups.csv", "\n".join((HEAD, *ROWS)))
        packed.comment = comment
    return out.getvalue()


def between(good: bytes) -> bytes:
    """Seven bytes between the parts of an archive and the list of them, which is told to move."""
    at = good.index(b"PK\x01\x02")
    end = struct.pack("<I", at + 7) + good[-2:]
    return good[:at] + b"7 peopl" + good[at:-6] + end


def pdf() -> bytes:
    out = io.BytesIO()
    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    writer.write(out)
    return out.getvalue()


def later_version(first: bytes) -> bytes:
    out = io.BytesIO()
    writer = PdfWriter(io.BytesIO(first), incremental=True)
    writer.add_metadata({"/Subject": "again"})
    writer.write(out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "made", "longer"),
    [
        ("zip", lambda _: archive(), lambda _: archive(b"7 people")),
        ("xlsx", workbook, lambda good: b"7 people" + good),
        ("xlsx", workbook, between),
        ("pdf", lambda _: pdf(), lambda good: good + b"% 7 people"),
        ("pdf", lambda _: pdf(), later_version),
    ],
)
def test_bytes_that_belong_to_nothing_fall(
    tmp_path: Path,
    name: str,
    made: Callable[[Path], bytes],
    longer: Callable[[bytes], bytes],
) -> None:
    good = made(tmp_path)
    assert not sizes(written(tmp_path, f"file.{name}", good)).falls
    (fall,) = sizes(written(tmp_path, f"file.{name}", longer(good))).falls
    assert "bytes belong to nothing that is shown in the file" in fall.words


def test_an_archive_that_was_written_in_a_stream_has_nothing_to_spare(tmp_path: Path) -> None:
    class Stream(io.BytesIO):
        def seekable(self) -> bool:
            return False

    out = Stream()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("groups.csv", "\n".join((HEAD, *ROWS)))
    (tmp_path / "tables.zip").write_bytes(out.getvalue())
    assert spare(tmp_path / "tables.zip") == 0


def test_a_row_that_is_not_shown_is_as_long_as_others_but_for_its_name(tmp_path: Path) -> None:
    assert beyond_cells(line + "\n" for line in (HEAD, *ROWS)) == (3, 3, 3)
    assert not sizes(written(tmp_path, "groups.csv", "\n".join((HEAD, *ROWS)).encode())).falls
    quoted = (*ROWS, 'unit=c,C,"",c')
    (fall,) = sizes(written(tmp_path, "groups.csv", "\n".join((HEAD, *quoted)).encode())).falls
    assert "the row of unit=c is longer or shorter than others (+2 characters)" in fall.words
    shown = (*ROWS, 'unit=c,C,"45",shown')
    assert not sizes(written(tmp_path, "groups.csv", "\n".join((HEAD, *shown)).encode())).falls


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("label", ["A\u2028B", "A\x85B", "A\x0bB", '"A\nB"', '"A\r\nB"', "A B"])
def test_what_parts_lines_elsewhere_is_a_character_of_a_cell(
    tmp_path: Path, label: str, ending: str
) -> None:
    """One such label and nothing of the file was compared, without a word."""
    odd = (*ROWS, f"unit=c,{label},,c")
    text = ending.join((HEAD, *odd)).encode()
    good = written(tmp_path, "groups.csv", text)
    assert good.sheets[0].beyond == (3, 3, 3, 3)
    assert not sizes(good).falls
    longer = text + ending.encode() + b'unit=d,D,"",c'
    for name, content in (("groups.csv", longer), ("groups.csv.gz", gzip.compress(longer))):
        (fall,) = sizes(written(tmp_path, name, content)).falls
        assert "the row of unit=d is longer or shorter" in fall.words


def in_a_zip(extra: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        part = zipfile.ZipInfo("groups.csv")
        part.extra = extra
        packed.writestr(part, "\n".join((HEAD, *ROWS)))
    return out.getvalue()


@pytest.mark.parametrize(
    ("extra", "unread"),
    [
        (b"", 0),
        (struct.pack("<HH", 0x9999, 20) + b"north,asian,4 people", 2 * 24),
        (struct.pack("<HHQ", 0x0001, 8, 4), 2 * 12),  # a length that no part has
        (struct.pack("<HHQ", 0x0001, 8, 0), 0),
        (struct.pack("<HH", 0xA220, 12) + b"\x28\xa0\x08\x00" + bytes(8), 0),
        (struct.pack("<HH", 0xA220, 12) + b"\x28\xa0\x08\x00" + b"4 people", 2 * 16),
        (struct.pack("<HHBI", 0x5455, 5, 1, 1_700_000_000), 2 * 9),  # when it was changed
        (b"4 p", 2 * 3),  # no whole field
    ],
)
def test_what_stands_beside_the_names_of_parts_is_counted(
    tmp_path: Path, extra: bytes, unread: int
) -> None:
    (tmp_path / "tables.zip").write_bytes(in_a_zip(extra))
    assert spare(tmp_path / "tables.zip") == unread


@pytest.mark.parametrize("large", [False, True])
def test_a_local_header_alone_may_hold_it(tmp_path: Path, *, large: bool) -> None:
    """The list at the end is what programs show; the other header is read by nobody."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as packed, packed.open("a.csv", "w", force_zip64=large) as part:
        part.write("\n".join((HEAD, *ROWS)).encode())
    content, name = made.getvalue(), b"a.csv"
    assert _spare(content) == 0
    more = struct.pack("<HH", 0x9999, 8) + b"4 people"
    after = 30 + len(name)
    (extra,) = struct.unpack("<H", content[28:30])
    central = content.index(b"PK\x01\x02")
    end = content.rindex(b"PK\x05\x06")
    moved = struct.pack("<I", central + len(more))
    told = content[:28] + struct.pack("<H", extra + len(more)) + content[30:after] + more
    whole = told + content[after : end + 16] + moved + content[end + 20 :]
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        assert archive.infolist()[0].extra == b""
        assert archive.read("a.csv").startswith(HEAD.encode())
    (tmp_path / "tables.zip").write_bytes(whole)
    assert spare(tmp_path / "tables.zip") == len(more)


@pytest.mark.parametrize(
    ("row", "falls"),
    [
        ("<tr><th>C</th><td>[c]</td></tr>", False),
        ('<tr class="few"><th>C</th><td>[c]</td></tr>', True),
        ("<tr data-few><th>C</th><td>[c]</td></tr>", True),
        ("<tr><th>C <b>and more</b></th><td>[c]</td></tr>", False),
    ],
)
def test_rows_of_a_page_that_are_not_shown_are_drawn_alike(row: str, *, falls: bool) -> None:
    page = Page("x.html", f"<table><tr><th>A</th><td>[c]</td></tr>{row}</table>")
    assert bool(sizes(Material(pages=(page,))).falls) is falls


def test_records_are_read_alone_and_in_an_archive(tmp_path: Path) -> None:
    text = json.dumps({"groups": ["unit=a", 7]}).encode()
    assert [one.value for one in written(tmp_path, "a.json", text).records] == [json.loads(text)]
    with zipfile.ZipFile(tmp_path / "b.zip", "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("groups.csv", "\n".join((HEAD, *ROWS)))
        packed.writestr("b.json", text)
    found = reading.read([tmp_path / "b.zip"])
    assert len(found.records) == len(found.sheets) == 1
    with pytest.raises(DataError, match="this is not JSON"):
        written(tmp_path, "c.json", b"{")


@pytest.mark.parametrize(
    ("row", "falls"),
    [
        ("12,4.00,0.00", "12 or more of 12 people answered alike"),
        ("20,98.8,5.6", "19 or more of 20 people answered alike"),
        ("3,3.67,2.31", "leave one set of answers of 3 people"),
        ("12,3.58,1.08", None),
        ("40,4.00,0.00", None),
        (",3.58,1.08", None),
    ],
)
def test_a_mean_beside_its_spread_tells_the_answers_of_few(row: str, falls: str | None) -> None:
    cells = dict(zip(("n", "mean", "sd"), row.split(","), strict=True))
    tried = spreads(Material(sheets=(Sheet("x.csv", tuple(cells), (cells,)),)))
    assert [falls in one.words for one in tried.falls if falls] == ([True] if falls else [])
    assert bool(tried.falls) is (falls is not None)
    assert not spreads(Material(sheets=(Sheet("x.csv", ("n", "mean"), (cells,)),))).tries
