"""An action as a page shows it, whoever reads the page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from analysis.release.model import Release
from survey.catalogue import translatable
from survey.results.acts.concerns import Concern, Key, raised
from survey.results.acts.noticed import Noticed, noticed
from survey.results.acts.record import Action, Course
from survey.results.scope import units

TAGS = {
    "none": ("will not", "grey"),
    "planned": ("planned", "yellow"),
    "under_way": (translatable("under way"), "blue"),
    "done": (translatable("done"), "green"),
    "dropped": ("dropped", "grey"),
}
"""State -> its word, and the colour of its tag."""


@dataclass(frozen=True)
class ActionLine:
    """An action in words.

    Attributes:
        about: the concerns that it answers, as labels of group, theme and survey.
        tag, colour: how far it is; `late` when it should be done by now.
        evidence: whether it is to find out more first.
        noticed: what staff say; None where no survey asked, and for everybody where the board did
            not agree or the figure is not shown.
    """

    id: str
    action: Action
    board: str
    about: tuple[tuple[str, str, str], ...]
    tag: str
    colour: str
    late: bool
    evidence: bool
    due: str
    done_on: str
    begun: str
    changed: str
    noticed: Noticed | None


def day(found: date | None) -> str:
    """A day as people write it; empty for none."""
    return "" if found is None else f"{found.day} {found:%B %Y}"


def by_key(releases: Sequence[Release]) -> dict[Key, Concern]:
    """Every concern that was ever raised and asks for an answer."""
    return {one.key: one for release in releases for one in raised(release)}


def board_names(releases: Sequence[Release]) -> dict[str, str]:
    """Label of each command, as the newest survey that knows it calls it."""
    return {unit.id: unit.label for one in releases for unit in units(one, "command")}


def line(
    course: Course,
    releases: Sequence[Release],
    concerns: Mapping[Key, Concern],
    boards: Mapping[str, str],
    today: date,
) -> ActionLine:
    """An action as its own board reads it."""
    now = course.now
    titles = {one.manifest.wave: one.manifest.wave_title for one in releases}
    tag, colour = TAGS[now.state]
    return ActionLine(
        id=now.id,
        action=now,
        board=boards.get(now.command, now.command) if now.command else "The whole force",
        about=tuple(
            (concerns[key].group, concerns[key].about, titles[key.wave])
            for key in now.concerns
            if key in concerns
        ),
        tag=tag,
        colour=colour,
        late=now.is_late(today),
        evidence=now.answer == "more_evidence",
        due=day(now.due),
        done_on=day(now.done_on),
        begun=day(course.versions[0].day),
        changed=day(now.day),
        noticed=noticed(releases, now.asked_as, now.command),
    )
