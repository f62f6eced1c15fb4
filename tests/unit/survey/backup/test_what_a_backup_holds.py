"""What is in a backup at every stage of a wave, and what never is."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from fixtures_backup import (
    NOW,
    STAGES,
    Stage,
    backup_of,
    found_in,
    members,
    secret_pieces,
    stages_of,
)
from fixtures_hosts import watching
from fixtures_wave import LiveWave, copied

from survey.backup import kept, making, packing
from survey.close.closing import close_wave
from survey.close.unsealing import unseal
from survey.collect import salts, submit
from survey.config import Settings
from survey.database import Stores
from survey.errors import SettingsError, WaveStateError
from survey.manage import waves
from survey.manage.log_together import Together
from survey.manage.people import Person
from survey.manage.tables import DoneBeforeRow, PublishedRow
from survey.results import store

CODE_COLUMNS = ("wave", "hash", "mark", "record")


@pytest.fixture(scope="module")
def stages(commented_once: LiveWave, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Stage]:
    return stages_of(copied(commented_once, tmp_path_factory.mktemp("stages") / "home"))


def undecided() -> set[str]:
    """Columns of both databases of which nobody has said whether a backup holds them."""
    found = set()
    for name, base in kept.STORES.items():
        for table in base.metadata.tables.values():
            for column in table.columns:
                is_kept = column.name in kept.KEPT[name].get(table.name, ())
                left = {f"{name}.{table.name}", f"{name}.{table.name}.{column.name}"}
                if is_kept == bool(left & set(kept.LEFT_OUT)):
                    found.add(f"{name}.{table.name}.{column.name}")
    return found


def test_every_column_is_kept_or_left_out_with_a_reason() -> None:
    assert undecided() == set()
    assert all(kept.LEFT_OUT.values())


def test_a_column_that_nobody_decided_on_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    without = {name: why for name, why in kept.LEFT_OUT.items() if name != "issuer.code"}
    monkeypatch.setattr(kept, "LEFT_OUT", without)
    assert undecided() == {f"issuer.code.{column}" for column in CODE_COLUMNS}


@pytest.mark.parametrize("stage", STAGES)
def test_no_backup_holds_what_destroying_must_reach(stages: dict[str, Stage], stage: str) -> None:
    made = stages[stage]
    assert len(made.secrets) > 300, "salts, keys, codes, sealed rows"
    assert found_in(made.content, made.secrets) == set()


def test_rows_of_codes_in_a_backup_are_noticed(
    commented_wave: LiveWave, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep_codes_too(monkeypatch)
    secrets = frozenset(secret_pieces(commented_wave))
    assert len(found_in(backup_of(commented_wave), secrets)) == 3 * 60


@pytest.mark.parametrize("plain", [bytes.hex, lambda salt: base64.b64encode(salt).decode()])
def test_a_salt_that_is_written_into_a_database_is_noticed(
    live_wave: LiveWave, plain: type
) -> None:
    salt = salts.read(live_wave.settings, "autumn")
    assert salt
    with live_wave.stores.results() as session:
        session.add(DoneBeforeRow(wave="autumn", content=plain(salt)))
    assert found_in(backup_of(live_wave), frozenset({salt})) == {salt}


def keep_codes_too(patch: pytest.MonkeyPatch) -> None:
    """What must never be: a backup with the issuer's table of codes."""
    issuers = {**kept.KEPT["issuer"], "code": CODE_COLUMNS}
    patch.setattr(kept, "KEPT", {**kept.KEPT, "issuer": issuers})


def different(before: bytes, after: bytes) -> set[str]:
    """Files in which two backups differ, but for the entry that each of them is in the log."""
    one, other = members(before), members(after)
    assert set(one) == set(other)
    log = "results/log_entry.jsonl"
    lines, more = one[log].splitlines(), other[log].splitlines()
    assert more[: len(lines)] == lines
    assert len(more) == len(lines) + 1
    assert b"made a backup" in more[-1]
    apart = {log, "results/log_head.jsonl", packing.MANIFEST}
    return {name for name in one if one[name] != other[name]} - apart


