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
from survey.errors import DataError
from survey.manage import wave_file
from survey.manage.closings import TOKEN_BYTES, Closing
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
    assert not any("answers" in name or "comments" in name for name in names)


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
