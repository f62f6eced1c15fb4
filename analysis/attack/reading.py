"""Reading what an attacker was given: folders, Releases, exports, workbooks, saved pages, PDFs."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from analysis import zipped
from analysis.attack import papers, workbooks
from analysis.attack.lengths import beyond_cells, spare
from analysis.attack.material import Material, Page, Published, Records, Sheet
from analysis.csv_rows import header_of, lines, rows
from analysis.errors import DataError, LeakingRelease
from analysis.release import folder
from analysis.release.tables import ROWS

_PACKED = (".release", ".zip")
_ZIPPED = ".zip"
_PAGES = (".html", ".htm", ".svg")
_SHEETS = (".csv", ".csv.gz")
_BOOKS = (".xlsx", ".xlsm")
_PAPERS = (".pdf",)
_RECORDS = (".json",)
_READ = (*_PACKED, *_PAGES, *_SHEETS, *_BOOKS, *_PAPERS, *_RECORDS)


def read(paths: Sequence[Path]) -> Material:
    """Everything in some files and folders; a folder with a manifest is a Release.

    In other folders, files of other kinds (pictures, style sheets) are passed over.

    Raises:
        DataError: a file or folder that cannot be read, or holds nothing to attack.
        ReleaseError: a Release that was tampered with.
    """
    found = Material()
    for path in paths:
        before = found
        for file in _files(path):
            found = _with(found, file)
        if found == before:
            raise DataError(
                f"{path}: there is no Release, CSV file, workbook, HTML page or PDF to attack in "
                "this folder."
            )
    return found


def _files(path: Path) -> Iterator[Path]:
    """The files and Releases of a path, sorted by name."""
    if not path.exists():
        raise DataError(f"{path}: there is no such file or folder.")
    if path.is_dir() and not (path / folder.MANIFEST).exists():
        for inside in sorted(path.iterdir()):
            if inside.is_dir() or inside.name.endswith(_READ):
                yield from _files(inside)
        return
    if path.is_file() and not path.name.endswith(_READ):
        raise DataError(
            f"{path}: a Release, a CSV file, a workbook (.xlsx), an HTML page or a PDF is wanted; "
            "save a spreadsheet as .xlsx."
        )
    yield path


def _with(found: Material, file: Path) -> Material:
    if file.is_file():
        found = replace(found, spare={**found.spare, str(file): spare(file)})
    return _with_tables(found, file, str(file))


def _with_tables(found: Material, file: Path, name: str) -> Material:
    if file.name.endswith(_RECORDS):
        return replace(found, records=(*found.records, _records(name, _text(file))))
    if file.name.endswith((*_PAGES, *_PAPERS)):
        page = papers.read(file) if file.name.endswith(_PAPERS) else Page(name, _text(file))
        return replace(found, pages=(*found.pages, page))
    if file.name.endswith(_BOOKS):
        book = workbooks.read(file)
        return replace(
            found, workbooks=(*found.workbooks, book), sheets=(*found.sheets, *book.sheets)
        )
    if file.name.endswith(_ZIPPED) and (inside := _zipped(file)) is not None:
        return replace(
            found,
            sheets=(*found.sheets, *(one for one in inside if isinstance(one, Sheet))),
            records=(*found.records, *(one for one in inside if isinstance(one, Records))),
        )
    if file.name.endswith(_SHEETS):
        return replace(found, sheets=(*found.sheets, _sheet(name, file)))
    return _with_release(found, file)


def _with_release(found: Material, file: Path) -> Material:
    try:
        release = (
            folder.read(file, None) if file.is_dir() else folder.unpack(file.read_bytes(), None)
        )
    except LeakingRelease:
        # What it should not show stands in its tables: they are attacked as they are.
        if not file.is_dir():
            raise
        sheets = (_sheet(f"{file}/{table}.csv", file / f"{table}.csv") for table in ROWS)
        return replace(found, sheets=(*found.sheets, *sheets))
    except OSError as error:
        raise DataError(f"{file}: the file cannot be read ({error.strerror}).") from None
    return replace(found, releases=(*found.releases, Published(_name(file), release)))


def _name(file: Path) -> str:
    """A Release's name, short where it is a hash."""
    return file.name[:8] if len(file.name) == 64 else file.name


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise DataError(f"{file}: this is not UTF-8 text; save the page as UTF-8.") from None
    except OSError as error:
        raise DataError(f"{file}: the file cannot be read ({error.strerror}).") from None


def _records(name: str, text: str) -> Records:
    try:
        return Records(name, json.loads(text))
    except ValueError:
        raise DataError(f"{name}: this is not JSON.") from None


def _zipped(file: Path) -> tuple[Sheet | Records, ...] | None:
    """What an export in one zip holds; None of a packed Release, of no zip, or of one without."""
    try:
        with zipfile.ZipFile(file) as archive:
            inside = archive.namelist()
    except (OSError, zipfile.BadZipFile):
        return None  # What is wrong with it is said by who reads it as a Release.
    if folder.MANIFEST in inside or not any(one.endswith(".csv") for one in inside):
        return None
    try:
        found = zipped.unpack(file.read_bytes(), lambda _: None)
    except zipped.BadPack as error:
        raise DataError(f"{file}: this zip cannot be read: {error}.") from None
    return tuple(_inside(f"{file}: {name}", content) for name, content in sorted(found.items())
                 if name.endswith((".csv", *_RECORDS)))  # fmt: skip


def _inside(name: str, content: bytes) -> Sheet | Records:
    if name.endswith(_RECORDS):
        return _records(name, content.decode("utf-8", "replace"))
    with TemporaryDirectory() as unpacked:
        plain = Path(unpacked) / "table.csv"
        plain.write_bytes(content)
        return _sheet(name, plain)


def _sheet(name: str, file: Path) -> Sheet:
    numbered = rows(file)
    header = header_of(file, numbered)
    found = []
    for number, row in numbered:
        if len(row) != len(header):
            raise DataError(
                f"{file}, row {number}: there are {len(row)} cells under {len(header)} columns."
            )
        found.append(dict(zip(header, row, strict=True)))
    return Sheet(name, tuple(header), tuple(found), beyond=beyond_cells(lines(file)))
