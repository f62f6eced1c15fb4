"""Fixtures that every folder of tests may use."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from fixtures_wave import QUESTIONNAIRES, LiveServer, LiveWave, open_live_wave, serve
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, settings

from survey.app import create_app
from survey.config import Settings
from survey.database import Stores

# A busy machine is no fault of the code: no unit test asserts how long it takes.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")


@pytest.fixture(scope="session")
def opened_once(tmp_path_factory: pytest.TempPathFactory) -> LiveWave:
    """An open wave of the small questionnaire, for `live_wave` to copy: opening takes its time."""
    home = tmp_path_factory.mktemp("opened") / "home"
    return open_live_wave(home, QUESTIONNAIRES / "small.yaml")


@pytest.fixture
def live_wave(opened_once: LiveWave, tmp_path: Path) -> LiveWave:
    """An open wave of the small questionnaire, in a folder of the test's own."""
    return _copy(opened_once, tmp_path / "home")


@pytest.fixture(scope="session")
def commented_once(tmp_path_factory: pytest.TempPathFactory) -> LiveWave:
    """An open wave that asks for two comments, for `commented_wave` to copy."""
    home = tmp_path_factory.mktemp("commented") / "home"
    return open_live_wave(home, QUESTIONNAIRES / "commented.yaml")


@pytest.fixture
def commented_wave(commented_once: LiveWave, tmp_path: Path) -> LiveWave:
    """An open wave that asks for two comments, in a folder of the test's own."""
    return _copy(commented_once, tmp_path / "home")


def _copy(live: LiveWave, home: Path) -> LiveWave:
    shutil.copytree(live.settings.home, home)
    settings = Settings.at(home, surfaces=live.settings.surfaces)
    return replace(live, settings=settings, stores=Stores.open(settings))


@pytest.fixture
def app(live_wave: LiveWave) -> Flask:
    """The respondents' surface over `live_wave`."""
    made = create_app(live_wave.settings)
    made.testing = False  # an error is a page, as people would see it
    return made


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser without JavaScript that keeps cookies, if anybody sets one."""
    return app.test_client()


@pytest.fixture(scope="session")
def live_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """The small survey behind a real server, for a browser."""
    home = tmp_path_factory.mktemp("server") / "home"
    yield from serve(open_live_wave(home, QUESTIONNAIRES / "small.yaml"))
