"""A site, cheap passwords and a clock that stands still."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from pathlib import Path

import pytest
from fixtures_accounts import stand_at
from fixtures_results import CHEAP, Site, make_site

from survey import clock
from survey.manage import credentials


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return make_site(tmp_path / "home", waves=("spring",))


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords that are chosen are hashed with little work."""
    choose = partial(credentials.choose_password, hasher=CHEAP)
    monkeypatch.setattr(credentials, "choose_password", choose)


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> datetime:
    """A moment at which the clock stands still, in the middle of a step."""
    at = clock.now().replace(second=15, microsecond=0)
    stand_at(monkeypatch, at)
    return at
