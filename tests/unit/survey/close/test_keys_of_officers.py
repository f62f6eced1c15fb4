"""The release officers' keys: never overwritten, for their owner's eyes only."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from survey.close import keys
from survey.errors import SettingsError
from survey.manage import officers


def test_keys_read_back_and_fit_the_public_file(tmp_path: Path) -> None:
    public = keys.make(tmp_path / "officers")
    assert keys.load(tmp_path / "officers" / "release.key").public == public
    assert keys.load(tmp_path / "officers").public == public
    assert officers.read(tmp_path / "officers" / "public.json") == public


def test_private_key_is_for_its_owners_eyes_only(tmp_path: Path) -> None:
    keys.make(tmp_path)
    assert (tmp_path / "release.key").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("name", ["release.key", "public.json"])
def test_key_is_never_overwritten(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("precious")
    with pytest.raises(SettingsError, match="never overwritten"):
        keys.make(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert (tmp_path / name).read_text() == "precious"


def test_public_file_holds_nothing_private(tmp_path: Path) -> None:
    keys.make(tmp_path)
    made = keys.load(tmp_path)
    public = (tmp_path / "public.json").read_text()
    written = json.loads((tmp_path / "release.key").read_text())
    for name in ("unsealing", "fallback", "signing"):
        assert written[name] not in public
        assert written[name] not in repr(made)


def test_key_of_before_there_was_a_fallback_still_signs_notes(tmp_path: Path) -> None:
    keys.make(tmp_path)
    path = tmp_path / "release.key"
    written = json.loads(path.read_text())
    del written["fallback"]
    path.write_text(json.dumps(written))
    assert keys.load(path).fallback is None
    assert keys.load(path).public.fallback_key == b""


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"unsealing": "00", "signing": "00"}'])
def test_another_file_is_one_sentence(tmp_path: Path, content: str) -> None:
    (tmp_path / "release.key").write_text(content)
    with pytest.raises(SettingsError, match=r"is not a release\.key"):
        keys.load(tmp_path / "release.key")


def test_missing_key_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read"):
        keys.load(tmp_path / "release.key")
