"""A wave's issuing key is made once, never overwritten, and for its owner's eyes only."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from fixtures_wave import LiveWave

from survey.config import Settings
from survey.manage import issuing_keys, secret_files


def test_key_has_exactly_the_bits_and_exponent_that_pages_expect(opened_once: LiveWave) -> None:
    numbers = issuing_keys.public(opened_once.wave.token_key).public_numbers()
    assert (numbers.n.bit_length(), numbers.e) == (3072, 65537)
    assert issuing_keys.modulus(opened_once.wave.token_key) == numbers.n.to_bytes(384)


def test_key_is_made_once(tmp_path: Path) -> None:
    settings = Settings.at(tmp_path)
    made = issuing_keys.make(settings, "autumn")
    assert issuing_keys.make(settings, "autumn") == made
    assert issuing_keys.make(settings, "winter") != made
    kept = issuing_keys.read(settings, "autumn")
    assert kept
    assert kept.public_key() == issuing_keys.public(made)


def test_key_is_for_its_owners_eyes_only(tmp_path: Path) -> None:
    issuing_keys.make(Settings.at(tmp_path), "autumn")
    path = issuing_keys.path_of(Settings.at(tmp_path), "autumn")
    assert path.stat().st_mode & 0o777 == 0o600
    assert [one.name for one in path.parent.iterdir()] == ["autumn.issuing"]


def test_key_that_is_gone_is_none(tmp_path: Path) -> None:
    assert issuing_keys.read(Settings.at(tmp_path), "autumn") is None


def test_of_many_processes_all_get_the_secret_that_came_first(tmp_path: Path) -> None:
    path = tmp_path / "secrets" / "one"
    with ThreadPoolExecutor(8) as pool:
        got = set(pool.map(lambda n: secret_files.keep(path, bytes([n]) * 32), range(16)))
    assert got == {path.read_bytes()}
    assert [one.name for one in path.parent.iterdir()] == ["one"]


def test_secret_that_was_half_written_has_no_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def power_cut(_: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(secret_files.os, "fsync", power_cut)
    with pytest.raises(KeyboardInterrupt):
        secret_files.keep(tmp_path / "one", b"secret")
    assert not list(tmp_path.iterdir())
