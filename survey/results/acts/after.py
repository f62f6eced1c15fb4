"""What changed after an action: published figures of one group then and now, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from analysis.plan import COMMAND, FORCE
from analysis.release.model import Release
from survey.results import words
from survey.results.acts.concerns import FORCE_WIDE, Concern
from survey.results.rounded import further

BY_ITSELF = (
    "A figure that is looked at because it is low often rises by itself, so this does not show "
    "that what was done is the cause."
)
NO_LATER = "No later survey has asked the same yet."


@dataclass(frozen=True)
class Changed:
    """Percent positive of one group about one theme, in the survey that raised it and the newest.

    Attributes:
        then, now: (title of the survey, figure in words); `now` is None before a later one.
        said: what can be made of it.
    """

    group: str
    about: str
    then: tuple[str, str]
    now: tuple[str, str] | None
    said: str


def changed(releases: Sequence[Release], concern: Concern) -> Changed | None:
    """What changed for all of the board's people in the theme that a concern is about.

    For HR it is the group across the force that the concern is about, else the whole force. None
    for a level of concern, and where the figure is not shown.

    Args:
        releases: oldest first.
        concern: raised by one of them.
    """
    if concern.key.kind != "concern":
        return None
    then = next(one for one in releases if one.manifest.wave == concern.key.wave)
    group, measure = _group(concern), concern.key.measure
    row = then.estimate_by_key.get((group, measure))
    if row is None or row.status != "shown":
        return None
    figure = (then.manifest.wave_title, words.figure_with_range(row, further(then, group, measure)))
    label, about = then.group_by_id[group].label, concern.about
    now = _later(releases, then, group, measure)
    if now is None:
        return Changed(label, about, figure, None, NO_LATER)
    row = now.estimate_by_key[group, measure]
    after = (now.manifest.wave_title, words.figure_with_range(row, further(now, group, measure)))
    declared = [one for one in now.changes if (one.group, one.measure) == (group, measure)]
    told = [one.words for one in declared if one.before == then.manifest.wave]
    return Changed(label, about, figure, after, told[0] if told else BY_ITSELF)


def _group(concern: Concern) -> str:
    if concern.board != FORCE_WIDE:
        return f"{COMMAND}={concern.board}"
    return concern.key.group if concern.across else FORCE


def _later(releases: Sequence[Release], then: Release, group: str, measure: str) -> Release | None:
    """The newest survey whose own line says that the two figures can be compared."""
    wave = then.manifest.wave
    found = [
        one
        for one in releases
        if one.manifest.closed > then.manifest.closed
        and any(
            point.wave == wave and point.comparable and point.was is None
            for point in one.trend_by_key.get((group, measure), ())
        )
        and (group, measure) in one.estimate_by_key
        and one.estimate_by_key[group, measure].status == "shown"
    ]
    return found[-1] if found else None
