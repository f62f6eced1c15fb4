"""What staff say of an action: the published share of those who noticed it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from analysis.plan import COMMAND, FORCE
from analysis.release.model import Release
from analysis.release.rows import MeasureRow
from survey.questionnaire.actions import without_question
from survey.results import words
from survey.results.rounded import further


@dataclass(frozen=True)
class Noticed:
    """How many noticed an action: the figure in words, whose, and in which survey.

    Attributes:
        figure: percent with its range; `[c]` where it is not shown.
    """

    figure: str
    who: str
    survey: str

    @property
    def shown(self) -> bool:
        """Whether there is a figure; everybody is told nothing of one that there is not."""
        return self.figure != "[c]"


def statements(releases: Iterable[Release]) -> dict[str, str]:
    """Id of each statement that asks whether something was noticed -> what was done."""
    asked = {
        row.measure: without_question(row.label) for release in releases for row in _items(release)
    }
    return {measure: done for measure, done in asked.items() if done}


def noticed(releases: Sequence[Release], measure: str, command: str) -> Noticed | None:
    """What people of a command, or of the force, said in the newest survey that asked.

    Args:
        releases: oldest first.
        measure: id of the statement; empty for none.
        command: whose figure; empty for the whole force.
    """
    asking = [one for one in releases if measure in {row.measure for row in _items(one)}]
    if not measure or not asking:
        return None
    release = asking[-1]
    group = f"{COMMAND}={command}" if command else FORCE
    row = release.estimate_by_key.get((group, measure))
    found = release.group_by_id.get(group)
    figure = (
        "[c]" if row is None else words.figure_with_range(row, further(release, group, measure))
    )
    return Noticed(figure, "" if found is None else found.label, release.manifest.wave_title)


def _items(release: Release) -> list[MeasureRow]:
    return [row for row in release.measures if row.kind == "item" and row.theme is None]
