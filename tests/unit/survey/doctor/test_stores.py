"""What the doctor says of databases, boxes and files: each check with a planted fault."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path

import postgresql
import pytest
from fixtures_wave import LiveWave
from sqlalchemy import text

from survey import database
from survey.close.closing import close_wave
from survey.collect import box
from survey.config import BOX, ISSUE, RESULTS, Settings
from survey.doctor import files, stores
from survey.doctor.findings import Finding

DEPLOYED = Path(__file__).parents[4] / "deploy" / "postgresql" / "candour.conf"


def said(found: Iterable[Finding]) -> str:
    """What is wrong; nothing where all is right."""
    return " ".join(f"{one.about}: {one.sentence}" for one in found if one.holds is False)


def of_stores(live: LiveWave) -> str:
    return said(stores.check(live.settings))


def of_files(live: LiveWave) -> str:
    return said(files.check(live.settings))


def test_a_fresh_installation_is_right(live_wave: LiveWave) -> None:
    assert of_stores(live_wave) == ""
    assert of_files(live_wave) == ""
    assert len(list(stores.check(live_wave.settings))) == 5


def test_a_store_that_is_not_there_or_not_migrated_is_wrong(live_wave: LiveWave) -> None:
    with live_wave.stores.issuer() as session:
        session.execute(text("UPDATE alembic_version SET version_num = 'issuer_0001'"))
    (live_wave.settings.home / "results.db").unlink()
    found = of_stores(live_wave)
    assert "issuer database: The databases are not set up" in found
    assert "results database: there is no" in found
    assert not (live_wave.settings.home / "results.db").exists(), "nothing is made"


def test_only_what_the_surfaces_use_is_looked_at(live_wave: LiveWave) -> None:
    (live_wave.settings.home / "issuer.db").unlink()
    settings = Settings.at(live_wave.settings.home, surfaces=(RESULTS,))
    assert said(stores.check(settings)) == ""


@pytest.mark.parametrize("name", ["issuer.db", "boxes/autumn.box"])
def test_a_log_of_writes_is_wrong_and_stays_as_it_is(live_wave: LiveWave, name: str) -> None:
    path = live_wave.settings.home / name
    with closing(sqlite3.connect(path)) as opened:
        opened.execute("PRAGMA journal_mode = WAL")
    before = path.read_bytes()
    assert "is in WAL mode" in of_stores(live_wave)
    assert path.read_bytes() == before
    (live_wave.settings.box_folder / "autumn.box-wal").touch(mode=0o600)
    assert "autumn.box-wal keeps an order of writes" in of_files(live_wave)


@pytest.mark.parametrize("name", list(stores.PRAGMAS))
def test_a_connection_that_keeps_leftovers_is_wrong(
    live_wave: LiveWave, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = {"journal_mode": "PERSIST", "temp_store": "FILE"}.get(name, "OFF")
    kept = tuple(one for one in database.PRAGMAS if not one.startswith(name))
    monkeypatch.setattr(database, "PRAGMAS", (*kept, f"{name} = {other}"))
    assert f"issuer database: its connection has {name}" in of_stores(live_wave)


def test_a_box_whose_connection_keeps_leftovers_is_wrong(
    live_wave: LiveWave, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = box.path_of(live_wave.settings, "autumn")

    @contextmanager
    def connect(_path: Path, _mode: str) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(path)) as opened:
            opened.execute("PRAGMA secure_delete = OFF")
            yield opened

    monkeypatch.setattr(box, "connect", connect)
    assert "secure_delete = 0 and needs 1" in of_stores(live_wave)


def test_a_box_that_numbers_its_rows_or_has_small_pages_is_wrong(live_wave: LiveWave) -> None:
    path = live_wave.settings.box_folder / "other.box"
    with closing(sqlite3.connect(path)) as opened:
        opened.execute("CREATE TABLE slot (sealed BLOB)")
    found = of_stores(live_wave)
    assert "other.box has pages of 4096 bytes" in found
    assert "other.box numbers the rows of slot" in found
    path.write_text("nonsense " * 1000)
    assert "other.box cannot be read" in of_stores(live_wave)


@pytest.mark.parametrize(
    "name",
    ["secret_key", "issuer.db", "salts/autumn.salt", "salts/autumn.issuing", "boxes/autumn.box",
     "results.db.waiting"],
)  # fmt: skip
def test_a_secret_that_others_may_read_is_wrong(live_wave: LiveWave, name: str) -> None:
    (live_wave.settings.home / "results.db.waiting").touch(mode=0o600)
    (live_wave.settings.home / name).chmod(0o640)
    assert f"{name} (640); run chmod 600" in of_files(live_wave)


def test_a_home_that_others_may_change_or_that_is_gone_is_wrong(live_wave: LiveWave) -> None:
    live_wave.settings.home.chmod(0o775)
    assert "run chmod 700" in of_files(live_wave)
    gone = replace(live_wave.settings, home=live_wave.settings.home / "gone")
    assert "is not there" in said(files.check(gone))


@pytest.mark.parametrize(
    "name",
    ["boxes/autumn.box.bak", "boxes/autumn (copy).box", "salts/autumn.salt~", "home.tar.gz",
     "issuer.db.old", "backup-2026.sql"],
)  # fmt: skip
def test_a_copy_beside_the_box_is_wrong(live_wave: LiveWave, name: str) -> None:
    (live_wave.settings.home / name).touch(mode=0o600)
    assert name in of_files(live_wave)


def test_what_a_wave_leaves_is_no_copy(live_wave: LiveWave) -> None:
    (live_wave.settings.home / "agreed.lock").touch()
    close_wave(live_wave.stores, "autumn", date(2026, 9, 30))
    assert of_files(live_wave) == ""
    assert stores.newest_day(live_wave.settings) == date(2026, 9, 30)


def test_the_largest_box_is_what_closing_needs_room_for(live_wave: LiveWave) -> None:
    size = (live_wave.settings.box_folder / "autumn.box").stat().st_size
    assert files.largest_box(live_wave.settings) == size


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"surfaces": (BOX,), "issue_address": "https://i.example.org"}, ""),
        ({"surfaces": (BOX,)}, "CANDOUR_ISSUE_ADDRESS is not set"),
        ({"surfaces": (ISSUE,), "box_address": "https://b.example.org"}, ""),
        ({"surfaces": (ISSUE,)}, "CANDOUR_BOX_ADDRESS is not set"),
        ({"surfaces": (RESULTS,), "https": True}, ""),
        ({"surfaces": (RESULTS,)}, "CANDOUR_HTTPS is not set"),
    ],
)
def test_surfaces_that_cannot_find_each_other_are_wrong(
    tmp_path: Path, changes: dict[str, object], fault: str
) -> None:
    found = said(files.surfaces(Settings.at(tmp_path, **changes)))
    assert fault in found
    assert bool(fault) == bool(found)


# PostgreSQL


def told_to_be_quiet() -> dict[str, str]:
    """The settings of the deployed file."""
    lines = [line.partition("#")[0].strip() for line in DEPLOYED.read_text().splitlines()]
    pairs = (line.partition("=") for line in lines if line)
    return {name.strip(): value.strip().strip("'") for name, _, value in pairs}


def test_the_deployed_settings_are_all_that_are_asked_for() -> None:
    deployed = told_to_be_quiet()
    assert {name: deployed.get(name) for name in stores.QUIET} == dict(stores.QUIET)


@pytest.mark.long
@pytest.mark.postgresql
def test_postgresql_with_the_deployed_settings_logs_nothing() -> None:
    """Asked of a server that is started with them, and of one where a setting was changed."""
    with postgresql.running(told_to_be_quiet()) as quiet:
        url = quiet.fresh()
        database.migrate_one("issuer", url)
        assert shown(url) == []
        name = postgresql.name_of(url)
        quiet.run(f"ALTER DATABASE {name} SET log_statement = 'all'")
        assert shown(url) == ["PostgreSQL has log_statement = all; write log_statement = none."]
        quiet.run(f"ALTER DATABASE {name} RESET log_statement")
        quiet.run(f"ALTER DATABASE {name} SET session_preload_libraries = 'auto_explain'")
        (told,) = shown(url)
        assert "loads auto_explain (it has auto_explain." in told


def shown(url: str) -> list[str]:
    made = database.engine(url)
    with made.connect() as connection:
        found = [one.sentence for one in stores.settings_of("a", connection) if not one.holds]
    made.dispose()
    return found


def test_every_loud_setting_of_postgresql_is_wrong() -> None:
    good = {**stores.QUIET, **dict.fromkeys(stores.LOADING, ""), "log_line_prefix": "%m "}
    assert said(stores.postgresql("a", good)) == ""
    for name in stores.QUIET:
        assert f"{name} = x" in said(stores.postgresql("a", {**good, name: "x"}))
    for name in stores.KEEPING:
        loaded = {**good, "shared_preload_libraries": f"a,{name}"}
        assert f"loads {name}" in said(stores.postgresql("a", loaded))
    for kind in ("session_preload_libraries", "local_preload_libraries"):
        assert "loads auto_explain" in said(stores.postgresql("a", {**good, kind: "auto_explain"}))
    explained = {**good, "auto_explain.log_min_duration": "-1"}
    assert "auto_explain.log_min_duration" in said(stores.postgresql("a", explained))
    assert "%r" in said(stores.postgresql("a", {**good, "log_line_prefix": "%m %r"}))


def test_what_postgresql_does_not_tell_is_not_taken_for_right() -> None:
    found = list(stores.postgresql("a", dict(stores.QUIET)))
    assert [one.holds for one in found] == [True, None]
    assert tuple(name for name in told_to_be_quiet() if "preload" in name) == stores.LOADING
    for left_out in stores.LOADING:
        shown_ = {name: "" for name in stores.LOADING if name != left_out}
        found = list(stores.postgresql("a", {**stores.QUIET, **shown_}))
        assert [one.holds for one in found] == [True, None]
        assert left_out in found[1].sentence


@pytest.mark.parametrize(
    "name",
    ["log_min_messages", "log_statement_stats", "log_parser_stats", "log_planner_stats",
     "log_executor_stats"],
)  # fmt: skip
def test_settings_that_log_at_the_lowest_levels_are_asked_for(name: str) -> None:
    assert name in stores.QUIET


@pytest.mark.postgresql
@pytest.mark.parametrize("live_wave", ["postgresql"], indirect=True)
def test_postgresql_as_it_comes_is_told_what_it_logs(live_wave: LiveWave) -> None:
    found = of_stores(live_wave)
    for part in ("log_min_error_statement = error", "wal_level = replica", "fsync = off"):
        assert f"issuer database: PostgreSQL has {part}" in found
