"""Fixtures that every folder of tests may use."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import compiled_once
import postgresql
import pytest
from fixtures_hosts import ASKS, ISSUES, Hosts, open_hosts
from fixtures_wave import (
    QUESTIONNAIRES,
    LiveServer,
    LiveWave,
    copied,
    open_live_wave,
    serve,
)
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, settings
from postgresql import Cluster

from survey import config
from survey.app import create_app

# A busy machine is no fault of the code: no unit test asserts how long it takes.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")

compiled_once.install()

# Most tests are not of what takes two people: where none are set, commands need none, and a Release
# is out when it comes in. Those of `survey.agreeing` ask for two.
config.TWO_PEOPLE = False
os.environ["CANDOUR_TWO_PEOPLE"] = "no"

UNTRACED = {"anonymity", "benchmarks", "browser", "journeys"}
SLOW = {"slow", "browser", "postgresql"}
DATABASES = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """What is marked `both_databases` runs with the issuer on SQLite and on PostgreSQL."""
    both = metafunc.definition.get_closest_marker("both_databases")
    for fixture in ("live_wave", "database_url"):
        if both and fixture in metafunc.fixturenames:
            metafunc.parametrize(fixture, DATABASES, indirect=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the files with slow tests first, so that no worker is left with one at the end.

    And trace no lines in slow tests of some rooms: whatever they run through, others do too.
    """
    for item in items:
        room = item.path.relative_to(Path(__file__).parent).parts[0]
        if room in UNTRACED and {"slow", "browser"} & set(item.keywords):
            item.add_marker("no_cover")
    first = {item.path for item in items if SLOW & set(item.keywords)}
    items.sort(key=lambda item: item.path not in first)


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A PostgreSQL of the tests' own, started when the first test asks for it."""
    with postgresql.running() as started:
        yield started


@pytest.fixture
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[str], str]]:
    """Gives the address of an empty database by its name."""
    if getattr(request, "param", "sqlite") == "sqlite":
        yield lambda name: f"sqlite:///{tmp_path / name}.db"
        return
    started: Cluster = request.getfixturevalue("cluster")
    made: dict[str, str] = {}

    def url(name: str) -> str:
        if name not in made:
            made[name] = started.fresh()
        return made[name]

    with postgresql.all_closed():
        yield url
    for one in made.values():
        started.drop(one)


@pytest.fixture(scope="session")
def opened_once(tmp_path_factory: pytest.TempPathFactory) -> LiveWave:
    """An open wave of the small questionnaire, for `live_wave` to copy: opening takes its time."""
    home = tmp_path_factory.mktemp("opened") / "home"
    return open_live_wave(home, QUESTIONNAIRES / "small.yaml")


@pytest.fixture(scope="session")
def opened_on_postgresql(tmp_path_factory: pytest.TempPathFactory, cluster: Cluster) -> LiveWave:
    """The same with both databases on PostgreSQL."""
    home = tmp_path_factory.mktemp("opened") / "home"
    with postgresql.all_closed():
        urls = {name: cluster.fresh() for name in ("issuer_url", "results_url")}
        return open_live_wave(home, QUESTIONNAIRES / "small.yaml", **urls)


@pytest.fixture
def live_wave(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[LiveWave]:
    """An open wave of the small questionnaire, in a folder and databases of the test's own."""
    home = tmp_path / "home"
    if getattr(request, "param", "sqlite") == "sqlite":
        yield copied(request.getfixturevalue("opened_once"), home)
        return
    opened: LiveWave = request.getfixturevalue("opened_on_postgresql")
    started: Cluster = request.getfixturevalue("cluster")
    urls = {
        "issuer_url": started.fresh(postgresql.name_of(opened.settings.issuer_url)),
        "results_url": started.fresh(postgresql.name_of(opened.settings.results_url)),
    }
    with postgresql.all_closed():
        yield copied(opened, home, **urls)
    for url in urls.values():
        started.drop(url)


@pytest.fixture(scope="session")
def commented_once(tmp_path_factory: pytest.TempPathFactory) -> LiveWave:
    """An open wave that asks for two comments, for `commented_wave` to copy."""
    home = tmp_path_factory.mktemp("commented") / "home"
    return open_live_wave(home, QUESTIONNAIRES / "commented.yaml")


@pytest.fixture
def commented_wave(commented_once: LiveWave, tmp_path: Path) -> LiveWave:
    """An open wave that asks for two comments, in a folder of the test's own."""
    return copied(commented_once, tmp_path / "home")


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
    yield from serve(open_live_wave(home, QUESTIONNAIRES / "small.yaml", count=250))


@pytest.fixture(scope="session")
def hosts_once(tmp_path_factory: pytest.TempPathFactory) -> Hosts:
    """A wave that is open on two hosts, for `hosts` to copy."""
    return open_hosts(tmp_path_factory.mktemp("hosts"))


@pytest.fixture
def hosts(hosts_once: Hosts, tmp_path: Path) -> Hosts:
    """A wave that is open on two hosts, in folders of the test's own."""
    return hosts_once.copied(tmp_path, ISSUES, ASKS)
