"""Comparisons with the rest, and the concerns and strengths that they raise."""

from __future__ import annotations

from dataclasses import dataclass, replace

from analysis.cores import on_every_core
from analysis.errors import EstimationError
from analysis.plan import TablePlan
from analysis.publish.comparing import Comparing, Made, difference
from analysis.publish.figures import Figures
from analysis.publish.pairs import Pair, pairs, rests
from analysis.publish.pooling import EarlierWaves, sums_now
from analysis.publish.shown import Shown, measures
from analysis.release.limits import gap_limits
from analysis.release.model import Release
from analysis.release.rows import ComparisonRow, ConcernRow, EstimateRow
from analysis.statistics.comparisons import Difference
from analysis.statistics.concerns import (
    PAST,
    Before,
    Comparison,
    Flag,
    Share,
    flag,
    people_affected,
)
from analysis.statistics.sentences import words
from analysis.statistics.suppressed import SUPPRESSED


@dataclass(frozen=True)
class Compared:
    """Rows, and how many comparisons the area-of-concern rule made."""

    rows: tuple[ComparisonRow, ...]
    concerns: tuple[ConcernRow, ...]
    made: int


MANY_COMPARISONS = 20_000
"""From so many on they are worth a copy of the process."""


@dataclass(frozen=True)
class _All:
    """Every declared comparison on some measures, in plan order; None where it may not be shown.

    Attributes:
        rests: of the groups, one row per pair.
        alike: theme -> how alike the groups that are compared spread on it.
    """

    rests: Figures
    made: dict[tuple[Pair, str], Made | None]
    alike: dict[str, float]


def compare(shown: Shown, draft: Release, earlier: EarlierWaves | None = None) -> Compared:
    """Every declared comparison on every theme and item, and what the themes raise.

    Args:
        shown: figures and what may be shown of them.
        draft: what is published of groups by themselves, of which the limits of gaps are made.
        earlier: waves to pool with; without them every state stops at emerging.
    """
    found = _all_made(shown, measures(shown.figures.codebook))
    flags, compared = _flags(shown, found, earlier)
    said = flags | _of_items(found, flags)
    rows = {
        (pair.group, measure): _row(draft, pair, measure, one, said.get((pair.group, measure)))
        for (pair, measure), one in found.made.items()
    }
    last = "" if earlier is None else earlier.last
    estimates = draft.estimate_by_key
    concerns = [_concern(shown, rows, estimates[key], one, last) for key, one in flags.items()]
    position = {group.id: row for row, group in enumerate(shown.plan.groups)}
    concerns.sort(key=lambda row: (row.kind, -row.people, position[row.group], row.measure))
    return Compared(tuple(rows.values()), tuple(concerns), compared)


def raised(shown: Shown, earlier: EarlierWaves | None = None) -> dict[tuple[str, str], Flag]:
    """What `compare` raises, by (group, theme), without its rows: for simulations."""
    return _flags(shown, _all_made(shown, tuple(shown.figures.codebook.theme_by_id)), earlier)[0]


def exact_differences(figures: Figures, plan: TablePlan) -> dict[tuple[str, str], Difference]:
    """Every declared comparison before any rounding or hiding: for tests, never for readers."""
    declared = pairs(plan)
    sums = figures.sums.combined(rests(plan, declared))
    rest = Figures(figures.codebook, tuple(pair.group for pair in declared), sums)
    found = {}
    for row, pair in enumerate(declared):
        for measure in measures(figures.codebook):
            mine, other = figures.at(pair.group, measure), rest.row(row, measure)
            if mine is not None and other is not None and min(mine.people, other.people) > 1:
                found[pair.group, measure] = difference(mine, other)
    return found


def _all_made(shown: Shown, wanted: tuple[str, ...]) -> _All:
    declared = pairs(shown.plan)
    matrix = rests(shown.plan, declared)
    names = tuple(pair.group for pair in declared)
    rest = Figures(shown.figures.codebook, names, shown.figures.sums.combined(matrix))
    compared = Comparing(shown, declared, matrix, rest)
    many = len(declared) * len(wanted) >= MANY_COMPARISONS
    groups = len(shown.plan.groups) if many else 0
    found = dict(zip(wanted, on_every_core(compared.made, wanted, groups=groups), strict=True))
    made = {
        (pair, measure): found[measure][0][at]
        for at, pair in enumerate(declared)
        for measure in wanted
    }
    alike = {one: found[one][1] for one in shown.figures.codebook.theme_by_id if one in found}
    return _All(rest, made, alike)


