"""Closed waves for the tests that look at one: carried, and with comments."""

from __future__ import annotations

from pathlib import Path

import pytest
from fixtures_carried import close_autumn
from fixtures_comments import CLOSED, write_all
from fixtures_wave import LiveWave, as_left, copied

from survey.close.carrying import carry
from survey.close.closing import close_wave


@pytest.fixture(scope="session")
def closed_once(opened_once: LiveWave, tmp_path_factory: pytest.TempPathFactory) -> LiveWave:
    """The autumn, closed after a Release of the spring, for `closed_wave` to copy."""
    folder = tmp_path_factory.mktemp("closed")
    return close_autumn(copied(opened_once, folder / "home"), folder / "spring")


@pytest.fixture
def closed_wave(closed_once: LiveWave, tmp_path: Path) -> LiveWave:
    return copied(closed_once, tmp_path / "home")


@pytest.fixture
def carried(closed_wave: LiveWave, tmp_path: Path) -> Path:
    carry(closed_wave.stores, "autumn", tmp_path / "autumn.wave")
    return tmp_path / "autumn.wave"


@pytest.fixture(scope="session")
def comments_once(commented_once: LiveWave, tmp_path_factory: pytest.TempPathFactory) -> LiveWave:
    """A closed wave with comments, for `closed` to copy."""
    live = copied(commented_once, tmp_path_factory.mktemp("comments") / "home")
    write_all(live)
    close_wave(live.stores, "autumn", CLOSED)
    return live


@pytest.fixture
def closed(comments_once: LiveWave, commented_wave: LiveWave) -> LiveWave:
    """A closed wave with comments."""
    return as_left(comments_once, commented_wave)
