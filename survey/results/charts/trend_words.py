"""What a trend line says in words: how it moved, where it is broken, and who stood for whom."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from analysis.release.model import Release
from analysis.release.rows import JOINED, TrendRow
from analysis.statistics.sentences import how_it_moved

Titles = Mapping[str, str]


def said(
    release: Release,
    lines: Sequence[tuple[str, Sequence[TrendRow]]],
    titles: Titles,
    of_wave: Mapping[str, Release],
) -> tuple[str, ...]:
    """The sentences under a drawing, of the main line first.

    Args:
        release: of this wave; says how lines moved.
        lines: label and points of each, the main line last.
        titles: of waves, by id.
        of_wave: earlier Releases by wave, as far as they are known.
    """
    found: dict[str, None] = {}
    for number, (label, rows) in enumerate(reversed(lines)):
        if not rows:
            continue
        slope = release.slope_by_key.get((rows[-1].group, rows[-1].measure))
        if number == 0 and slope is not None and slope.direction is not None:
            moved = (slope.change or 0, slope.lower or 0, slope.upper or 0)
            found[how_it_moved(slope.direction, *moved, slope.waves or 0)] = None
        found.update(dict.fromkeys(_breaks(release, label, rows, titles, of_wave)))
        found.update(dict.fromkeys(_names(label, rows, titles, of_wave)))
    return tuple(found)


def _breaks(
    release: Release,
    label: str,
    rows: Sequence[TrendRow],
    titles: Titles,
    of_wave: Mapping[str, Release],
) -> Iterable[str]:
    apart = [row for row in rows if not row.comparable]
    asked = [row for row in apart if not _same_question(release, row, of_wave)]
    if asked:
        yield (
            f"In {_listed(asked, titles)} it was worded or answered otherwise, so the line is "
            "broken: figures on the two sides cannot be compared."
        )
    others = [row for row in apart if row not in asked]
    if others:
        yield (
            f"{label} was reorganised: in {_listed(others, titles)} it was other people, or was "
            "not there, so the line is broken."
        )


def _same_question(release: Release, row: TrendRow, of_wave: Mapping[str, Release]) -> bool:
    """Whether a wave is known to have asked the same; then it is the people who were others."""
    then = of_wave.get(row.wave)
    before = None if then is None else then.measure_by_id.get(row.measure)
    return (
        before is not None and before.fingerprint == release.measure_by_id[row.measure].fingerprint
    )


def _names(
    label: str, rows: Sequence[TrendRow], titles: Titles, of_wave: Mapping[str, Release]
) -> Iterable[str]:
    """Who stood for a reorganised group: one of another name, or several that were merged."""
    by_name: dict[tuple[str, ...], list[TrendRow]] = {}
    for row in rows:
        then = of_wave.get(row.wave)
        if row.was is None or then is None:
            continue
        groups = [then.group_by_id.get(one) for one in row.was.split(JOINED)]
        names = tuple(one.label for one in groups if one is not None)
        by_name.setdefault(names, []).append(row)
    for names, points in by_name.items():
        waves = _listed(points, titles)
        if len(names) > 1:
            together = f"{', '.join(names[:-1])} and {names[-1]}"
            yield f"In {waves} the figure is that of {together} together, which {label} was then."
        elif names and names[0] != label:
            yield f"In {waves} {label} was called {names[0]}."


def _listed(rows: Iterable[TrendRow], titles: Titles) -> str:
    *first, last = [titles.get(row.wave, row.wave) for row in rows]
    return f"{', '.join(first)} and {last}" if first else last
