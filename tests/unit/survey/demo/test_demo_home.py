"""The demo touches no folder that is not a demo's, and stands whole or not at all."""

from __future__ import annotations

import sqlite3
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest

from survey import database
from survey.config import Settings
from survey.database import Stores
from survey.demo import home, making
from survey.errors import SettingsError
from survey.manage import waves


def contents(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def installation(folder: Path, demo: bool) -> Path:
    settings = Settings.at(folder)
    database.migrate(settings)
    if demo:
        waves.mark_demo(Stores.open(settings))
    return folder


def test_nothing_stands_in_a_missing_or_empty_folder(tmp_path: Path) -> None:
    assert not home.stands(tmp_path / "none")
    assert not home.stands(tmp_path)


def test_a_demo_is_recognised_and_left_as_it_is(tmp_path: Path) -> None:
    folder = installation(tmp_path / "demo", demo=True)
    before = contents(folder)
    assert home.stands(folder)
    assert contents(folder) == before


def test_a_real_installation_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    folder = installation(tmp_path / "var", demo=False)
    before = contents(folder)
    with pytest.raises(SettingsError, match="not a demo, so it was left alone"):
        home.stands(folder)
    assert contents(folder) == before


@pytest.mark.parametrize("name", ["issuer.db", "notes.txt"])
def test_a_folder_of_other_files_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("something of somebody's")
    with pytest.raises(SettingsError, match="not a demo"):
        home.stands(tmp_path)
    assert contents(tmp_path) == {name: b"something of somebody's"}


def test_a_file_in_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "demo").write_text("a file")
    with pytest.raises(SettingsError, match="not a demo"):
        home.stands(tmp_path / "demo")


def test_somebody_elses_database_is_refused_whatever_its_tables(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "issuer.db") as connection:
        connection.execute("CREATE TABLE marker (name TEXT)")
    connection.close()
    with pytest.raises(SettingsError, match="not a demo"):
        home.stands(tmp_path)


@pytest.mark.slow
def test_an_interrupted_demo_leaves_nothing_and_is_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "demo"

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(making, "_drafts", stop)
    with pytest.raises(KeyboardInterrupt):
        making.make(folder, date(2026, 11, 1), lambda _: None)
    assert not home.stands(folder)
    monkeypatch.setattr(making, "_drafts", lambda *_: iter(()))
    making.make(folder, date(2026, 11, 1), lambda _: None)
    assert home.stands(folder)
    assert [path.name for path in tmp_path.iterdir()] == ["demo"]


def test_a_folder_in_the_way_of_making_is_not_removed(tmp_path: Path) -> None:
    other = tmp_path / "demo.making"
    other.mkdir()
    (other / "thesis.txt").write_text("years of work")
    with pytest.raises(SettingsError, match="in the way"), home.building(tmp_path / "demo"):
        pass
    assert contents(other) == {"thesis.txt": b"years of work"}


def test_codes_are_kept_with_the_words_that_only_a_demo_does(tmp_path: Path) -> None:
    home.keep_codes(tmp_path, ["AAAA-BBBB", "CCCC-DDDD"])
    assert home.kept_codes(tmp_path) == ["AAAA-BBBB", "CCCC-DDDD"]
    assert "Only a demo keeps codes" in (tmp_path / home.CODES).read_text()


def test_waves_lie_half_a_year_apart_and_the_last_is_open() -> None:
    found = making.calendar(date(2026, 11, 22))
    assert [wave.id for wave in found] == [
        "culture-2025-05",
        "culture-2025-11",
        "culture-2026-05",
        "culture-2026-11",
    ]
    assert [wave.closes is None for wave in found] == [False, False, False, True]
    for day in range(366):
        made = making.calendar(date.fromordinal(date(2027, 1, 1).toordinal() + day))
        assert len({wave.id for wave in made}) == len(made)
        assert all(one.closes < other.opens for one, other in pairwise(made))  # type: ignore[operator]
