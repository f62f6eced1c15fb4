"""Time and memory of whole Releases against their groups: table and drawing of `scale.csv`.

`make bench` measures and writes that file; the table in DISCLOSURE.md and `scale.svg` follow from
it and nothing else.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path

DOCS = Path(__file__).parents[1] / "docs"
MEASURED, DRAWN, PAGE = DOCS / "scale.csv", DOCS / "scale.svg", DOCS / "DISCLOSURE.md"
BEGIN, END = "<!-- begin scale, written by make bench -->", "<!-- end scale -->"

_WIDTH, _HEIGHT, _GAP = 360, 260, 70
_LEFT, _RIGHT, _TOP = 64, 28, 44


@dataclass(frozen=True)
class Cost:
    """What one Release took.

    Attributes:
        groups: declared ones.
        people: who answered.
        shown: groups.
        claims: things that its certificates show.
        processor: seconds, of all processes.
        wall: seconds by the clock.
        memory: MB of the largest process.
    """

    groups: int
    people: int
    shown: int
    claims: int
    processor: float
    wall: float
    memory: float


def measured() -> list[Cost]:
    """What was measured last, the smallest first."""
    with MEASURED.open(encoding="utf-8") as file:
        return [
            Cost(
                *(int(row[name]) for name in _names()[:4]),
                *(float(row[name]) for name in _names()[4:]),
            )
            for row in csv.DictReader(file)
        ]


def write(costs: Sequence[Cost]) -> None:
    """Keep what was measured, and draw it."""
    with MEASURED.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(_names())
        out.writerows(
            [*astuple(one)[:4], *(round(value, 1) for value in astuple(one)[4:])] for one in costs
        )
    DRAWN.write_text(drawing(measured()), encoding="utf-8")
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8"), measured()), encoding="utf-8")


def written(page: str, costs: Sequence[Cost]) -> str:
    """The page with the table between its markers."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return "\n".join([f"{before}{BEGIN}", *table(costs), f"{END}{after}"])


def _names() -> list[str]:
    return [one.name for one in fields(Cost)]


def growth(costs: Sequence[Cost], of: Callable[[Cost], float]) -> float:
    """The power of the groups that something grows with, from the first to the last."""
    if len(costs) < 2:
        return math.nan
    first, last = costs[0], costs[-1]
    return math.log(of(last) / of(first)) / math.log(last.groups / first.groups)


def table(costs: Sequence[Cost]) -> Iterator[str]:
    """The rows of a table in Markdown, and the growth in words."""
    yield "| groups | people | shown | things shown by certificates | processor s | wall s | MB |"
    yield 7 * "|---" + "|"
    for one in costs:
        yield (
            f"| {one.groups:,} | {one.people:,} | {one.shown:,} | {one.claims:,} "
            f"| {one.processor:,.0f} | {one.wall:,.0f} | {one.memory:,.0f} |"
        )
    time, memory = (growth(costs, of) for of in (lambda one: one.processor, lambda one: one.memory))
    yield ""
    yield (
        f"From {costs[0].groups:,} to {costs[-1].groups:,} groups processor time grows like the "
        f"groups to the power of {time:.1f}, memory to the power of {memory:.1f}."
    )


def drawing(costs: Sequence[Cost]) -> str:
    """Two panels with logarithmic axes: processor seconds and MB against groups."""
    width = 2 * (_WIDTH + _LEFT) + _GAP + _RIGHT
    height = _TOP + _HEIGHT + 56
    panels = [
        *_panel(costs, "Processor seconds", lambda one: one.processor, 0),
        *_panel(costs, "MB of the largest process", lambda one: one.memory, _WIDTH + _LEFT + _GAP),
    ]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" '
            'font-family="sans-serif" font-size="13" fill="#1d2733">',
            "<title>Time and memory of whole Releases against their groups</title>",
            f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
            *panels,
            "</svg>",
            "",
        ]
    )


def _panel(
    costs: Sequence[Cost], title: str, of: Callable[[Cost], float], start: float
) -> Iterator[str]:
    across = _Scale.around([one.groups for one in costs], start + _LEFT, start + _LEFT + _WIDTH)
    up = _Scale.around([of(one) for one in costs], _TOP + _HEIGHT, _TOP)
    bottom, left = _TOP + _HEIGHT, start + _LEFT
    yield f'<text x="{left:.0f}" y="22" font-weight="bold">{title}</text>'
    for tick in up.ticks:
        y = up.at(tick)
        yield f'<path d="M{left:.0f} {y:.1f}h{_WIDTH}" stroke="#d5dbe1"/>'
        yield f'<text x="{left - 8:.0f}" y="{y + 4:.1f}" text-anchor="end">{tick:,}</text>'
    for tick in across.ticks:
        x = across.at(tick)
        yield f'<path d="M{x:.1f} {bottom}v6" stroke="#1d2733"/>'
        yield f'<text x="{x:.1f}" y="{bottom + 22}" text-anchor="middle">{tick:,}</text>'
    yield f'<text x="{left + _WIDTH / 2:.0f}" y="{bottom + 44}" text-anchor="middle">groups</text>'
    places = [(across.at(one.groups), up.at(of(one))) for one in costs]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    yield f'<polyline points="{line}" fill="none" stroke="#1f5f8b" stroke-width="2"/>'
    for (x, y), one in zip(places, costs, strict=True):
        yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4.5" fill="#1f5f8b"/>'
        said = f"{of(one):,.0f}"
        yield f'<text x="{x + 9:.1f}" y="{y + 15:.1f}">{said}</text>'


@dataclass(frozen=True)
class _Scale:
    """A logarithmic axis.

    Attributes:
        ticks: round numbers, the first and last at its ends.
        start, end: where those are drawn.
    """

    ticks: tuple[int, ...]
    start: float
    end: float

    @classmethod
    def around(cls, values: Sequence[float], start: float, end: float) -> _Scale:
        """An axis that holds some values."""
        round_ones = [step * 10**power for power in range(7) for step in (1, 2, 5)]
        first = max(one for one in round_ones if one <= max(1.0, min(values)))
        last = min(one for one in round_ones if one >= max(values))
        return cls(tuple(one for one in round_ones if first <= one <= last), start, end)

    def at(self, value: float) -> float:
        """Where a value is drawn."""
        first, last = math.log(self.ticks[0]), math.log(self.ticks[-1])
        share = (math.log(max(value, 1e-3)) - first) / max(last - first, 1e-9)
        return self.start + share * (self.end - self.start)
