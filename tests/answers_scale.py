"""What reading and counting files of answers takes: the table of docs/SCALE.md.

`make bench` measures and writes `scale-of-answers.csv`; the table follows from it and nothing else.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path

DOCS = Path(__file__).parents[1] / "docs"
MEASURED, PAGE = DOCS / "scale-of-answers.csv", DOCS / "SCALE.md"
BEGIN, END = "<!-- begin answers, written by make bench -->", "<!-- end answers -->"


@dataclass(frozen=True)
class Cost:
    """What one way took.

    Attributes:
        way: of reading and counting.
        sheets: how many answered.
        processor: seconds, of all processes and threads.
        wall: seconds by the clock.
        memory: MB of the largest process.
    """

    way: str
    sheets: int
    processor: float
    wall: float
    memory: float


def measured() -> list[Cost]:
    """What was measured last."""
    with MEASURED.open(encoding="utf-8") as file:
        return [
            Cost(
                row["way"],
                int(row["sheets"]),
                *(float(row[name]) for name in ("processor", "wall", "memory")),
            )
            for row in csv.DictReader(file)
        ]


def write(costs: Sequence[Cost]) -> None:
    """Keep what was measured, and write the table."""
    with MEASURED.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow([field.name for field in fields(Cost)])
        for one in costs:
            way, sheets, *spent = astuple(one)
            rows.writerow([way, sheets, *(f"{figure:.3f}" for figure in spent)])
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8"), measured()), encoding="utf-8")


def written(page: str, costs: Sequence[Cost]) -> str:
    """The page with its table made anew."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return "\n".join([before + BEGIN, *table(costs), END + after])


def table(costs: Sequence[Cost]) -> Iterator[str]:
    """Rows of Markdown: a way each, and what the largest of its files took."""
    sizes = sorted({one.sheets for one in costs})
    heads = " | ".join(f"{size:,}" for size in sizes)
    yield f"| processor seconds for so many answer sheets | {heads} | wall s | MB | growth |"
    yield "|---" * (len(sizes) + 4) + "|"
    for way in dict.fromkeys(one.way for one in costs):
        mine = {one.sheets: one for one in costs if one.way == way}
        largest = mine[sizes[-1]]
        spent = " | ".join(f"{mine[size].processor:.2f}" for size in sizes)
        last = f"{largest.wall:.1f} | {largest.memory:,.0f} | {growth(costs, way):.2f}"
        yield f"| {way} | {spent} | {last} |"


def growth(costs: Sequence[Cost], way: str) -> float:
    """The power of the answer sheets with which processor time grows, over the two largest."""
    small, large = sorted((one for one in costs if one.way == way), key=lambda one: one.sheets)[-2:]
    return math.log(large.processor / small.processor) / math.log(large.sheets / small.sheets)
