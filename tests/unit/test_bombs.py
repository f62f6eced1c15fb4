"""No file that somebody sends fills the memory or keeps a processor busy: limits would tell."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from bombs import BOMBS, COSTLY

TESTS = Path(__file__).parents[1]
pytestmark = pytest.mark.slow
SECONDS = 60
"""Of a processor, for all bombs together; the program's imports take some of them."""

MEGABYTES = 700
"""That the process holds at most, what makes the bombs included."""


def set_off(*names: str, seconds: int = SECONDS) -> tuple[int, list[list[object]]]:
    """The program's exit code, and a line for each bomb that went off."""
    ran = subprocess.run(
        [sys.executable, "-W", "ignore", str(TESTS / "bombs.py"), str(seconds), *names],
        env={**os.environ, "PYTHONPATH": f"{TESTS.parent}:{TESTS}", "OPENBLAS_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    return ran.returncode, [json.loads(line) for line in ran.stdout.splitlines()]


def refused(names: list[str]) -> None:
    """All of these, in a sentence."""
    code, told = set_off(*names)
    assert code == 0
    assert [name for name, *_ in told] == names
    assert [one for one in told if str(one[1]).startswith("FAULT")] == []
    assert {str(one[0]) for one in told if one[1] == "read"} <= {"page of tags"}
    assert max(int(str(one[3])) for one in told) < MEGABYTES


def test_every_bomb_is_refused_within_little_memory_and_time() -> None:
    refused([name for name in BOMBS if name not in COSTLY])


@pytest.mark.long
def test_every_costly_bomb_is_refused_within_little_memory_and_time() -> None:
    """`pytest -m long tests/unit/test_bombs.py`."""
    refused([name for name in BOMBS if name in COSTLY])


def test_what_takes_too_much_memory_or_ends_in_a_fault_is_noticed() -> None:
    _, told = set_off("another error", "memory")
    said = {name: text for name, text, *_ in told}
    assert said == {"memory": "FAULT MemoryError", "another error": "FAULT ZeroDivisionError"}


@pytest.mark.long
def test_what_takes_too_much_time_is_noticed() -> None:
    code, told = set_off("time", seconds=4)
    assert (code in {-signal.SIGXCPU, -signal.SIGKILL}, told) == (True, [])
