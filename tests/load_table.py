"""What a server took under load: the tables of `load.csv` and `load-steps.csv`.

`make bench` measures and writes both files; the table in OPERATIONS.md follows from them and
nothing else.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

DOCS = Path(__file__).parents[1] / "docs"
MEASURED, STEPS, PAGE = DOCS / "load.csv", DOCS / "load-steps.csv", DOCS / "OPERATIONS.md"
BEGIN, END = "<!-- begin load, written by make bench -->", "<!-- end load -->"
WHOLE = "journey"
"""In place of a step: all of them."""

CALM = 10
"""Percent of the processors that others may use before the clock says nothing."""


@dataclass(frozen=True)
class Latency:
    """Milliseconds by the clock, of a step or of the whole journey."""

    step: str
    p50: float
    p95: float
    p99: float


@dataclass(frozen=True)
class Load:
    """What a crowd and the server took.

    Attributes:
        way: of answering, and with what the server signs and keeps codes.
        at_once: respondents at a time.
        answers: complete ones, each with a receipt.
        a_second: of these, by the clock.
        server, generator: processor milliseconds of an answer.
        server_memory, generator_memory: MB of all its processes.
        others: percent of the machine's processors that other programs used meanwhile.
        latencies: of the whole journey first, then of each step.
    """

    way: str
    at_once: int
    answers: int
    a_second: float
    server: float
    generator: float
    server_memory: float
    generator_memory: float
    others: int
    latencies: tuple[Latency, ...]

    @property
    def journey(self) -> Latency:
        """Of the whole journey."""
        return self.latencies[0]

    @property
    def possible(self) -> float:
        """Answers a second that two processors have time for, generator included."""
        return 2000 / (self.server + self.generator)


_COUNTS = ("way", "at_once", "answers", "a_second")
_COSTS = ("server", "generator", "server_memory", "generator_memory", "others")
_TIMES = ("p50", "p95", "p99")


def write(loads: Sequence[Load]) -> None:
    """Keep what was measured."""
    rows = [[getattr(one, name) for name in (*_COUNTS, *_COSTS)] for one in loads]
    _write(MEASURED, (*_COUNTS, *_COSTS), rows)
    steps = [
        [one.way, one.at_once, step.step, *(getattr(step, name) for name in _TIMES)]
        for one in loads
        for step in one.latencies
    ]
    _write(STEPS, ("way", "at_once", "step", *_TIMES), steps)
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8"), measured()), encoding="utf-8")


def _write(path: Path, names: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(names)
        out.writerows([_rounded(value) for value in row] for row in rows)


def _rounded(value: object) -> object:
    return round(value, 1) if isinstance(value, float) else value


def measured() -> list[Load]:
    """What was measured last."""
    with STEPS.open(encoding="utf-8") as file:
        steps = {
            of: tuple(Latency(row["step"], *(float(row[name]) for name in _TIMES)) for row in rows)
            for of, rows in groupby(csv.DictReader(file), _which)
        }
    with MEASURED.open(encoding="utf-8") as file:
        return [
            Load(
                *(row["way"], int(row["at_once"]), int(row["answers"]), float(row["a_second"])),
                *(float(row[name]) for name in _COSTS[:-1]),
                *(int(row["others"]), steps[_which(row)]),
            )
            for row in csv.DictReader(file)
        ]


def _which(row: dict[str, str]) -> tuple[str, str]:
    return row["way"], row["at_once"]


def written(page: str, loads: Sequence[Load]) -> str:
    """The page with the table between its markers."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return "\n".join([f"{before}{BEGIN}", *table(loads), f"{END}{after}"])


def table(loads: Sequence[Load]) -> Iterator[str]:
    """The rows of a table in Markdown, and whether its times by the clock say anything."""
    yield (
        "| way | at once | answers a second | p50 ms | p95 ms | p99 ms "
        "| server CPU ms | generator CPU ms | server MB |"
    )
    yield 9 * "|---" + "|"
    for one in loads:
        whole = one.journey
        yield (
            f"| {one.way} | {one.at_once} | {one.a_second:.1f} | {whole.p50:,.0f} "
            f"| {whole.p95:,.0f} | {whole.p99:,.0f} | {one.server:.1f} | {one.generator:.1f} "
            f"| {one.server_memory:,.0f} |"
        )
    busiest = max(one.others for one in loads)
    yield ""
    yield (
        f"Other programs used up to {busiest} % of the processors meanwhile, so the columns by the "
        "clock (answers a second, p50 to p99) say little; those of the processor hold."
        if busiest > CALM
        else f"Other programs used at most {busiest} % of the processors meanwhile."
    )


def steps(load: Load) -> Iterator[str]:
    """A line for each step, to print."""
    for one in load.latencies:
        yield f"  {one.step}: p50 {one.p50:.0f}, p95 {one.p95:.0f}, p99 {one.p99:.0f} ms"