def use_some_codes(live: LiveWave) -> None:
    for code in live.codes[:5]:
        submit.submit(live.stores, live.wave, code, {"ethnicity": "white"}, submit.new_attempt())


def test_two_backups_do_not_tell_that_codes_were_used_in_between(live_wave: LiveWave) -> None:
    before = backup_of(live_wave)
    use_some_codes(live_wave)
    assert different(before, backup_of(live_wave)) == set()


def test_two_backups_with_the_issuers_codes_tell_it(
    live_wave: LiveWave, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep_codes_too(monkeypatch)
    before = backup_of(live_wave)
    use_some_codes(live_wave)
    assert different(before, backup_of(live_wave)) == {"issuer/code.jsonl"}


def test_lines_of_the_log_that_wait_are_in_it(live_wave: LiveWave) -> None:
    reader = Person("kim", "hr", None)
    Together().record_once(live_wave.stores, reader, "view", "/results/hr", "a session")
    lines = members(backup_of(live_wave))["results/log_entry.jsonl"].splitlines()
    assert b"/results/hr" in lines[-2]
    assert b"made a backup" in lines[-1]


def test_no_file_of_a_wave_is_opened_for_it(live_wave: LiveWave) -> None:
    names = {path.name for path in live_wave.settings.home.rglob("*") if path.is_file()}
    with watching() as touched:
        making.packed(live_wave.settings, NOW)
    assert touched.files & names <= {"issuer.db", "results.db"}
    assert not touched.tables & {"code", "response_so_far", "wrong_tries"}
    assert {"wave", "log_entry"} <= touched.tables
    with watching() as touched:
        salts.read(live_wave.settings, "autumn")
    assert touched.files & names == {"autumn.salt"}


def rows(content: bytes, name: str) -> tuple[packing.Row, ...]:
    return packing.unpack(content, "it").tables["issuer" if name == "wave_key" else "results", name]


def test_a_draft_cannot_be_opened_from_a_backup(stages: dict[str, Stage]) -> None:
    assert {row[0] for row in rows(stages["draft"].content, "wave_key")} == {"autumn"}


def test_a_release_that_waits_is_in_no_backup(live_wave: LiveWave, tmp_path: Path) -> None:
    """It may yet be discarded, and was then never audited with what comes in its place."""
    settings = Settings.at(live_wave.settings.home, two_people=True)
    stores = Stores.open(settings)
    submit.submit_many(stores, live_wave.wave, [(code, {}) for code in live_wave.codes])
    close_wave(stores, "autumn", NOW.date())
    digest = unseal(stores, "autumn", live_wave.keys, tmp_path / "out")
    assert set(store.waiting(stores)) == {digest}
    assert rows(backup_of(live_wave), "release") == ()
    with stores.results() as session:
        session.add(PublishedRow(hash=digest))
    assert [row[0] for row in rows(backup_of(live_wave), "release")] == [digest]


def test_nothing_is_backed_up_while_a_wave_is_being_closed(live_wave: LiveWave) -> None:
    with live_wave.stores.issuer() as session:
        waves.move(session, "autumn", "open", "closing")
    with pytest.raises(WaveStateError, match="run `candour wave close autumn` to its end"):
        backup_of(live_wave)


def test_databases_that_are_not_set_up_are_not_backed_up(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="candour migrate"):
        making.packed(Settings.at(tmp_path / "home"), NOW)


def test_the_list_of_the_manual_is_the_programs() -> None:
    page = (Path(__file__).parents[4] / "docs" / "BACKUPS.md").read_text()
    told = {
        line.split("|")[1].strip().strip("`"): line.split("|")[2].strip()
        for line in page.partition("| never in a backup |")[2].partition("\n\n")[0].splitlines()[2:]
    }
    assert {name: why for name, why in told.items() if "." in name and "/" not in name} == dict(
        kept.LEFT_OUT
    )
