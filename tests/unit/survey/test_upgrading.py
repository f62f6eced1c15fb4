"""Waves of before sealed mode: finished ones stay, unfinished ones stop the upgrade."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from alembic import command
from click.testing import CliRunner
from fixtures_wave import QUESTIONNAIRES
from sqlalchemy import text

from survey import database
from survey.collect import issuer
from survey.config import Settings
from survey.database import Stores
from survey.demo import commands
from survey.errors import SettingsError, UnfinishedWaves, WaveStateError
from survey.manage import waves
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
