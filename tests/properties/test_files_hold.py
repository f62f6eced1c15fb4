"""Whatever is changed in a file that somebody gives: it is read, or refused in a `CandourError`.

Each reader gets real files that were cut, spoilt, doubled, and in which values became odd ones. The
long form (`pytest -m long tests/properties/test_files_hold.py`) does so thirty times as often.
"""

from __future__ import annotations

import gzip
import io
import re
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from fixtures_planning import workbook_of
from fixtures_release import plan as release_plan
from fixtures_results import packs
from fixtures_tokens import take_ticket
from fixtures_wave import QUESTIONNAIRES, LiveWave, copied
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import headcounts, responses
from analysis.ledger import Ledger, Published
from analysis.ledger.entries import unpacked
from analysis.release import folder
from survey.close import keys, shares
from survey.collect import published, tickets
from survey.errors import CandourError
from survey.manage import officers, wave_file
from survey.planning import headcounts_preview, sending
from survey.questionnaire import loader
from survey.questionnaire.codebook import codebook
from survey.questionnaire.layout import layout

pytestmark = pytest.mark.slow
SEEDS = st.integers(0, 2**63 - 1)
"""One draw for everything that is done to a file, which a failure names."""

ODD = (
    *(b"", b"\x00", b"\xff\xfe", b"\r", b"\n\n", b"\t", b"\xe2\x80\xae", b"\xed\xa0\x80", b'"'),
    *(b"-1", b"0", b"1e999", b"NaN", b"9" * 400, b"1.5", b"null", b"[]", b"{}", b"[" * 3000),
    *(b"=1+1", b"&a", b"*a", b"!!python/object:os.system", b"<<: *a", b": ", b"- ", b"|", b"%"),
    *(b"../..", b"<!DOCTYPE a>", b"&x;", b"\xc2\x85", b"'" * 50, b"2026-02-30", b"true", b","),
)


@dataclass(frozen=True)
class Kind:
    """A kind of file: a right one, and who reads it."""

    content: bytes
    read: Callable[[bytes, Path], object]


def _at(read: Callable[[Path], object], name: str) -> Callable[[bytes, Path], object]:
    """A reader of a path, given bytes."""

    def of_bytes(content: bytes, place: Path) -> object:
        (place / name).write_bytes(content)
        return read(place / name)

    return of_bytes


