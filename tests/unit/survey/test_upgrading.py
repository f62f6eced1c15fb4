"""Waves of before sealed mode: finished ones stay, unfinished ones stop the upgrade."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
from alembic import command
from click.testing import CliRunner
from fixtures_wave import QUESTIONNAIRES

from survey import database
from survey.collect import issuer
from survey.config import Settings
from survey.database import Stores
from survey.demo import commands
from survey.errors import SettingsError, UnfinishedWaves, WaveStateError
from survey.manage import waves
from survey.questionnaire import loader


def released_earlier(home: Path, state: str, cards: int = 60) -> Settings:
    """A home as version 0.1.0 left it, with a wave in some state."""
    settings = Settings.at(home)
    engine = database.engine(settings.issuer_url)
    with engine.begin() as connection:
        config = database.migration_config("issuer")
        config.attributes["connection"] = connection
        command.upgrade(config, "issuer_0001")
    engine.dispose()
    source = loader.load(QUESTIONNAIRES / "small.yaml").source
    with closing(sqlite3.connect(home / "issuer.db")) as opened, opened:
        opened.execute(
            "INSERT INTO wave VALUES ('old', 'Old', ?, ?, '{}', ?, ?, ?, NULL, NULL)",
            (state, source, bytes(32), bytes(32), cards),
        )
        opened.execute("INSERT INTO marker VALUES ('demo')")
    return settings


@pytest.mark.parametrize("state", ["open", "closing", "closed"])
def test_wave_with_sealed_answers_stops_the_upgrade_and_loses_nothing(
    tmp_path: Path, state: str
) -> None:
    settings = released_earlier(tmp_path, state)
    with pytest.raises(UnfinishedWaves, match="Wave old has answers"):
        database.migrate(settings)
    with closing(sqlite3.connect(tmp_path / "issuer.db")) as opened:
        assert opened.execute("SELECT version_num FROM alembic_version").fetchall() == [
            ("issuer_0001",)
        ]
        assert opened.execute("SELECT state FROM wave").fetchall() == [(state,)]


@pytest.mark.parametrize("state", ["released", "destroyed"])
def test_finished_wave_stays(tmp_path: Path, state: str) -> None:
    settings = released_earlier(tmp_path, state)
    database.migrate(settings)
    (wave,) = waves.all_waves(Stores.open(settings))
    assert (wave.id, wave.state, wave.fallback_key, wave.token_key) == ("old", state, b"", b"")


def test_draft_without_an_issuing_key_cannot_be_opened(tmp_path: Path) -> None:
    settings = released_earlier(tmp_path, "draft")
    database.migrate(settings)
    stores = Stores.open(settings)
    with pytest.raises(WaveStateError, match="candour wave new"):
        issuer.import_codes(stores, "old", [bytes(32)])
    with pytest.raises(WaveStateError, match="candour wave new"):
        waves.open_wave(stores, "old", date(2026, 9, 1))


def test_demo_of_an_earlier_version_is_one_sentence(tmp_path: Path) -> None:
    released_earlier(tmp_path, "open")
    with pytest.raises(SettingsError, match="remove that folder"):
        CliRunner().invoke(
            commands.demo, ["--home", str(tmp_path), "--no-serve"], catch_exceptions=False
        )