def _flags(
    shown: Shown, found: _All, earlier: EarlierWaves | None
) -> tuple[dict[tuple[str, str], Flag], int]:
    """What themes raise, by (group, measure); and comparisons made."""
    shares: dict[Share, dict[str, list[Comparison]]] = {}
    for (pair, measure), one in found.made.items():
        if measure not in shown.figures.codebook.theme_by_id:
            continue
        comparison = (
            Comparison(pair.group, measure, 0, 0, SUPPRESSED)
            # A finding is published with its gap: what has none to show is not eligible.
            if one is None or not _has_gap(one)
            else Comparison(
                *(pair.group, measure, *one.people),
                difference=one.difference,
                before=None if earlier is None else _before(shown, found, earlier, pair, measure),
                inside=_inside(shown, found, pair, measure),
            )
        )
        shares.setdefault(pair.share, {}).setdefault(pair.family, []).append(comparison)
    findings = flag(shares, shown.policy.k)
    return {(one.group, one.measure): one for one in findings.flags}, findings.compared


def _inside(
    shown: Shown, found: _All, pair: Pair, theme: str
) -> tuple[tuple[str, Difference], ...]:
    """The items of a theme whose gap to the rest is published, in their order."""
    made = [(one, found.made.get((pair, one))) for one in _items(shown, theme)]
    return tuple((item, one.difference) for item, one in made if one is not None and _has_gap(one))


def _items(shown: Shown, theme: str) -> tuple[str, ...]:
    return shown.figures.codebook.theme_by_id[theme].items


def _of_items(found: _All, flags: dict[tuple[str, str], Flag]) -> dict[tuple[str, str], Flag]:
    """What is said of the items that stand out: this wave's gap is 5 points or more, as emerging.

    A published gap must not say otherwise.
    """
    of_pair = {pair.group: pair for pair, _ in found.made}
    named = {}
    for one in flags.values():
        for item in one.items:
            made = found.made[of_pair[one.group], item]
            if made is not None:
                named[one.group, item] = Flag(
                    one.group, item, one.kind, "emerging", made.difference
                )
    return named


def _before(
    shown: Shown, found: _All, earlier: EarlierWaves, pair: Pair, theme: str
) -> Before | None:
    made = found.made[pair, theme]
    if made is None:
        return None
    now = sums_now(shown.figures.sums, found.rests.sums, made.rows, theme)
    return earlier.before(pair, theme, now, found.alike[theme])


def _row(
    draft: Release, pair: Pair, measure: str, made: Made | None, raised: Flag | None
) -> ComparisonRow:
    kind = draft.measure_by_id[measure].kind
    names = (pair.group, measure, kind, pair.against)
    gap = None if made is None else _published(made, raised)
    if gap is None:
        return ComparisonRow(*names, None, None, None, "c")
    row = ComparisonRow(*names, gap, None, None, "shown")
    said = None if raised is None else (raised.kind, raised.state)
    lower, upper = gap_limits(draft, row, said)
    return replace(row, lower=lower, upper=upper)


def _has_gap(made: Made) -> bool:
    """Whether both percents are published, and so their gap."""
    return made.gap is not None


def _published(made: Made, raised: Flag | None) -> int | None:
    """The gap in points, which does not contradict what is said of it."""
    if made.gap is None or raised is None:
        return made.gap
    if raised.kind == "concern":
        return _as_said(raised, made.gap, made.step)
    return -_as_said(raised, -made.gap, made.step)


def _as_said(raised: Flag, gap: int, step: int) -> int:
    """A gap that does not contradict what the state of a concern says already; in points."""
    if raised.state == "emerging":
        return min(gap, -5)
    if raised.state in ("confirmed", "serious"):
        return min(gap, -3 if step == 1 else -5)
    if raised.state == "cleared":
        return max(gap, -2 if step == 1 else 0)
    return gap


def _concern(
    shown: Shown,
    rows: dict[tuple[str, str], ComparisonRow],
    estimate: EstimateRow,
    raised: Flag,
    last: str,
) -> ConcernRow:
    row = rows[raised.group, raised.measure]
    gaps = {item: abs(rows[raised.group, item].gap or 0) for item in raised.items}
    if row.gap is None or row.lower is None or row.upper is None or estimate.base is None:
        raise EstimationError(f"{row.group} ({row.measure}) was raised but may not be shown")
    by_id = shown.plan.group_by_id
    positive = None
    if estimate.positive is not None:
        bound = {"": "", "or_more": " or more", "or_less": " or less"}[estimate.positive_bound]
        positive = f"{estimate.positive}{bound}"
    names = {one.group: one.name for one in shown.plan.intersections}
    return ConcernRow(
        group=row.group,
        measure=row.measure,
        kind=raised.kind,
        state=raised.state,
        against=row.against,
        gap=row.gap,
        lower=row.lower,
        upper=row.upper,
        people=0 if raised.state in PAST else people_affected(estimate.base, row.gap),
        words=words(
            raised.kind,
            names.get(row.group, by_id[row.group].label),
            shown.figures.codebook.theme_by_id[row.measure].label,
            positive=positive,
            gap=row.gap,
            limits=(row.lower, row.upper),
            state=raised.state,
            last_time=raised.before == last,
        ),
        before=raised.before,
        # By what is published: their order tells nothing new.
        items=tuple(sorted(raised.items, key=gaps.__getitem__, reverse=True)),
    )