@pytest.fixture(scope="module")
def kinds(opened_once: LiveWave, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Kind]:
    place = tmp_path_factory.mktemp("right")
    asked = loader.load(QUESTIONNAIRES / "small.yaml")
    plan, book, form = asked.plan, codebook(asked), layout(asked)
    counts = "group,headcount\nforce,120\n"
    rows = [["group", "headcount"], ["force", 120]]
    answers = ",".join(form.decoded()) + "\n" + "," * (len(form.decoded()) - 1) + "\n"
    shares.make(place / "keys", 3, 2)
    keys.make(place / "own")
    live = copied(opened_once, place / "home")
    wave, host = live.wave, "localhost"
    ticket = tickets.write(take_ticket(live, 3), wave, f"http://{host}")
    public = published.file_of(live.stores, wave)
    assert public
    return {
        "questionnaire": Kind(
            (QUESTIONNAIRES / "small.yaml").read_bytes(),
            lambda content, _: loader.parse(sending.decoded(content), "small.yaml"),
        ),
        "questionnaire as a file": Kind(
            (QUESTIONNAIRES / "routed.yaml").read_bytes(), _at(loader.load, "q.yaml")
        ),
        "headcounts": Kind(
            counts.encode(), lambda content, _: headcounts_preview.read("h.csv", content, plan)
        ),
        "headcounts as a file": Kind(
            counts.encode(), _at(lambda path: headcounts.read(path, plan), "h.csv")
        ),
        "workbook": Kind(
            workbook_of(one=rows),
            lambda content, _: headcounts_preview.read("h.xlsx", content, plan),
        ),
        "answers": Kind(
            answers.encode(), _at(lambda path: responses.read(path, book, form), "r.csv")
        ),
        "answers packed": Kind(
            gzip.compress(answers.encode()),
            _at(lambda path: responses.read(path, book, form), "r.csv.gz"),
        ),
        "release": Kind(packs()[0], lambda content, _: folder.unpack(content, None)),
        "ticket": Kind(
            ticket, lambda content, _: tickets.read(content.decode("utf-8", "replace"), wave, host)
        ),
        "share": Kind(
            (place / "keys" / shares.share_file(1)).read_bytes(), _at(shares.read_share, "s.txt")
        ),
        "locked": Kind(
            (place / "keys" / "release.locked").read_bytes(), _at(shares.read_locked, "l.locked")
        ),
        "public keys": Kind(
            (place / "keys" / "public.json").read_bytes(), _at(officers.read, "public.json")
        ),
        "release key": Kind(
            (place / "own" / "release.key").read_bytes(), _at(keys.load, "release.key")
        ),
        "ledger": Kind(
            Ledger("culture").plus(Published(packs()[0], release_plan())).packed()[0],
            lambda content, _: unpacked([content], ["0001.entry"], "culture"),
        ),
        "wave": Kind(
            wave_file.pack(public), lambda content, _: wave_file.unpack(content, "a.wave")
        ),
    }


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where changed files are written, one after the other."""
    return tmp_path_factory.mktemp("changed")


def spoilt(content: bytes, seed: int) -> bytes:
    """The same file with a few things done to it; of a zip, or to one of its parts."""
    drawn = np.random.default_rng(seed)
    if content.startswith(b"PK") and _between(drawn, 0, 3):
        return _part_spoilt(content, drawn)
    for _ in range(_between(drawn, 1, 3)):
        content = _once(content, drawn)
    return content


def _part_spoilt(content: bytes, drawn: np.random.Generator) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(made, "w") as new:
        names = old.namelist()
        one, how = names[drawn.integers(len(names))], (0, 8, 8, 8, 14)[drawn.integers(5)]
        for name in names:
            part = old.read(name)
            new.writestr(name, _once(part, drawn) if name == one else part, how)
    return made.getvalue()


def _once(content: bytes, drawn: np.random.Generator) -> bytes:
    place = _between(drawn, 0, len(content))
    until = _between(drawn, place, min(len(content), place + 40))
    numbers = [found.span() for found in re.finditer(rb"[0-9]+|[a-z_]{3,}", content[:200_000])]
    how = _between(drawn, 0, 5)
    if how == 0:
        return content[:place]
    if how == 1:
        return content[:place] + content[until:]
    if how == 2:
        return content[:place] + content[place:until] * _between(drawn, 2, 300) + content[until:]
    if how == 3:
        return content[:place] + drawn.bytes(_between(drawn, 1, 4)) + content[until:]
    if how == 4 and numbers:
        place, until = numbers[drawn.integers(len(numbers))]
    return content[:place] + ODD[drawn.integers(len(ODD))] + content[until:]


def _between(drawn: np.random.Generator, least: int, most: int) -> int:
    return int(drawn.integers(least, most, endpoint=True))


def look(kind: Kind, content: bytes, place: Path) -> str:
    """What becomes of a file: `read`, or the sentence by which it is refused."""
    try:
        kind.read(content, place)
    except CandourError as error:
        said = str(error).strip()
    else:
        said = "read"
    assert said
    assert "Traceback" not in said
    return said


NAMES = (
    *("questionnaire", "questionnaire as a file", "headcounts", "headcounts as a file", "workbook"),
    *("answers", "answers packed", "release", "ticket", "share", "locked", "public keys"),
    *("release key", "ledger", "wave"),
)


def test_every_file_as_it_is_can_be_read(kinds: Mapping[str, Kind], tmp_path: Path) -> None:
    assert set(kinds) == set(NAMES)
    assert {name: look(kind, kind.content, tmp_path) for name, kind in kinds.items()} == (
        dict.fromkeys(NAMES, "read")
    )


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=5)
@given(seed=SEEDS)
def test_whatever_is_changed_it_is_read_or_refused_in_a_sentence(
    kinds: Mapping[str, Kind],
    tmp_path_factory: pytest.TempPathFactory,
    name: str,
    seed: int,
) -> None:
    look(
        kinds[name],
        spoilt(kinds[name].content, seed),
        tmp_path_factory.getbasetemp(),
    )


@pytest.mark.long
@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=150)
@given(seed=SEEDS)
def test_whatever_is_changed_thirty_times_as_often(
    kinds: Mapping[str, Kind],
    tmp_path_factory: pytest.TempPathFactory,
    name: str,
    seed: int,
) -> None:
    look(
        kinds[name],
        spoilt(kinds[name].content, seed),
        tmp_path_factory.getbasetemp(),
    )


def test_another_error_is_noticed(kinds: Mapping[str, Kind], tmp_path: Path) -> None:
    def reads_badly(content: bytes, _: Path) -> object:
        return zipfile.ZipFile(io.BytesIO(content[:-9])).namelist()

    with pytest.raises(zipfile.BadZipFile):
        look(Kind(b"", reads_badly), kinds["release"].content, tmp_path)
