"""A server under load: what it takes, of whom, and whether every receipt is kept.

The server is `candour serve`'s own command line, and the crowd of `tests/respondents.py` a process
beside it; what each takes of the processor is read apart. When the crowd is through, the wave is
closed and opened with the officers' key: each receipt that was given must be in the public list
exactly once and nothing else, and each answer must be what its respondent sent.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

import load_table
import respondents
from fixtures_wave import LiveWave, environment_of, free_port
from load_table import Latency, Load
from respondents import Answered, Crowd, Journey

from survey.close import closing, counted_rows, rewriting
from survey.collect import envelope
from survey.config import SURFACES
from survey.serve import arguments

CLOSED = date(2026, 9, 30)
WORKERS, THREADS = 2, 4
"""As `candour serve` has them."""

WITHOUT_GMPY2 = "import sys\nsys.modules['gmpy2'] = None\n"
"""As a `sitecustomize` it makes a process one on a machine where gmpy2 cannot be had."""

_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Serving:
    """A server that runs.

    Attributes:
        port: at 127.0.0.1.
        process: id of gunicorn's first process; the workers are its children.
    """

    port: int
    process: int

    @property
    def processor(self) -> float:
        """Seconds of processor that it and its workers have used."""
        return sum(_seconds(one) for one in (self.process, *_children(self.process)))

    @property
    def memory(self) -> float:
        """MB that it and its workers have to themselves, with their part of what they share."""
        return sum(_share(one) for one in (self.process, *_children(self.process)))


def _children(process: int) -> list[int]:
    return [
        int(one) for one in Path(f"/proc/{process}/task/{process}/children").read_text().split()
    ]


def _seconds(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def _share(process: int) -> float:
    lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


@contextmanager
def serving(live: LiveWave, folder: Path, gmpy2: bool = True) -> Iterator[Serving]:
    """The wave behind gunicorn, with gmpy2 or without; `folder` is the test's own."""
    port, environment = free_port(), environment_of(live.settings)
    here = Path(__file__).parents[1]
    environment |= {"PYTHONPATH": str(here), "CANDOUR_SURFACES": ",".join(SURFACES)}
    if not gmpy2:
        (folder / "sitecustomize.py").write_text(WITHOUT_GMPY2)
        environment["PYTHONPATH"] = f"{folder}:{here}"
    line = arguments(f"127.0.0.1:{port}", WORKERS, THREADS)
    process = subprocess.Popen(line, env=environment)
    found = Serving(port, process.pid)
    try:
        _warm(live, found)
        yield found
    finally:
        process.terminate()
        process.wait(timeout=30)


def _warm(live: LiveWave, server: Serving) -> None:
    """Wait until each worker has rendered the document, which it does once."""
    for _ in range(300):
        try:
            for _ in range(8 * WORKERS):
                respondents.fetch(server.port, f"/survey/{live.wave.id}")
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("the server did not start in 30 seconds")


def measured(way: str, live: LiveWave, server: Serving, crowd: Crowd) -> tuple[Load, Answered]:
    """Let a crowd answer in a process of its own; what it took, and what it did."""
    before, busy, begun = server.processor, _busy(), time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "respondents"],
        input=json.dumps(asdict(crowd)),
        env={**environment_of(live.settings), "PYTHONPATH": _modules()},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        timeout=900,
    )
    answered = respondents.answered(json.loads(done.stdout))
    used, spent = server.processor - before, _busy() - busy
    there = (os.cpu_count() or 1) * (time.perf_counter() - begun)
    starting = 2  # seconds that the generator takes to begin, by and large
    others = max(0.0, spent - used - answered.processor - starting) / there
    count = len(answered.journeys)
    load = Load(
        *(way, crowd.at_once, count, count / answered.seconds),
        *(1000 * used / count, 1000 * answered.processor / count),
        *(server.memory, answered.memory, min(100, round(100 * others))),
        tuple(_latencies(answered, crowd.kind)),
    )
    return load, answered


def _busy() -> float:
    """Seconds of processor that all processes of this machine have used."""
    user, nice, system, _idle, _waiting, *more = (
        int(one) for one in Path("/proc/stat").read_text().partition("\n")[0].split()[1:9]
    )
    return (user + nice + system + sum(more)) / _TICKS


def _modules() -> str:
    return f"{Path(__file__).parent}:{Path(__file__).parents[1]}"


def _latencies(answered: Answered, kind: str) -> Iterator[Latency]:
    """Of the whole journey first, and of each step."""
    ways = answered.journeys
    yield _latency(load_table.WHOLE, [sum(one.seconds) for one in ways])
    for at, name in enumerate(respondents.STEPS[kind]):
        yield _latency(name, [one.seconds[at] for one in ways])


def _latency(step: str, seconds: Sequence[float]) -> Latency:
    return Latency(step, *(1000 * percentile(seconds, at) for at in (50, 95, 99)))


def percentile(values: Sequence[float], percent: int) -> float:
    """The smallest value that so many of 100 do not exceed."""
    return sorted(values)[-(-len(values) * percent // 100) - 1]


def expect_every_receipt(live: LiveWave, journeys: Sequence[Journey]) -> None:
    """Close the wave and open it: each answer that was acknowledged once, and none more.

    Raises:
        AssertionError: names how many are missing, too many or other than was sent.
    """
    told = closing.close_wave(live.stores, live.wave.id, CLOSED)
    given, listed = Counter(one.receipt for one in journeys), Counter(told.receipts)
    assert max(given.values()) == 1, "two respondents got one receipt"
    assert not given - listed, f"{(given - listed).total()} acknowledged answers are lost"
    assert not listed - given, f"{(listed - given).total()} answers are there that nobody sent"
    assert told.received == told.redeemed == len(told.tokens) == len(journeys)
    kept = {}
    for row in rewriting.sealed_answers(rewriting.path_of(live.settings, live.wave.id)):
        kept[envelope.receipt(row, live.wave.id)] = counted_rows.opened_row(
            row, live.keys, live.wave
        )
    other = [one.receipt for one in journeys if kept[one.receipt] != one.stored]
    assert not other, f"{len(other)} answers are not what was sent"
