"""How often the area-of-concern rule errs and what it finds, written into docs/METHODS.md.

`make simulate` takes about a quarter of an hour. Two waves are drawn at a time: the second one is
published with the sums of the first in hand.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from pathlib import Path

import numpy as np
import simulated_setting as simple
from simulated_waves import THEME, Gap, World

from analysis.statistics.concerns import Flag

PAGE = Path(__file__).parents[1] / "docs" / "METHODS.md"
BEGIN = "<!-- begin simulation, written by make simulate -->\n"
END = "<!-- end simulation -->"

FIRST_SEED, FIRST_PLANTED = 1000, 3000
NOTHING = (16, 20)
PLANTED = (16, 12)
"""Forces, and draws of two waves in each."""
SIMPLE_RUNS = 300

PROBATIONERS = (("ethnicity", "minority"), ("probationer", "yes"))
GAPS = {
    "a department": Gap((("command", "brackenhill-response"),), 59, 17),
    "a single ethnic group": Gap((("ethnicity", "black"),), 59, 17),
    "a named intersection": Gap(PROBATIONERS, 59, 17),
    "a named intersection, fewer": Gap(PROBATIONERS, 40, 17),
}


Counts = Counter[str]
"""Draws; findings or draws in which something was found, by what they are; forces with a planted
gap, and those of them that show its group once (in the first wave) or twice."""

DAY = date(2026, 1, 1)
SURE = frozenset({"confirmed", "serious"})


def errors(seed: int, draws: int) -> Counts:
    """What is raised in one force where nothing is true."""
    world = World(seed)
    found = [world.flags(draw) for draw in range(draws)]
    return _erred([(list(first.values()), list(second.values())) for first, second in found])


def simple_errors(seed: int, draws: int) -> Counts:
    """As `errors`, at the simple setting."""
    rng = np.random.default_rng(seed)
    found = [simple.findings(rng) for _ in range(draws)]
    return _erred([(first.flags, second.flags) for first, second in found])


def _erred(found: Sequence[tuple[Sequence[Flag], Sequence[Flag]]]) -> Counts:
    return Counter(
        draws=len(found),
        first=sum(len(first) for first, _ in found),
        second=sum(len(second) for _, second in found),
        confirmed=sum(flag.state in SURE for _, second in found for flag in second),
        any_first=sum(bool(first) for first, _ in found),
        any_second=sum(bool(second) for _, second in found),
    )


def power(gap: Gap, seed: int, draws: int) -> Counts:
    """How often one gap is found in one force: first alone, then with both waves."""
    world = World(seed, gap)
    key = (gap.group, THEME)
    found = [world.flags(draw) for draw in range(draws)]
    first_shows, second_shows = world.shows(gap.group)
    return Counter(
        draws=draws,
        forces=1,
        once=first_shows,
        twice=first_shows and second_shows,
        emerging=sum(key in first and first[key].kind == "concern" for first, _ in found),
        confirmed=sum(key in second and second[key].state in SURE for _, second in found),
    )


def simple_power(seed: int, draws: int) -> Counts:
    """As `power`, at the simple setting: its smallest group."""
    rng = np.random.default_rng(seed)
    found = [simple.findings(rng, 17) for _ in range(draws)]
    return Counter(
        draws=draws,
        emerging=sum("emerging" in simple.states(first) for first, _ in found),
        confirmed=sum(not SURE.isdisjoint(simple.states(second)) for _, second in found),
    )


def added(parts: Iterable[Counts]) -> Counts:
    """All parts together."""
    return sum(parts, Counter())


def lines(pool: ProcessPoolExecutor) -> Iterator[str]:
    """The section's text; each part is drawn by itself, so it can be drawn again alone."""
    forces, draws = NOTHING
    nothing = [pool.submit(errors, FIRST_SEED + at, draws) for at in range(forces)]
    planted = {
        name: [pool.submit(power, gap, FIRST_PLANTED + at, PLANTED[1]) for at in range(PLANTED[0])]
        for name, gap in GAPS.items()
    }
    simply = pool.submit(simple_errors, 1, SIMPLE_RUNS)
    smallest = pool.submit(simple_power, 2, SIMPLE_RUNS)
    yield f"Nothing planted; seeds {FIRST_SEED} to {FIRST_SEED + forces - 1}, {draws} draws each:"
    yield ""
    yield "| setting | draws | findings in a first wave | in a second | of these confirmed | any |"
    yield "|---|---|---|---|---|---|"
    yield _errors("the demo's force", added([one.result() for one in nothing]))
    yield _errors("the simple setting", simply.result())
    yield ""
    yield (
        "One gap planted alone, on one theme, in both waves; "
        f"seeds {FIRST_PLANTED} to {FIRST_PLANTED + PLANTED[0] - 1}, {PLANTED[1]} draws each:"
    )
    yield ""
    yield (
        "| group | answers | gap | draws | emerging in one wave | confirmed by two "
        "| forces that show it: first wave, both | emerging where shown | confirmed where shown |"
    )
    yield "|---|---|---|---|---|---|---|---|---|"
    for name in GAPS:
        yield planted_row(name, added([one.result() for one in planted[name]]))
    yield _found("simple setting: one of the 8 groups", simple.FEW, 17, smallest.result())


def planted_row(name: str, found: Counts) -> str:
    """What the page says of one of `GAPS`."""
    gap = GAPS[name]
    return _found(name.partition(",")[0], gap.people, gap.points, found)


def _errors(setting: str, found: Counts) -> str:
    draws = found["draws"]
    each = " | ".join(f"{found[name] / draws:.3f}" for name in ("first", "second", "confirmed"))
    some = ", ".join(f"{found[name] / draws:.1%}" for name in ("any_first", "any_second"))
    return f"| {setting} | {draws} | {each} | {some} |"


def _found(group: str, people: int, points: int, found: Counts) -> str:
    parts = [_share(found[name], found["draws"]) for name in ("emerging", "confirmed")]
    if found["forces"]:
        # All forces have as many draws.
        of_force = found["draws"] // found["forces"]
        parts.append(f"{found['once']}, {found['twice']} of {found['forces']}")
        parts.append(_share(found["emerging"], found["once"] * of_force))
        parts.append(_share(found["confirmed"], found["twice"] * of_force))
    else:
        parts += ["nothing is hidden", *parts]
    cells = (group, people, f"{points} points", found["draws"], *parts)
    return f"| {' | '.join(map(str, cells))} |"


def _share(part: int, of: int) -> str:
    return f"{part / of:.1%}" if of else "never shown"


def main() -> None:
    """Write the section anew."""
    with ProcessPoolExecutor(max_workers=os.cpu_count()) as pool:
        text = "\n".join(lines(pool)) + "\n"
    page = PAGE.read_text()
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    PAGE.write_text(before + BEGIN + "\n" + text + "\n" + END + after)
    print(text)


if __name__ == "__main__":
    main()
