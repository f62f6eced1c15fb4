"""public.json: what the server knows of the release officers."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from survey.errors import SettingsError
from survey.manage import officers
from survey.manage.officers import PublicKeys

KEYS = PublicKeys(bytes(range(32)), bytes(range(100, 165)), bytes(range(32, 64)))


@pytest.fixture
def public(tmp_path: Path) -> Path:
    path = tmp_path / "public.json"
    path.write_text(KEYS.as_json())
    return path


def test_public_keys_read_back(public: Path) -> None:
    assert officers.read(public) == KEYS


def test_fingerprint_is_of_every_key() -> None:
    for name in ("public_key", "fallback_key", "verifier"):
        changed = replace(KEYS, **{name: bytes(len(getattr(KEYS, name)))})
        assert changed.fingerprint != KEYS.fingerprint
    assert len(KEYS.fingerprint.split()) == 16


def test_changed_key_is_noticed(public: Path) -> None:
    public.write_text(public.read_text().replace(KEYS.verifier.hex(), bytes(32).hex()))
    with pytest.raises(SettingsError, match="changed"):
        officers.read(public)


def test_file_of_before_there_was_a_fallback_key_still_checks_releases(public: Path) -> None:
    old = replace(KEYS, fallback_key=b"")
    content = json.loads(old.as_json())
    del content["fallback_key"]
    public.write_text(json.dumps(content))
    assert officers.read(public) == old


@pytest.mark.parametrize("content", ["", "{}", "[]", "not json", '{"public_key": 1}'])
def test_another_file_is_one_sentence(public: Path, content: str) -> None:
    public.write_text(content)
    with pytest.raises(SettingsError, match=r"not the public\.json"):
        officers.read(public)


def test_missing_file_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read"):
        officers.read(tmp_path / "public.json")
