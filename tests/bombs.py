"""Files that were made to fill the memory or to keep a processor busy, given to who reads them.

Run as a program, with little memory and little time that the system enforces: each bomb must be
refused in a sentence, or read, before either is used up.
"""

from __future__ import annotations

import gzip
import io
import json
import os
import re
import resource
import stat
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread

MEMORY = 1 << 30
"""Bytes of address space that the program may have with all its libraries."""

HEADCOUNTS = "group,headcount\n"
SHEET = "xl/worksheets/sheet1.xml"


def billion_laughs() -> bytes:
    lines = ["a0: &a0 [ha, ha, ha, ha, ha, ha, ha, ha, ha]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 30)]
    return "\n".join(lines).encode()


def includes_of_includes() -> bytes:
    return b"id: a\nsections:\n" + b"  - include: culture.yaml\n" * 15_000


def zipped(*parts: tuple[str, bytes], mode: int = 0) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts:
            entry = zipfile.ZipInfo(name)
            entry.external_attr = mode << 16
            archive.writestr(entry, content, zipfile.ZIP_DEFLATED)
    return made.getvalue()


def lying(content: bytes, said: int) -> bytes:
    """The same zip, where the first part's size is said to be another."""
    start = content.rindex(b"PK\x01\x02") + 24
    local = content.index(b"PK\x03\x04") + 22
    size = said.to_bytes(4, "little")
    content = content[:start] + size + content[start + 4 :]
    return content[:local] + size + content[local + 4 :]


def book(sheet: str) -> bytes:
    """A workbook with a sheet of this XML."""
    from fixtures_planning import workbook_of

    made = io.BytesIO()
    right = workbook_of(one=[["group", "headcount"], ["force", 120]])
    with zipfile.ZipFile(io.BytesIO(right)) as old, zipfile.ZipFile(made, "w", 8) as new:
        for name in old.namelist():
            new.writestr(name, sheet.encode() if name == SHEET else old.read(name))
    return made.getvalue()


def sheet(rows: str, before: str = "", head: str = '<?xml version="1.0"?>') -> str:
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return f'{head}<worksheet xmlns="{space}">{before}<sheetData>{rows}</sheetData></worksheet>'


def unpacked(begin: str, more: str) -> bytes:
    """Gzip of two gigabytes: a good header, this text, and the other one again and again.

    In both `...` stands for the commas of a whole row.
    """
    from survey import resources
    from survey.questionnaire import layout, loader

    columns = layout.layout(loader.load(resources.QUESTIONNAIRES / "pulse.yaml")).decoded()
    first, again = (one.replace("...", "," * (len(columns) - 1)) for one in (begin, more))
    head = ",".join(columns) + first
    return gzip.compress(head.encode()) + 128 * gzip.compress(
        again.encode() * (2**24 // len(again))
    )


ENTITIES = '<!DOCTYPE a [<!ENTITY x0 "ha">' + "".join(
    f'<!ENTITY x{n} "{f"&x{n - 1};" * 9}">' for n in range(1, 30)
)
FOREIGN = '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
CELL = '<row r="{0}"><c r="{1}{0}" t="inlineStr"><is><t>{2}</t></is></c></row>'

BOMBS: dict[str, tuple[str, Callable[[], bytes]]] = {
    "aliases": ("questionnaire", billion_laughs),
    "merged aliases": ("questionnaire", lambda: billion_laughs() + b"\nb:\n  <<: *a29\n"),
    "nested lists": ("questionnaire", lambda: b"[" * 20_000),
    "nested mappings": ("questionnaire", lambda: b"".join(b" " * n + b"a:\n" for n in range(900))),
    "nested dashes": ("questionnaire", lambda: b"- " * 50_000 + b"a"),
    "a long word": ("questionnaire", lambda: b"id: " + b"a" * 500_000),
    "many keys": ("questionnaire", lambda: b"".join(b"k%d: 1\n" % n for n in range(4_000))),
    "includes": ("questionnaire", includes_of_includes),
    "a number of a million digits": ("questionnaire", lambda: b"id: " + b"9" * 500_000),
    "a cell of megabytes": ("headcounts", (HEADCOUNTS + "a" * 4_000_000 + ",1\n").encode),
    "a quote without end": ("headcounts", (HEADCOUNTS + '"' + "a\n" * 1_000_000).encode),
    "a headcount of digits": (
        "headcounts",
        f"{HEADCOUNTS}force,{'9' * 3_000_000}\n".encode,
    ),
    "a million rows": ("headcounts", (HEADCOUNTS + "force,1\n" * 100_000).encode),
    "a million columns": ("headcounts", lambda: b"," * 1_000_000),
    "gzip of zeros": ("answers", lambda: gzip.compress(bytes(40_000_000), 1)),
    "gzip of one row": ("answers", lambda: gzip.compress(b"," * 20_000_000, 1)),
    "gzip of a line below the header": ("answers", lambda: unpacked("\n", "a")),
    "gzip of a line after a lone end": ("answers", lambda: unpacked("\r", "a")),
    "gzip of a row of many lines": ("answers", lambda: unpacked('\n"', 'a\n","')),
    "gzip of long rows": ("answers", lambda: unpacked('\n""...\n', f"{'a' * 131_000}...,\n")),
    "gzip out of a pipe": ("answers out of a pipe", lambda: unpacked("\n", "a")),
    "xlsx of zeros": ("headcounts", lambda: zipped((SHEET, bytes(40_000_000)))),
    "xlsx that lies": ("headcounts", lambda: lying(zipped((SHEET, bytes(40_000_000))), 10)),
    "xlsx of entities": (
        "headcounts",
        lambda: book(sheet("&x29;", head=f'<?xml version="1.0"?>{ENTITIES}]>')),
    ),
    "xlsx of another file": (
        "headcounts",
        lambda: book(sheet(CELL.format(1, "A", "&x;"), head=FOREIGN)),
    ),
    "xlsx in utf-16": (
        "headcounts",
        lambda: zipped((SHEET, sheet("", head=FOREIGN).encode("utf-16"))),
    ),
    "xlsx of a far cell": ("headcounts", lambda: book(sheet(CELL.format(1048576, "XFD", "a")))),
    "xlsx of great dimensions": (
        "headcounts",
        lambda: book(sheet(CELL.format(1, "A", "a"), '<dimension ref="A1:XFD1048576"/>')),
    ),
    "xlsx of ten thousand sheets": (
        "headcounts",
        lambda: zipped(*((f"xl/worksheets/s{n}.xml", b"") for n in range(10_000))),
    ),
    "release of zeros": ("release", lambda: zipped(("manifest.json", bytes(40_000_000)))),
    "release that lies": (
        "release",
        lambda: lying(zipped(("manifest.json", bytes(40_000_000))), 10),
    ),
    "release with a path up": (
        "release",
        lambda: zipped(("manifest.json", b"{}"), ("../../etc/cron.d/a", b"a")),
    ),
    "release with a whole path": (
        "release",
        lambda: zipped(("manifest.json", b"{}"), ("/etc/passwd", b"a")),
    ),
    "release with a link": (
        "release",
        lambda: zipped(("manifest.json", b"/etc/passwd"), mode=stat.S_IFLNK | 0o777),
    ),
    "release of a file twice": ("release", lambda: zipped(*[("manifest.json", b"{}")] * 2)),
    "release of nested json": ("release", lambda: zipped(("manifest.json", b"[" * 2_000_000))),
    "wave of zeros": ("wave", lambda: zipped(("wave.json", bytes(40_000_000)))),
    "locked of brackets": ("locked", lambda: b"[" * 400_000),
    "locked of a great number": ("locked", lambda: b'{"fingerprint":1,"shares":1e999}'),
    "public keys of brackets": ("public keys", lambda: b"[" * 400_000),
    "key of brackets": ("release key", lambda: b"[" * 400_000),
    "share of words": ("share", lambda: b"academic " * 200_000),
    "zip in a zip": ("attacked", lambda: zipped(("a.csv", zipped(("b", bytes(40_000_000)))))),
    "export of zeros": ("attacked", lambda: zipped(("a.csv", bytes(40_000_000)))),
    "page of tags": ("attacked page", lambda: b"<table>" * 200_000),
}
COSTLY = frozenset(
    {
        *("nested lists", "many keys", "includes", "gzip of zeros", "gzip of one row"),
        *("release that lies", "wave of zeros", "zip in a zip", "export of zeros"),
        *("page of tags", "a million rows", "xlsx of ten thousand sheets"),
    }
)
"""What takes most of a second to make or to refuse."""

CONTROLS: dict[str, tuple[str, Callable[[], bytes]]] = {
    "memory": ("nobody", lambda: b"a = [0] * (1 << 29)"),
    "time": ("nobody", lambda: b"while True: pass"),
    "another error": ("nobody", lambda: b"1 / 0"),
}
"""What is read by nobody, and so not refused: each is caught by the limits or told."""


def readers(place: Path) -> dict[str, Callable[[bytes], object]]:
    """Who reads which kind of file."""
    from analysis import responses
    from analysis.attack import reading
    from analysis.release import folder
    from survey import resources
    from survey.close import keys, shares
    from survey.manage import officers, wave_file
    from survey.planning import headcounts_preview, sending
    from survey.questionnaire import loader
    from survey.questionnaire.codebook import codebook
    from survey.questionnaire.layout import layout

    asked = loader.load(resources.QUESTIONNAIRES / "pulse.yaml")
    book, form = codebook(asked), layout(asked)

    def out_of_a_pipe(content: bytes) -> object:
        pipe = place / "pipe.csv.gz"
        os.mkfifo(pipe)
        writing = Thread(target=pipe.write_bytes, args=(content,))
        writing.start()
        try:
            return responses.read(pipe, book, form)
        finally:
            writing.join()

    def at(name: str, read: Callable[[Path], object]) -> Callable[[bytes], object]:
        def of_bytes(content: bytes) -> object:
            (place / name).write_bytes(content)
            return read(place / name)

        return of_bytes

    return {
        "questionnaire": lambda content: loader.parse(sending.decoded(content), "q.yaml"),
        "headcounts": lambda content: headcounts_preview.read("h", content, asked.plan),
        "answers out of a pipe": out_of_a_pipe,
        "answers": at("a.csv.gz", lambda path: responses.read(path, book, form)),
        "release": lambda content: folder.unpack(content, None),
        "wave": lambda content: wave_file.unpack(content, "a.wave"),
        "locked": at("l", shares.read_locked),
        "public keys": at("p", officers.read),
        "release key": at("k", keys.load),
        "share": at("s", shares.read_share),
        "nobody": exec,
        "attacked": at("e.zip", lambda path: reading.read([path])),
        "attacked page": at("e.html", lambda path: reading.read([path])),
    }


def main(names: list[str], seconds: int) -> None:
    """Set off each bomb; a line of JSON for each: its name, what was said, seconds, megabytes."""
    from survey.errors import CandourError

    with TemporaryDirectory() as folder:
        reading = readers(Path(folder))
        for name in names:
            kind, make = (BOMBS | CONTROLS)[name]
            content = make()
            resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
            resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
            before = resource.getrusage(resource.RUSAGE_SELF).ru_utime
            try:
                reading[kind](content)
                said = "read"
            except CandourError as error:
                said = str(error)
            except Exception as error:
                said = f"FAULT {type(error).__name__}"
            used = resource.getrusage(resource.RUSAGE_SELF)
            told = [name, said[:200], round(used.ru_utime - before, 2), _most_megabytes()]
            print(json.dumps(told), flush=True)


def _most_megabytes() -> int:
    """Of this program alone: `ru_maxrss` begins with what the process held that started it."""
    status = Path("/proc/self/status").read_text()
    return int(re.findall(r"VmHWM:\s+(\d+) kB", status)[0]) >> 10


if __name__ == "__main__":
    main(sys.argv[2:] or list(BOMBS), int(sys.argv[1]))
