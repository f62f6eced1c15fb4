"""Measures linking by time and writes the figures (`make linking`; about ten minutes).

They go to the table that the respondents' page reads and to docs/THREAT_MODEL.md.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from itertools import product
from pathlib import Path

import numpy as np
from clock_attack import Linked, measure
from clock_waves import CHANGES, DESK, Case

from survey.collect.linking_by_time import MEASURED

DOCUMENT = Path(__file__).parents[2] / "docs" / "THREAT_MODEL.md"
BEGIN, END = "<!-- written by make linking -->\n", "<!-- end of what make linking writes -->"

SEED = 20261005
SIZES = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000)
FEW_SIZES = (100, 500, 2_000)
SHOWN_FROM = 10
WAYS = ("at_once", "one_sitting", "within_a_day")
TICKET_WAYS = WAYS[1:]

CASES = {
    "base": Case("as above"),
    "equal": Case("as above, but all take more nearly as long (spread 0.3)", spread=0.3),
    "unequal": Case("as above, but some take far longer than others (spread 0.8)", spread=0.8),
    "long": Case("round the clock for four weeks", days=tuple(range(28))),
    "shifts": Case("two weeks, mostly at the change of three shifts", hours=CHANGES),
    "desk": Case(
        "ten working days of eight hours", days=(0, 1, 2, 3, 4, 7, 8, 9, 10, 11), hours=DESK
    ),
    "week": Case("five working days of eight hours", days=tuple(range(5)), hours=DESK),
}

Cell = tuple[str, int, str]
"""Case, people, way."""


def cells() -> Iterator[Cell]:
    """All that is measured: every size for the base, a few for what drives the figures."""
    yield from product(["base"], SIZES, WAYS)
    yield from product(list(CASES)[1:], FEW_SIZES, TICKET_WAYS)


def waves_of(people: int) -> int:
    """How many waves are simulated: 20,000 people in all, and never fewer than 10 waves."""
    return max(10, 20_000 // people)


def measure_cell(cell: Cell) -> Linked:
    """One cell, from a seed of its own, so that it can be measured again alone."""
    case, people, way = cell
    rng = np.random.default_rng([SEED, list(CASES).index(case), people, WAYS.index(way)])
    return measure(CASES[case], way, people, waves_of(people), rng)


def read(path: Path = MEASURED) -> dict[Cell, Linked]:
    """What was measured last."""
    with path.open(newline="") as lines:
        return {
            (row["case"], int(row["people"]), row["way"]): Linked(
                float(row["share"]), float(row["error"])
            )
            for row in csv.DictReader(lines)
        }


def write(found: Mapping[Cell, Linked], path: Path = MEASURED) -> None:
    """Keep what was measured, a line a cell."""
    lines = ["case,people,way,waves,share,error"]
    for (case, people, way), one in found.items():
        row = f"{case},{people},{way},{waves_of(people)},{one.share:.5f},{one.error:.5f}"
        lines.append(row)
    path.write_text("\n".join(lines) + "\n")


def percent(share: float) -> str:
    """A share as a percentage with two or three digits that matter."""
    hundred = 100 * share
    if hundred >= 10:
        return f"{hundred:.0f} %"
    return f"{hundred:.1f} %" if hundred >= 1 else f"{hundred:.2f} %"


def tables(found: Mapping[Cell, Linked]) -> str:
    """Both tables of docs/THREAT_MODEL.md."""
    lines = [
        "| people who answer | in one go | ticket, one sitting | ticket, within a day "
        "| two phases |",
        "|---:|---:|---:|---:|---:|",
    ]
    for people in SIZES:
        if people >= SHOWN_FROM:
            shares = [found["base", people, way].share for way in WAYS] + [1 / people]
            lines.append(f"| {people:,} | {' | '.join(map(percent, shares))} |")
    sizes = " | ".join(
        f"{words}, {people:,}" for words in ("one sitting", "within a day") for people in FEW_SIZES
    )
    lines += ["", "What drives them:", "", f"| assumed | {sizes} |", "|---|" + "---:|" * 6]
    for name, case in CASES.items():
        shares = [found[name, people, way].share for way in TICKET_WAYS for people in FEW_SIZES]
        lines.append(f"| {case.words} | {' | '.join(map(percent, shares))} |")
    return "\n".join(lines) + "\n"


def document_with(text: str, found: Mapping[Cell, Linked]) -> str:
    """The document with the tables between their marks."""
    marked = re.compile(f"(?<={re.escape(BEGIN)}).*?(?={re.escape(END)})", re.S)
    return marked.sub(lambda _: "\n" + tables(found) + "\n", text, count=1)


def main() -> None:
    """Measure every cell and write both files."""
    found = {}
    for cell in cells():
        one = found[cell] = measure_cell(cell)
        print(*cell, f"{one.share:.5f} ± {one.error:.5f}", flush=True)
    write(found)
    DOCUMENT.write_text(document_with(DOCUMENT.read_text(), read()))


if __name__ == "__main__":
    main()
