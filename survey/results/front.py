"""The front page, to be read in one minute: how are we, what is of concern, what got better."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from analysis.plan import FORCE
from analysis.release.model import Release
from analysis.release.rows import EstimateRow, MeasureRow, TrendRow
from analysis.statistics.sentences import how_it_moved
from survey.results import concern_levels, findings, moved_words, response, waves, words
from survey.results.findings import Finding
from survey.results.reading import Reading
from survey.results.scope import command_position, label

MOST = 5
"""Concerns that the page names."""
MOST_BETTER = 4
"""Things that got better, beside them: below these stands what was promised."""
OF_OTHERS = 2
"""Of the concerns, places kept for what comes second: groups across the force, or for HR, units."""


@dataclass(frozen=True)
class Score:
    """A theme's figure, large enough for the back of a room.

    Attributes:
        figure: `59%`; empty where it is not shown, and then the others are empty too.
        ranged: its plausible range.
        mark: "concern" or "strength" where the rule raised it.
        force: the whole force's figure, where that is another group.
        moved: points since the survey before, `up 3 since November 2025`.
        over: what the whole line says: `no clear change over 3 surveys`.
    """

    label: str
    href: str | None
    figure: str = ""
    ranged: str = ""
    mark: str = ""
    force: str = ""
    moved: str = ""
    over: str = ""


@dataclass(frozen=True)
class Better:
    """Something that got better or stands out as good.

    Attributes:
        about: the group and the theme or statement, by their ids.
        title: the same by their labels.
        label: what kind it is; in words what is said of it.
    """

    about: tuple[str, str]
    title: str
    label: str
    words: str


@dataclass(frozen=True)
class Front:
    """The page.

    Attributes:
        response: of the group whose page it is, then of the force where that is another.
        concerns: (whose, the findings that are about most people) of at most `MOST`.
        raised: how many concerns there are in all.
        above: how many groups lie above a level of concern.
        better: at most `MOST_BETTER`.
        strengths: how many strengths there are in all.
    """

    response: tuple[response.ResponseRow, ...]
    scores: tuple[Score, ...]
    concerns: tuple[tuple[str, tuple[Finding, ...]], ...]
    raised: int
    above: int
    better: tuple[Better, ...]
    strengths: int


def front(reading: Reading) -> Front:
    """What the front page of a wave says."""
    release = reading.release
    found = findings.findings(release, reading.scope, releases=reading.releases)
    groups = dict.fromkeys((reading.own, FORCE))
    return Front(
        tuple(response.answered(release, release.group_by_id[one]) for one in groups),
        tuple(_score(reading, one) for one in release.measures if one.kind == "theme"),
        tuple(_concerns(reading, found.concerns)),
        len(found.concerns),
        concern_levels.above(release, reading.scope),
        _first_of_each(_better(reading, found)),
        len(found.strengths),
    )


def _score(reading: Reading, theme: MeasureRow) -> Score:
    release, href = reading.release, reading.themes().get(theme.measure)
    row = release.estimate_by_key.get((reading.own, theme.measure))
    figure = _figure(row)
    if row is None or not figure:
        return Score(theme.label, href)
    force = release.estimate_by_key.get((FORCE, theme.measure))
    return Score(
        theme.label,
        href,
        figure,
        "" if row.lower is None else f"{row.lower} to {row.upper}",
        findings.marks(release).get((reading.own, theme.measure), ""),
        "" if reading.own == FORCE else _figure(force),
        _moved(reading, theme.measure),
        _over(release, reading.own, theme.measure),
    )


def _figure(row: EstimateRow | None) -> str:
    if row is None or row.status != "shown" or row.positive is None:
        return ""
    return words.short_percent(row.positive, row.positive_bound)


def _moved(reading: Reading, theme: str) -> str:
    """Points since the newest earlier survey that can be compared, from the published figures."""
    rows = reading.release.trend_by_key.get((reading.own, theme), ())
    earlier = [row for row in rows if row.wave != reading.wave and row.comparable]
    now = [row for row in rows if row.wave == reading.wave]
    if not earlier or not now:
        return ""
    before, after = _exactly(earlier[-1]), _exactly(now[-1])
    if before is None or after is None:
        return ""
    titles = waves.titles(reading.releases)
    return moved_words.points_since(after - before, titles.get(earlier[-1].wave, earlier[-1].wave))


def _exactly(row: TrendRow) -> int | None:
    return row.value if row.status == "shown" and not row.bound else None


def _over(release: Release, group: str, theme: str) -> str:
    slope = release.slope_by_key.get((group, theme))
    if slope is None or slope.direction is None or slope.waves is None:
        return ""
    return moved_words.line_moved(slope.direction, slope.waves)


def _concerns(
    reading: Reading, found: Sequence[Finding]
) -> Iterator[tuple[str, tuple[Finding, ...]]]:
    """The largest concerns: of units, and of groups across the force, which HR reads first.

    Groups that the questionnaire names come first. What another group has as a part of one in
    which the same was found is left to the room.
    """
    release = reading.release
    named = {group for _, group in release.manifest.intersections}
    told = [
        one
        for one in found
        if one.id in named or not any(_is_part_of(release, one, other) for other in found)
    ]
    units = [one for one in told if _is_of_a_unit(release, one.id)]
    across = sorted((one for one in told if one not in units), key=lambda one: one.id not in named)
    of_units = (reading.name if reading.scope.command else "Commands and departments", units)
    of_force = ("Groups across the whole force", across)
    first, then = (of_units, of_force) if reading.scope.command else (of_force, of_units)
    kept = max(MOST - len(then[1]), MOST - OF_OTHERS)
    yield first[0], tuple(first[1][:kept])
    yield then[0], tuple(then[1][: MOST - len(first[1][:kept])])


def _is_part_of(release: Release, one: Finding, other: Finding) -> bool:
    """Whether a group lies inside another in which the same was found."""
    if one.measure != other.measure or one.id == other.id:
        return False
    mine, theirs = release.group_by_id[one.id].values, release.group_by_id[other.id].values
    return all(outer in {"", inner} for outer, inner in zip(theirs, mine, strict=True))


def _is_of_a_unit(release: Release, group: str) -> bool:
    return bool(release.group_by_id[group].values[command_position(release)])


def _better(reading: Reading, found: findings.Findings) -> Iterator[Better]:
    """What stands out where something was done, then what is cleared, rose, or is a strength."""
    release = reading.release
    for row in release.changes:
        if row.group in reading.scope.groups and row.state == "stood_out" and (row.excess or 0) > 0:
            about = release.measure_by_id[row.measure].label
            title = f"{release.group_by_id[row.group].label}: {about}"
            said = moved_words.stood_out(row)
            yield Better((row.group, row.measure), title, "after what was done", said)
    for one in found.followed:
        if (one.kind, one.state) == ("concern", "cleared"):
            yield _of_finding(one, one.label)
    for group in (reading.own, *reading.departments()):
        yield from _risen(release, group)
    for one in found.strengths:
        yield _of_finding(one, f"strength, {one.label}")


def _of_finding(one: Finding, kind: str) -> Better:
    return Better((one.id, one.measure), f"{one.group}: {one.about}", kind, one.shortly)


def _first_of_each(found: Iterable[Better]) -> tuple[Better, ...]:
    """At most `MOST_BETTER`, and of each group and theme what is said first."""
    kept: dict[tuple[str, str], Better] = {}
    for one in found:
        kept.setdefault(one.about, one)
    return tuple(kept.values())[:MOST_BETTER]


def _risen(release: Release, group: str) -> Iterator[Better]:
    for theme in release.measures:
        slope = release.slope_by_key.get((group, theme.measure))
        if theme.kind != "theme" or slope is None or slope.direction != "rose":
            continue
        moved = (slope.change or 0, slope.lower or 0, slope.upper or 0, slope.waves or 0)
        name = label(release, release.group_by_id[group])
        said = how_it_moved("rose", *moved)
        yield Better((group, theme.measure), f"{name}: {theme.label}", "rose", said)
