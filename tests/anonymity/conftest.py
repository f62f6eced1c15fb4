"""What the games are played on: a wave that is opened once for each kind of database."""

from __future__ import annotations

import pytest
from fixtures_interrupted import Stages, make_stages
from game import world
from game.world import Ground
from postgresql import Cluster


@pytest.fixture(scope="session")
def on_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    """A wave whose issuer is on SQLite."""
    return world.prepare(tmp_path_factory.mktemp("on_sqlite"))


@pytest.fixture(scope="session")
def on_postgresql(tmp_path_factory: pytest.TempPathFactory, cluster: Cluster) -> Ground:
    """A wave whose issuer is on PostgreSQL."""
    return world.prepare(tmp_path_factory.mktemp("on_postgresql"), cluster)


@pytest.fixture(params=world.KINDS)
def ground(request: pytest.FixtureRequest) -> Ground:
    """A wave on each kind of database in turn."""
    made: Ground = request.getfixturevalue(f"on_{request.param.lower()}")
    return made


@pytest.fixture(scope="session")
def stages(tmp_path_factory: pytest.TempPathFactory) -> Stages:
    """A wave at every stage of its life, to copy; beside the open one the last card's code."""
    made = make_stages(tmp_path_factory.mktemp("stages"))
    (made.at("open") / "last-card").write_text(made.cards[-1])
    return made
