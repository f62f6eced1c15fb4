"""How far a named group's ladder climbs, and what is found at the rung that is shown.

As in `simulated_waves`: the demo's force without its balancing, two waves, disclosure control once
for each wave and force. The group has exactly so many answers in both waves. What is published is
looked at: rungs, states, and the rounded comparisons with those who share all but one trait.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from os import cpu_count

import simulated_section
from simulated_waves import THEME, Flags, Gap, World, asked

from analysis.ladders import Ladder, Rung
from analysis.moments import moments
from analysis.publish.estimates import _estimate_row
from analysis.publish.pairs import sides
from analysis.publish.reliability import reliability_rows
from analysis.publish.shown import Shown
from analysis.release.limits import with_limits
from analysis.release.model import BreakdownFacts, Manifest, Release
from analysis.release.rows import ComparisonRow, GroupRow, MeasureRow, ReliabilityRow
from analysis.release.sides import side_row

BEGIN = "<!-- begin ladders, written by make simulate -->\n"
END = "<!-- end ladders -->"

PROBATIONERS = (("ethnicity", "minority"), ("probationer", "yes"))
SIZES = (8, 10, 12, 15, 20, 30, 40, 60, 80)
POINTS = 17
FIRST_SEED, FORCES, DRAWS = 5000, 6, 8
SURE = frozenset({"confirmed", "serious"})

_Told = tuple[ReliabilityRow, ...]
Counts = Counter[str]
"""Forces, boards (of each force one for every family of commands), draws with the gap and draws
without; rungs of the group asked for and of boards, by kind; what was found at them."""


def climbed(people: int, seed: int, draws: int = DRAWS) -> Counts:
    """One force in which so many minority-background probationers answer."""
    gap = Gap(PROBATIONERS, people, POINTS)
    world = World(seed, gap)
    (first, second), found = world.shown(0), Counter(forces=1, draws=draws)
    named = [one for one in first.plan.ladders if one.named]
    own = next(one for one in named if one.asked == gap.group)
    boards, told = [one for one in named if one is not own], _reliability(world)
    found[_kind(own, first)] += 1
    found["hidden"] += people >= first.policy.k and not first.shows(gap.group, THEME)
    found["boards"] += len(boards)
    found.update(f"board {_kind(one, first)}" for one in boards)
    for draw in range(draws):
        once, twice = world.flags(draw)
        found["emerging"] += _found(own, first, once)
        found["confirmed"] += _found(own, second, twice, sure=True)
        found["board emerging"] += sum(_found(one, first, once) for one in boards)
        found["board confirmed"] += sum(_found(one, second, twice, sure=True) for one in boards)
        rows = _sides(world.shown(draw)[0], gap.group, told)
        found["clear"] += len(rows) == 2 and all(row.upper < 0 for row in rows)
        found.update(_errors(world.without_gap(), draw, named, told))
    return found


def _kind(ladder: Ladder, shown: Shown) -> str:
    return _rung(ladder, shown).kind


def _rung(ladder: Ladder, shown: Shown) -> Rung:
    return ladder.reached(shown.protection.shown)[1]


def _found(ladder: Ladder, shown: Shown, flags: Flags, *, sure: bool = False) -> bool:
    """Whether the rung that is shown has the gap as a concern; traits by themselves never have."""
    rung = _rung(ladder, shown)
    flag = flags.get((rung.groups[0], THEME)) if len(rung.groups) == 1 else None
    return flag is not None and flag.kind == "concern" and (not sure or flag.state in SURE)


def _errors(world: World, draw: int, named: list[Ladder], told: _Told) -> Counts:
    """What is raised of the named groups and their rungs where nothing is true."""
    groups = {group for ladder in named for rung in ladder.rungs[:-1] for group in rung.groups}
    first, second = world.flags(draw)
    rows = _sides(world.shown(draw)[0], named[0].asked, told)
    return Counter(
        sides=len(rows),
        unclear=sum(row.lower <= 0 <= row.upper for row in rows),
        false=sum(key[0] in groups for key in first),
        twice=sum(key[0] in groups for key in second),
    )


def _reliability(world: World) -> _Told:
    """How `THEME` goes together in the whole force, by the first draw: others hardly differ."""
    _, book = asked()
    data = next(iter(world.microdata(0)))
    found = reliability_rows(book, moments(book, data), data.n)
    return tuple(one for one in found if one.measure == THEME)


class _Row(ComparisonRow):
    """A row that is shown."""

    gap: int
    lower: int
    upper: int


def _sides(shown: Shown, group: str, told: _Told) -> list[_Row]:
    """What is published of a group against those who share all but one trait, on `THEME`.

    Empty where that is nothing; no crossing has a headcount here.
    """
    pairs = [pair for pair in sides(shown.plan) if pair[0] == group]
    names = [one.id for one in shown.plan.groups]
    wanted = [(names.index(one), one) for one in dict.fromkeys((group, *(two for _, two in pairs)))]
    estimates = tuple(_estimate_row(shown, row, shown.plan.groups[row], THEME) for row, _ in wanted)
    groups = tuple(GroupRow(one, "", "", None, (), None, None, None, "shown") for _, one in wanted)
    manifest = Manifest(
        *[""] * 7,
        policy=shown.policy.as_dict(),
        methods={},
        breakdowns=tuple(BreakdownFacts.of(one) for one in shown.plan.breakdowns),
        tables=(),
        intersections=(),
        invited=None,
        answered=0,
        shown=0,
        not_shown=0,
        comparisons=0,
    )
    measures = (MeasureRow(THEME, "theme", "", None, False, "", ()),)
    release = with_limits(
        Release(manifest, measures, groups, estimates, *((),) * 4, reliability=told)
    )
    rows = [side_row(release, *pair, THEME) for pair in pairs]
    return [row for row in rows if row.gap is not None]


def lines(pool: ProcessPoolExecutor) -> Iterator[str]:
    """Both tables; each force is drawn by itself."""
    parts = {
        people: [pool.submit(climbed, people, FIRST_SEED + at) for at in range(FORCES)]
        for people in SIZES
    }
    counts = {people: _added(one.result() for one in of) for people, of in parts.items()}
    last = FIRST_SEED + FORCES - 1
    yield f"Seeds {FIRST_SEED} to {last}, {DRAWS} draws of two waves each, {POINTS} points lower:"
    yield ""
    yield (
        "| answers | HR sees the group | each trait | nothing | boards see their family "
        "| the force | each trait | nothing | emerging for HR | confirmed for HR "
        "| confirmed for boards | clear against both others |"
    )
    yield "|---|---|---|---|---|---|---|---|---|---|---|---|"
    yield from (_row(people, found) for people, found in counts.items())
    yield ""
    yield _without(_added(counts.values()))


def _row(people: int, found: Counts) -> str:
    forces, boards, draws = found["forces"], found["boards"], found["draws"]
    cells = [
        *(f"{found[kind]} of {forces}" for kind in ("group", "margins", "absence")),
        *(_share(found[f"board {kind}"], boards) for kind in ("group", "force")),
        *(_share(found[f"board {kind}"], boards) for kind in ("margins", "absence")),
        *(_share(found[one], draws) for one in ("emerging", "confirmed")),
        _share(found["board confirmed"], draws * boards // forces),
        _share(found["clear"], draws),
    ]
    return f"| {people} | {' | '.join(cells)} |"


def _without(found: Counts) -> str:
    """In words, as these are few numbers: what was raised where nothing was planted."""
    draws = found["draws"]
    clear = found["sides"] - found["unclear"]
    return (
        f"With nothing planted, {draws} draws: {found['false'] / draws:.3f} findings a first wave "
        f"and {found['twice'] / draws:.3f} a second of the named group and its rungs, and "
        f"{_share(clear, found['sides'])} of the comparisons with those who share all but one "
        f"trait were clear. Of {found['forces']} forces {found['hidden']} hid the group although "
        "10 or more answered."
    )


def _added(parts: Iterable[Counts]) -> Counts:
    return sum(parts, Counter())


def _share(part: int, of: int) -> str:
    return f"{part / of:.0%}" if of else "none"


def main() -> None:
    """Write the section anew."""
    with ProcessPoolExecutor(max_workers=cpu_count()) as pool:
        simulated_section.write(BEGIN, END, lines(pool))


if __name__ == "__main__":
    main()
