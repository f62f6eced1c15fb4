"""What the games are played on: a wave that is opened once for each kind of database."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from game import databases, world
from game.databases import Cluster
from game.world import Ground


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Cluster]:
    """A PostgreSQL of this session's own."""
    with databases.cluster() as cluster:
        yield cluster


@pytest.fixture(scope="session")
def on_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    """A wave whose issuer is on SQLite."""
    return world.prepare(tmp_path_factory.mktemp("on_sqlite"))


@pytest.fixture(scope="session")
def on_postgresql(tmp_path_factory: pytest.TempPathFactory, postgresql: Cluster) -> Ground:
    """A wave whose issuer is on PostgreSQL."""
    return world.prepare(tmp_path_factory.mktemp("on_postgresql"), postgresql)


@pytest.fixture(params=databases.KINDS)
def ground(request: pytest.FixtureRequest) -> Ground:
    """A wave on each kind of database in turn."""
    made: Ground = request.getfixturevalue(f"on_{request.param.lower()}")
    return made
