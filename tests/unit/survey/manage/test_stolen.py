"""A list of stolen passwords, searched by halves where it lies."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from survey.errors import SettingsError
from survey.manage import passwords
from survey.manage.stolen import is_listed

LISTED = [f"kettle ladder moth {number}" for number in range(200)]


def hashed(password: str) -> str:
    return hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper()


def written(path: Path, lines: list[str], ending: str = "\n") -> Path:
    path.write_bytes("".join(f"{line}{ending}" for line in lines).encode())
    return path


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("count", [1, 2, 3, 200])
def test_every_password_that_is_listed_is_found_and_no_other(
    tmp_path: Path, count: int, ending: str
) -> None:
    listed = LISTED[:count]
    lines = sorted(f"{hashed(one)}:{at * at + 1}" for at, one in enumerate(listed))
    path = written(tmp_path / "list", lines, ending)
    assert [one for one in LISTED if is_listed(path, one)] == listed
    without_counts = written(tmp_path / "plain", [line[:40].lower() for line in lines], ending)
    assert [one for one in LISTED if is_listed(without_counts, one)] == listed


def test_a_stolen_password_is_refused_and_another_is_not(tmp_path: Path) -> None:
    path = written(tmp_path / "list", sorted(hashed(one) for one in LISTED))
    with pytest.raises(SettingsError, match="was stolen somewhere"):
        passwords.expect(LISTED[7], (), path)
    passwords.expect(LISTED[7])
    passwords.expect("kettle ladder moth", (), path)


def test_what_is_no_list_is_one_sentence(tmp_path: Path) -> None:
    for content in ("", "password\n", "A" * 39 + "\n", "\x00" * 4_000, "A" * 4_000):
        path = tmp_path / "list"
        path.write_text(content)
        with pytest.raises(SettingsError, match="CANDOUR_STOLEN_PASSWORDS names"):
            is_listed(path, "kettle ladder moth")
    with pytest.raises(SettingsError, match="cannot be read"):
        is_listed(tmp_path / "not there", "kettle ladder moth")
