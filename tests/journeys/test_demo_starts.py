"""The demo starts in the time that it promises, by the clock: `make test` runs this file alone."""

from __future__ import annotations

import pytest
from fixtures_demo import Demo, start

from survey.config import Settings
from survey.database import Stores
from survey.results import store

pytestmark = pytest.mark.slow

FIRST_START, LATER_START = 60.0, 10.0
"""Seconds by the clock, on two cores."""


def test_first_start_keeps_its_time_and_shows_its_progress(demo: Demo) -> None:
    assert demo.seconds < FIRST_START
    assert demo.printed.count("closing and unsealing") == 3


def test_later_start_keeps_the_demo_and_its_time(demo: Demo) -> None:
    printed, seconds = start(demo.home)
    assert seconds < LATER_START
    assert "unsealing" not in printed
    assert tuple(store.all_releases(Stores.open(Settings.at(demo.home)))) == demo.releases
