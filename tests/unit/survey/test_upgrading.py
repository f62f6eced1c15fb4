"""Waves of earlier versions: finished ones stay, unfinished ones stop the upgrade."""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
from alembic import command
from click.testing import CliRunner
from fixtures_wave import QUESTIONNAIRES
from sqlalchemy import select, text

from survey import database
from survey.close import keys as officers_keys
from survey.collect import code_list, issuer
from survey.config import Settings
from survey.database import Stores
from survey.demo import commands
from survey.errors import SettingsError, UnfinishedWaves, WaveStateError
from survey.manage import waves
from survey.manage.tables import CodeListRow, CodeRow
from survey.questionnaire import loader

Left = Callable[..., Settings]


@pytest.fixture
def released_earlier(database_url: Callable[[str], str], tmp_path: Path) -> Left:
    """Gives a home as version 0.1.0 left it, with a wave in some state."""
    urls = {f"{store}_url": database_url(store) for store in ("issuer", "results")}
    return lambda state: left_by_the_earlier_version(Settings.at(tmp_path, **urls), state)


def left_by_the_earlier_version(settings: Settings, state: str, cards: int = 60) -> Settings:
    engine = database.engine(settings.issuer_url)
    with engine.begin() as connection:
        config = database.migration_config("issuer")
        config.attributes["connection"] = connection
        command.upgrade(config, "issuer_0001")
        source = loader.load(QUESTIONNAIRES / "small.yaml").source
        connection.execute(
            text("INSERT INTO wave VALUES ('old', 'Old', :s, :q, '{}', :k, :k, :c, NULL, NULL)"),
            {"s": state, "q": source, "k": bytes(32), "c": cards},
        )
        connection.execute(text("INSERT INTO marker VALUES ('demo')"))
    engine.dispose()
    return settings


def rows(settings: Settings, query: str) -> list[tuple[object, ...]]:
    engine = database.engine(settings.issuer_url)
    with engine.connect() as connection:
        found = [tuple(row) for row in connection.execute(text(query))]
    engine.dispose()
    return found


@pytest.mark.both_databases
@pytest.mark.parametrize("state", ["open", "closing", "closed"])
def test_wave_with_sealed_answers_stops_the_upgrade_and_loses_nothing(
    released_earlier: Left, state: str
) -> None:
    settings = released_earlier(state)
    with pytest.raises(UnfinishedWaves, match="Wave old has answers"):
        database.migrate(settings)
    assert rows(settings, "SELECT version_num FROM alembic_version") == [("issuer_0001",)]
    assert rows(settings, "SELECT state FROM wave") == [(state,)]


@pytest.mark.both_databases
@pytest.mark.parametrize("state", ["released", "destroyed"])
def test_finished_wave_stays(released_earlier: Left, state: str) -> None:
    settings = released_earlier(state)
    database.migrate(settings)
    (wave,) = waves.all_waves(Stores.open(settings))
    assert (wave.id, wave.state, wave.fallback_key, wave.token_key) == ("old", state, b"", b"")


@pytest.mark.both_databases
def test_draft_without_an_issuing_key_cannot_be_opened(released_earlier: Left) -> None:
    settings = released_earlier("draft")
    database.migrate(settings)
    stores = Stores.open(settings)
    with pytest.raises(WaveStateError, match="candour wave new"):
        issuer.import_codes(stores, "old", [bytes(32)])
    with pytest.raises(WaveStateError, match="candour wave new"):
        waves.open_wave(stores, "old", date(2026, 9, 1))


def test_demo_of_an_earlier_version_is_one_sentence(tmp_path: Path) -> None:
    left_by_the_earlier_version(Settings.at(tmp_path), "open")
    with pytest.raises(SettingsError, match="remove that folder"):
        CliRunner().invoke(
            commands.demo, ["--home", str(tmp_path), "--no-serve"], catch_exceptions=False
        )


# Waves of before redemptions were kept for an auditor


def without_records(home: Path, state: str) -> tuple[Settings, list[bytes]]:
    """A home whose issuer kept no records, a wave in some state, and the halves of its codes."""
    settings = Settings.at(home)
    database.migrate(settings)
    stores = Stores.open(settings)
    keys = officers_keys.new().public
    waves.create(stores, "old", "Old", loader.load(QUESTIONNAIRES / "small.yaml"), keys)
    halves = [secrets.token_bytes(32) for _ in range(60)]
    issuer.import_codes(stores, "old", halves)
    with stores.issuer() as session:
        rows = [(row.hash, row.mark) for row in session.scalars(select(CodeRow))]
        cards = waves.find(session, "old").cards
        listed = session.get_one(CodeListRow, "old").hashes
    _to(settings, command.downgrade, "issuer_0003")
    with closing(sqlite3.connect(home / "issuer.db")) as opened, opened:
        opened.executemany("INSERT INTO code VALUES ('old', ?, ?)", rows)
        opened.execute("UPDATE wave SET state = ?, cards = ?", (state, cards))
        opened.execute("INSERT OR REPLACE INTO code_list VALUES ('old', ?)", (listed,))
    return settings, halves


def _to(settings: Settings, step: Callable[..., None], revision: str) -> None:
    engine = database.engine(settings.issuer_url)
    with engine.begin() as connection:
        config = database.migration_config("issuer")
        config.attributes["connection"] = connection
        step(config, revision)
    engine.dispose()


@pytest.mark.parametrize("state", ["open", "closing", "closed"])
def test_wave_without_records_for_the_auditor_stops_the_upgrade(tmp_path: Path, state: str) -> None:
    settings, _ = without_records(tmp_path, state)
    with pytest.raises(UnfinishedWaves, match="Wave old has codes"):
        database.migrate(settings)
    with closing(sqlite3.connect(tmp_path / "issuer.db")) as opened:
        assert opened.execute("SELECT count(*) FROM code").fetchone() == (60,)
        assert opened.execute("SELECT state, cards FROM wave").fetchall() == [(state, 60)]


def test_draft_imports_its_codes_again_and_opens(tmp_path: Path) -> None:
    settings, halves = without_records(tmp_path, "draft")
    database.migrate(settings)
    stores = Stores.open(settings)
    with pytest.raises(WaveStateError, match="has 0 cards"):
        waves.open_wave(stores, "old", date(2026, 9, 1))
    assert issuer.import_codes(stores, "old", halves) == 60
    assert waves.open_wave(stores, "old", date(2026, 9, 1)).cards == 60


def test_rows_of_a_released_wave_go_and_its_list_of_codes_stays(tmp_path: Path) -> None:
    settings, halves = without_records(tmp_path, "released")
    database.migrate(settings)
    stores = Stores.open(settings)
    (wave,) = waves.all_waves(stores)
    assert (wave.state, wave.cards) == ("released", 60)
    assert code_list.published(stores, wave) == code_list.of(halves)
    with stores.issuer() as session:
        assert not session.scalars(select(CodeRow)).all()
