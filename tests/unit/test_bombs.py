"""No file that somebody sends fills the memory or keeps a processor busy: limits would tell."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from bombs import BOMBS

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


def test_every_bomb_is_refused_within_little_memory_and_time() -> None:
    code, told = set_off()
    assert code == 0
    assert [name for name, *_ in told] == list(BOMBS)
    assert [one for one in told if str(one[1]).startswith("FAULT")] == []
    assert [one[0] for one in told if one[1] == "read"] == ["page of tags"]
    assert max(int(str(one[3])) for one in told) < MEGABYTES


def test_what_takes_too_much_memory_or_time_or_ends_in_a_fault_is_noticed() -> None:
    code, told = set_off("memory", "another error", "time", seconds=4)
    said = {name: text for name, text, *_ in told}
    assert said == {"memory": "FAULT MemoryError", "another error": "FAULT ZeroDivisionError"}
    assert code in {-signal.SIGXCPU, -signal.SIGKILL}
