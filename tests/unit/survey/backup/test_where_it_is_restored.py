"""A home that holds anything is left as it is, but for what is nobody's."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fixtures_backup import restored
from running_the_program import the_program

from survey.backup import restoring
from survey.config import Settings
from survey.errors import SettingsError
from survey.manage import alone


@pytest.mark.parametrize("name", ["issuer.db", "salts", "anything"])
def test_a_home_that_holds_anything_is_left_as_it_is(
    packed_once: bytes, tmp_path: Path, name: str
) -> None:
    home = tmp_path / "new"
    home.mkdir()
    (home / name).write_text("mine")
    with pytest.raises(SettingsError, match=rf"is not empty \({name}\)"):
        restored(packed_once, home)
    assert {path.name for path in home.iterdir()} == {name, "secret_key"}
    assert (home / name).read_text() == "mine"


def test_what_a_timer_does_in_a_home_before_it_is_filled_is_nothing(
    packed_once: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = tmp_path / "new"
    with the_program(Settings.at(home), capsys) as run:
        assert run("wave", "agreed")[0] == 2
    assert {path.name for path in home.iterdir()} == {alone.LOCK, "secret_key"}
    restored(packed_once, home)


@pytest.mark.parametrize("inside", [None, "#12345", "unreadable"])
def test_a_disk_that_was_just_made_is_empty(
    packed_once: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, inside: str | None
) -> None:
    """Its file system puts `lost+found` there, which root alone can look into."""
    found = tmp_path / "new" / "lost+found"
    found.mkdir(parents=True)
    if inside == "unreadable":
        look = Path.iterdir

        def refused(path: Path) -> Iterator[Path]:
            if path == found:
                raise PermissionError(path)
            return look(path)

        monkeypatch.setattr(Path, "iterdir", refused)
    elif inside:
        (found / inside).write_text("a file that somebody may still want")
        with pytest.raises(SettingsError, match=r"is not empty \(lost\+found\)"):
            restored(packed_once, tmp_path / "new")
        return
    restored(packed_once, tmp_path / "new")
    assert found.is_dir()


@pytest.mark.parametrize("link", [False, True])
def test_a_file_or_a_link_called_lost_and_found_is_something(
    packed_once: bytes, tmp_path: Path, link: bool
) -> None:
    found = tmp_path / "new" / "lost+found"
    found.parent.mkdir()
    found.symlink_to(tmp_path / "elsewhere") if link else found.write_text("mine")
    (tmp_path / "elsewhere").mkdir()
    with pytest.raises(SettingsError, match="is not empty"):
        restored(packed_once, tmp_path / "new")


def test_an_interrupted_restoring_is_begun_anew_or_refused(
    packed_once: bytes, tmp_path: Path
) -> None:
    trial = tmp_path / "new" / restoring.TRIAL
    trial.mkdir(parents=True)
    (trial / "issuer.db").write_text("half of a database")
    settings = restored(packed_once, tmp_path / "new")
    assert not trial.exists()
    (settings.home / "results.db").unlink()  # as if the power had gone between the two
    with pytest.raises(SettingsError, match="empty it and run this again"):
        restored(packed_once, settings.home)
