"""Erased files, and secrets that an interruption left half made."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from survey.config import Settings
from survey.errors import SettingsError
from survey.manage import erasing, secret_files
from survey.manage.erasing import erase, erase_all


def test_file_that_is_being_erased_is_not_there_under_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "autumn.box"
    path.write_bytes(b"sealed" * 100)

    def power_cut(_: int) -> bytes:
        raise KeyboardInterrupt

    with monkeypatch.context() as planted:
        planted.setattr(erasing.secrets, "token_bytes", power_cut)
        with pytest.raises(KeyboardInterrupt):
            erase(path)
    assert [one.name for one in tmp_path.iterdir()] == ["autumn.box.erasing"]
    assert erase(path)
    assert not list(tmp_path.iterdir())


def test_every_file_of_a_wave_goes_and_no_other(tmp_path: Path) -> None:
    mine = ("autumn.box", "autumn.box-journal", "autumn.closed.erasing", "autumn.salt.ab.making")
    for name in (*mine, "autumn-2.box", "late-autumn.box"):
        (tmp_path / name).write_bytes(b"x")
    erase_all(tmp_path, "autumn")
    assert {path.name for path in tmp_path.iterdir()} == {"autumn-2.box", "late-autumn.box"}


def test_drafts_of_interrupted_processes_go_when_a_secret_is_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "autumn.salt"
    secret_files.keep(path, b"salt")
    linked, unused = tmp_path / "autumn.salt.1.making", tmp_path / "autumn.salt.2.making"
    linked.hardlink_to(path)
    unused.write_bytes(b"other")
    assert secret_files.keep(path, b"another") == b"salt"
    assert [one.name for one in tmp_path.iterdir()] == ["autumn.salt"]


def test_secret_of_the_cookie_that_was_made_in_part_is_made_again(tmp_path: Path) -> None:
    (tmp_path / "secret_key").touch()
    secret = Settings.at(tmp_path).secret_key
    assert len(secret) == 64
    assert Settings.at(tmp_path).secret_key == secret


@pytest.mark.parametrize(
    "damage",
    [lambda kept: kept[:31], lambda kept: b"\xe5" + kept[1:], lambda kept: kept[:10] + b"\n" * 54],
)
def test_secret_of_the_cookie_that_is_damaged_or_could_be_guessed_is_refused(
    tmp_path: Path, damage: Callable[[bytes], bytes]
) -> None:
    path, secret = tmp_path / "secret_key", Settings.at(tmp_path).secret_key
    path.write_bytes(damage(secret.encode()))
    with pytest.raises(SettingsError, match=r"secret_key is damaged; put it back"):
        Settings.at(tmp_path)
    path.unlink()
    assert len(Settings.at(tmp_path).secret_key) == 64


def test_file_that_is_written_once_is_never_another(tmp_path: Path) -> None:
    path = tmp_path / "autumn.wave"
    for _ in range(2):
        secret_files.write_once(path, b"the wave")
    for other in (b"another", b"", b"the wave, and more"):
        with pytest.raises(SettingsError, match=r"autumn\.wave is there already .* another name"):
            secret_files.write_once(path, other)
    assert path.read_bytes() == b"the wave"
    assert [one.name for one in tmp_path.iterdir()] == ["autumn.wave"]
