"""How often the area-of-concern rule errs and what it finds, written into docs/METHODS.md.

`make simulate` takes about half an hour. Two or three waves are drawn at a time, each with the sums
of those before it in hand.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from datetime import date
from functools import lru_cache

import numpy as np
import simulated_section
import simulated_setting as simple
from simulated_demo import PROMISES, promises
from simulated_waves import THEME, THREE, Gap, World

from analysis.statistics.concerns import PAST, Flag

BEGIN = "<!-- begin simulation, written by make simulate -->\n"
END = "<!-- end simulation -->"

FIRST_SEED, FIRST_PLANTED, FIRST_THIRD = 1000, 3000, 5000
NOTHING = (32, 20)
PLANTED = (24, 12)
THIRD = (6, 4)
"""Forces, and draws of two or three waves in each."""
THIRD_SEEDS = range(FIRST_THIRD, FIRST_THIRD + THIRD[0])
SIMPLE_RUNS = 1500

PROBATIONERS = (("ethnicity", "minority"), ("probationer", "yes"))
GAPS = {
    "a department": Gap((("command", "brackenhill-response"),), 59, 17),
    "a single ethnic group": Gap((("ethnicity", "black"),), 59, 17),
    "a named intersection": Gap(PROBATIONERS, 59, 17),
    "a named intersection, fewer": Gap(PROBATIONERS, 40, 17),
}
FOLLOWED = ("a department", "a named intersection")
LATER = {-5: "closed, and 5 points better", 0: "closed", 8: "half closed", 17: "as before"}
"""Points lower in a third wave."""
ENDS = ("cleared", "watched", "raised", "hidden")
DEMOS = 30
"""Forces of the demo, from seed 0 on."""

Counts = Counter[str]
"""Draws; findings or draws in which something was found, by what they are; forces with a planted
gap, and those of them that show its group once (in the first wave) or twice."""

DAY = date(2026, 1, 1)
SURE = frozenset({"confirmed", "serious"})


@lru_cache(maxsize=4)
def _world(seed: int, gap: Gap | None = None) -> World:
    """A force of two waves; disclosure control looks at it once for all who draw from it."""
    return World(seed, gap)


def errors(seed: int, draws: int) -> Counts:
    """What is raised in one force where nothing is true."""
    world = _world(seed)
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
    world = _world(seed, gap)
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


def afterwards(gap: Gap, seed: int, draws: int, lower: Iterable[int] = LATER) -> dict[int, Counts]:
    """What becomes in a third wave of a gap that two waves confirmed, by how far it has closed."""
    world = World(seed, gap, THREE)
    key = (gap.group, THEME)
    found = {}
    for later in lower:
        counts = Counter(draws=draws)
        for draw in range(draws):
            _, second, third = world.flags(draw, later)
            if key in second and second[key].state in SURE and second[key].kind == "concern":
                state = third[key].state if key in third else "hidden"
                counts["confirmed"] += 1
                counts["raised" if state not in (*PAST, "hidden") else state] += 1
        found[later] = counts
    return found


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
    third = {
        name: [pool.submit(afterwards, GAPS[name], seed, THIRD[1]) for seed in THIRD_SEEDS]
        for name in FOLLOWED
    }
    demos = [pool.submit(promises, seed) for seed in range(DEMOS)]
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
    yield ""
    yield from third_lines(third)
    yield ""
    yield from demo_lines(demos)


def third_lines(parts: Mapping[str, Sequence[Future[dict[int, Counts]]]]) -> Iterator[str]:
    """What is said in a third wave of what two waves confirmed."""
    yield (
        "The same gap in two waves, and what is said of it in a third where two had confirmed it; "
        f"seeds {FIRST_THIRD} to {FIRST_THIRD + THIRD[0] - 1}, {THIRD[1]} draws each:"
    )
    yield ""
    yield (
        "| in the third wave | group | answers | gap before | draws | confirmed by two "
        "| of these cleared | watched | raised again | not shown |"
    )
    yield "|---|---|---|---|---|---|---|---|---|---|"
    for name, drawn in parts.items():
        gap = GAPS[name]
        for later, told in LATER.items():
            found = added(one.result()[later] for one in drawn)
            ends = [_share(found[end], found["confirmed"]) for end in ENDS]
            cells = (told, name, gap.people, f"{gap.points} points", found["draws"])
            yield f"| {' | '.join(map(str, (*cells, found['confirmed'], *ends)))} |"


def demo_lines(parts: Sequence[Future[Counts]]) -> Iterator[str]:
    """How many forces keep what docs/DEMO.md promises of its three waves."""
    found = added(one.result() for one in parts)
    yield f"The demo's three waves, planted as docs/DEMO.md says, in {DEMOS} forces (seeds 0 on):"
    yield ""
    yield "| promise | forces that keep it |"
    yield "|---|---|"
    for promise in PROMISES:
        yield f"| {promise} | {found[promise]} of {found['forces']} |"
    yield f"| all of these | {found['all']} of {found['forces']} |"
    yield ""
    yield f"Of findings that are not planted they raise {found['chance'] / 3 / DEMOS:.2f} a wave."


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
        simulated_section.write(BEGIN, END, lines(pool))


if __name__ == "__main__":
    main()
