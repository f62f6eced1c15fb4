"""The waves of a questionnaire's line before it, and what breaks comparability with them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from survey.manage.waves import Wave
from survey.questionnaire import differences
from survey.questionnaire.differences import Compared
from survey.questionnaire.model import Questionnaire


@dataclass(frozen=True)
class Earlier:
    """Earlier waves of a line.

    Attributes:
        waves: that opened, or will: newest first.
        compared: the questionnaire beside that of the newest.
    """

    waves: tuple[Wave, ...]
    compared: Compared

    @property
    def newest(self) -> Wave:
        """The wave that it is compared with."""
        return self.waves[0]


def earlier_of(found: Sequence[Wave], questionnaire: Questionnaire) -> Earlier | None:
    """The waves with a questionnaire of the same id; None where there is none.

    Args:
        found: every wave, the newest last.
        questionnaire: of a wave that is not made yet.
    """
    line = line_of(found, questionnaire)
    if not line:
        return None
    return Earlier(line, differences.compare(line[0].questionnaire, questionnaire))


def before(found: Sequence[Wave], wave: Wave) -> Wave | None:
    """The wave of its line before it; None where it is the first."""
    at = next(at for at, one in enumerate(found) if one.id == wave.id)
    return next(iter(line_of(found[:at], wave.questionnaire)), None)


def line_of(found: Sequence[Wave], questionnaire: Questionnaire) -> tuple[Wave, ...]:
    """Those with a questionnaire of the same id, the newest first, but what was thrown away."""
    return tuple(
        one
        for one in reversed(found)
        if one.questionnaire.id == questionnaire.id
        and not (one.state == "destroyed" and one.opened is None)
    )
