"""The demo starts, says how far it is, and is kept: `make test` runs this before all else."""

from __future__ import annotations

import pytest
from fixtures_demo import Demo, start

from survey.config import Settings
from survey.database import Stores
from survey.results import store

pytestmark = pytest.mark.slow


def test_first_start_shows_its_progress(demo: Demo) -> None:
    assert demo.start.printed.count("closing and unsealing") == 3


def test_later_start_keeps_the_demo(demo: Demo) -> None:
    again = start(demo.home)
    assert "unsealing" not in again.printed
    assert again.processor < demo.start.processor / 6
    assert tuple(store.all_releases(Stores.open(Settings.at(demo.home)))) == demo.releases
