"""The run-time twin of the import contracts: a serving process cannot open answers."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from survey.doors import BEHIND_THE_DOOR, is_behind_the_door

START = "from survey import doors; doors.close(); "


def run(program: str, home: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=False,
        env={"CANDOUR_HOME": str(home), "PATH": ""},
    )


@pytest.mark.parametrize("room", BEHIND_THE_DOOR)
def test_serving_process_cannot_import_what_opens_or_counts(room: str, tmp_path: Path) -> None:
    assert run(f"import {room}", tmp_path).returncode == 0
    refused = run(START + f"import {room}", tmp_path)
    assert refused.returncode != 0
    assert "may not import it" in refused.stderr


@pytest.mark.parametrize(
    "way",
    [
        "import importlib; importlib.import_module('survey.close')",
        "import sys; sys.meta_path[:] = sys.meta_path[-1:]; import survey.close",
        "import runpy; runpy.run_module('survey.close.rewriting')",
        "from survey import doors; doors._closed = False; doors._PLACES; import analysis.tally",
    ],
)
def test_the_door_cannot_be_gone_around_or_taken_off(way: str, tmp_path: Path) -> None:
    refused = run(START + way, tmp_path)
    assert refused.returncode != 0
    assert "may not import it" in refused.stderr


def test_submodules_are_behind_the_door_and_namesakes_are_not() -> None:
    assert is_behind_the_door("survey.close.unsealing")
    assert not is_behind_the_door("survey.closet")


def test_process_that_has_opened_answers_may_not_serve(tmp_path: Path) -> None:
    refused = run("import survey.close; " + START, tmp_path)
    assert refused.returncode != 0
    assert "may not serve pages" in refused.stderr


@pytest.mark.slow
def test_the_served_application_starts_behind_a_closed_door(tmp_path: Path) -> None:
    migrate = "from survey.config import Settings; from survey import database; "
    migrate += "database.migrate(Settings.from_environment())"
    assert run(migrate, tmp_path).returncode == 0
    opened = run("import survey.wsgi; import survey.close", tmp_path)
    assert opened.returncode != 0
    assert "may not import it" in opened.stderr
