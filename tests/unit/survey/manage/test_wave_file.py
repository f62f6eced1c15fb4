"""A wave in one file: everything comes back, and what is no wave's file is one sentence."""

from __future__ import annotations

import io
import json
import secrets
import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from fixtures_wave import LiveWave

from analysis import zipped
from analysis.policy import DisclosurePolicy
from survey.errors import DataError
from survey.manage import wave_file
from survey.manage.closings import Closing
from survey.manage.issuing_keys import TOKEN_BYTES
from survey.manage.wave_file import Sealed, WaveFile


@pytest.fixture
def whole(live_wave: LiveWave) -> WaveFile:
    tokens = tuple(sorted(secrets.token_bytes(TOKEN_BYTES) for _ in range(3)))
    return WaveFile(
        replace(live_wave.wave, state="closed", closed=date(2026, 9, 30)),
        tuple(sorted(secrets.token_hex(32) for _ in range(60))),
        Closing(60, 4, 3, ("1111-2222-3333-4444", "A", "B"), tokens),
        Sealed(
            {"command=north": 40},
            tuple(secrets.token_bytes(50) for _ in range(3)),
            {"anything_else": tuple(secrets.token_bytes(20) for _ in range(3))},
            (b"first", b"second"),
            {"command=north": 20},
        ),
    )


def test_everything_comes_back(whole: WaveFile, tmp_path: Path) -> None:
    path = tmp_path / "autumn.wave"
    path.write_bytes(wave_file.pack(whole))
    assert wave_file.read(path) == whole


def test_what_is_published_holds_nothing_sealed(whole: WaveFile) -> None:
    content = wave_file.pack(whole.public)
    assert wave_file.unpack(content, "autumn.wave") == whole.public
    assert whole.sealed
    names = zipfile.ZipFile(io.BytesIO(content)).namelist()
    assert not any(word in name for name in names for word in ("answers", "comments", "bands"))


def test_a_draft_has_no_closing(whole: WaveFile) -> None:
    draft = replace(whole, closing=None, sealed=None)
    assert wave_file.unpack(wave_file.pack(draft), "autumn.wave") == draft


def test_the_same_wave_is_the_same_bytes(whole: WaveFile) -> None:
    assert wave_file.pack(whole) == wave_file.pack(whole)


def _files(whole: WaveFile) -> dict[str, bytes]:
    return zipped.unpack(wave_file.pack(whole), lambda _: None)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("wave.json", b"[]"),
        ("wave.json", b"{"),
        ("codes.txt", b"zz\n"),
        ("codes.txt", b"A" * 64 + b"\n"),
        ("codes.txt", b"a" * 64 + b"\n" + b"a" * 64 + b"\n"),
        ("codes.txt", b"b" * 64 + b"\n" + b"a" * 64 + b"\n"),
        ("closing.json", b'{"cards": 60, "redeemed": -5, "received": 3}'),
        ("closing.json", b'{"cards": 60, "redeemed": 1%s, "received": 3}' % (b"0" * 30)),
        ("closing.json", b'{"cards": null, "redeemed": 4, "received": 3}'),
        ("closing.json", b'{"cards": 60, "redeemed": NaN, "received": 3}'),
        ("headcounts.json", b'{"force": "40"}'),
        ("headcounts.json", b'{"force": 1e999}'),
        ("headcounts.json", b'{"force": Infinity}'),
        ("bands.json", b'{"force": 21}'),
        ("bands.json", b'{"force": "20"}'),
        ("bands.json", b"{}"),
        ("tokens.txt", b"AAAA\n"),
        ("closing.json", b'{"cards": "many", "redeemed": 1, "received": 1}'),
        ("answers.bin", b"12345"),
        ("headcounts.json", b"[1]"),
        ("questionnaire.yaml", b"id: [unclosed"),
        ("../evil", b""),
        ("comments/x.bin", b"1234"),
    ],
)
def test_a_damaged_file_is_one_sentence_that_names_it(
    whole: WaveFile, name: str, content: bytes
) -> None:
    files = {**_files(whole), name: content}
    with pytest.raises(DataError, match=r"^autumn\.wave"):
        wave_file.unpack(zipped.pack(files), "autumn.wave")


def test_a_questionnaire_that_was_exchanged_is_noticed(whole: WaveFile) -> None:
    files = _files(whole)
    files["questionnaire.yaml"] = files["questionnaire.yaml"].replace(b"title", b"title", 1)
    facts = json.loads(files["wave.json"])
    files["wave.json"] = json.dumps({**facts, "questionnaire": "0" * 64}).encode()
    with pytest.raises(DataError, match="another than it says"):
        wave_file.unpack(zipped.pack(files), "autumn.wave")


def test_what_is_no_zip_or_another_version_is_one_sentence(whole: WaveFile) -> None:
    with pytest.raises(DataError, match="no wave's file"):
        wave_file.unpack(b"PK not really", "autumn.wave")
    files = _files(whole)
    facts = json.loads(files["wave.json"])
    files["wave.json"] = json.dumps({**facts, "format": 2}).encode()
    with pytest.raises(DataError, match="another version"):
        wave_file.unpack(zipped.pack(files), "autumn.wave")


@pytest.mark.parametrize(
    "odd",
    [
        {"state": []},
        {"state": None},
        {"state": "half-open"},
        {"cards": float("inf")},
        {"cards": 60.0},
        {"cards": True},
        {"cards": 10**30},
        {"cards": -1},
        {"title": None},
        {"title": "\ud800"},
        {"title": ""},
        {"id": "../autumn"},
        {"id": 5},
        {"opened": 5},
        {"policy": {**DisclosurePolicy().as_dict(), "k": float("nan")}},
        {"policy": {**DisclosurePolicy().as_dict(), "k": 10.5}},
    ],
)
def test_odd_facts_are_one_sentence(whole: WaveFile, odd: dict[str, object]) -> None:
    files = _files(whole)
    files["wave.json"] = json.dumps({**json.loads(files["wave.json"]), **odd}).encode()
    with pytest.raises(DataError, match=r"^autumn\.wave"):
        wave_file.unpack(zipped.pack(files), "autumn.wave")


@pytest.mark.parametrize(
    "name",
    [
        *("wave.json", "closing.json", "questionnaire.yaml", "headcounts.json"),
        *("codes.txt", "receipts.txt", "tokens.txt"),
    ],
)
def test_a_small_zip_never_becomes_a_large_text(
    whole: WaveFile, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Read is one byte more than the largest wave has, and no more."""
    monkeypatch.setitem(wave_file._LARGEST, name, min(wave_file._LARGEST[name], 2**21))
    files = {**_files(whole), name: b"\n" * 2**22}
    with pytest.raises(DataError, match=f"{name} unpacks to more than it may hold"):
        wave_file.unpack(zipped.pack(files), "autumn.wave")
    assert sum(wave_file._LARGEST.values()) < 2**28


def test_counts_cannot_ask_for_rows_that_are_not_there(whole: WaveFile) -> None:
    empty = b'{"cards": 60, "redeemed": 4, "received": 100000}'
    files = {**_files(whole), "closing.json": empty, "answers.bin": b"", "comments/x.bin": b""}
    with pytest.raises(DataError, match="not as many as were received"):
        wave_file.unpack(zipped.pack(files), "autumn.wave")
