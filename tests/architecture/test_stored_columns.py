"""Every stored column is on the list that respondents can read, and nothing else is."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
from fixtures_wave import LiveWave, copied, open_live_wave
from sqlalchemy import create_engine, inspect

from survey.close import rewriting
from survey.close.closing import close_wave
from survey.collect import box

ROOT = Path(__file__).parents[2]
Column = tuple[str, str, str]
SUSPICIOUS = re.compile(r"(_at$|time|date|stamp|^id$|ip|agent|name|order|seq|email|user)")


def documented() -> set[Column]:
    """The rows of the table under "What we store"."""
    text = (ROOT / "docs" / "THREAT_MODEL.md").read_text()
    section = text.split("\n## What we store\n")[1].split("\n## ")[0]
    rows = re.findall(r"^\| ([a-z ]+) \| `(\w+)` \| `(\w+)` \| \S", section, re.M)
    return set(rows)


def stored(url: str, store: str) -> set[Column]:
    """Every column of a database, as the database itself says."""
    engine = create_engine(url)
    found = inspect(engine)
    columns = {
        (store, table, str(column["name"]))
        for table in found.get_table_names()
        if table != "alembic_version"
        for column in found.get_columns(table)
    }
    engine.dispose()
    return columns


@pytest.fixture(scope="module")
def closed_once(tmp_path_factory: pytest.TempPathFactory) -> LiveWave:
    """Two waves: one open, one closed, so that every file there ever is lies on disk."""
    home = tmp_path_factory.mktemp("closed") / "home"
    questionnaire = ROOT / "tests" / "questionnaires" / "commented.yaml"
    live = open_live_wave(home, questionnaire, "autumn")
    open_live_wave(home, questionnaire, "winter")
    close_wave(live.stores, "winter", date(2026, 12, 1))
    return live


@pytest.fixture
def closed_wave(closed_once: LiveWave, tmp_path: Path) -> LiveWave:
    return copied(closed_once, tmp_path / "home")


def all_stored(live: LiveWave) -> set[Column]:
    ballot_box = box.path_of(live.settings, "autumn")
    return (
        stored(live.settings.issuer_url, "issuer")
        | stored(live.settings.results_url, "results")
        | stored(f"sqlite:///{ballot_box}", "ballot box")
        | stored(f"sqlite:///{rewriting.path_of(live.settings, 'winter')}", "closed box")
    )


def test_what_is_stored_is_what_is_documented(closed_wave: LiveWave) -> None:
    assert all_stored(closed_wave) == documented()


@pytest.mark.parametrize("store", ["issuer.db", "results.db", "boxes/autumn.box"])
def test_a_column_that_nobody_documented_is_noticed(closed_wave: LiveWave, store: str) -> None:
    table = {"issuer.db": "code", "results.db": "person", "boxes/autumn.box": "slot"}[store]
    with closing(sqlite3.connect(closed_wave.settings.home / store)) as database:
        database.execute(f"ALTER TABLE {table} ADD COLUMN created_at INTEGER")
    found = all_stored(closed_wave) - documented()
    assert {(name, column) for _store, name, column in found} == {(table, "created_at")}


def test_a_documented_column_that_is_gone_is_noticed(closed_wave: LiveWave) -> None:
    with closing(sqlite3.connect(closed_wave.settings.home / "issuer.db")) as database:
        database.execute("DROP TABLE marker")
    assert documented() - all_stored(closed_wave) == {("issuer", "marker", "name")}


def beside_answers(columns: set[Column]) -> set[str]:
    return {column for store, _table, column in columns if store in {"ballot box", "closed box"}}


def test_nothing_beside_an_answer_tells_time_order_or_person(closed_wave: LiveWave) -> None:
    columns = beside_answers(all_stored(closed_wave))
    assert not {column for column in columns if SUSPICIOUS.search(column)}
    assert SUSPICIOUS.search("created_at")


def test_no_row_of_a_code_tells_time_order_or_person(closed_wave: LiveWave) -> None:
    columns = {column for _store, table, column in all_stored(closed_wave) if table == "code"}
    assert columns == {"wave", "hash", "mark", "record"}


def test_no_file_lies_in_the_home_that_the_document_does_not_name(closed_wave: LiveWave) -> None:
    home = closed_wave.settings.home
    names = {str(path.relative_to(home)) for path in home.rglob("*") if path.is_file()}
    assert names == {
        "issuer.db",
        "results.db",
        "secret_key",
        "salts/autumn.issuing",
        "salts/autumn.salt",
        "boxes/autumn.box",
        "boxes/winter.closed",
    }
