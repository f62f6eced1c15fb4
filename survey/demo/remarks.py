"""What the people of the synthetic force write in their own words: invented, every one of them.

Drawn from a stream of random numbers of its own, so that no figure of the demo depends on it.
"""

from __future__ import annotations

from collections.abc import Sequence
from zlib import crc32

import numpy as np

from survey.questionnaire.model import Comment

WROTE = 0.3
"""Share of the people who answered that wrote something."""

REMARKS = (
    "Rosters that are out four weeks ahead, and kept to.",
    "More sergeants. Mine has nineteen of us and does her best.",
    "Tell us what happened with the things we said last time.",
    "Fix the heating and the printers. It sounds small and it is every day.",
    "Promotion boards that say why somebody did not get through.",
    "Let people try another team for a month before they apply.",
    "Stop calling it banter.",
    "An hour a month with my manager that is not cancelled.",
    "Fewer emails, more people who come and talk.",
    "I like my team. I would not change much.",
    "Proper handovers between shifts.",
    "Time to train on duty, not on rest days.",
    "When somebody reports a problem, keep them informed. Silence is the worst part.",
    "A quiet room to pray or just to breathe.",
    "Child care and late turns do not go together; talk to those of us who do both.",
    "Staff are treated as second to officers when it comes to courses.",
)


def written(
    asked: Sequence[Comment], respondents: int, seed: int, wave: int
) -> list[dict[str, str]]:
    """Comment id -> text, for each respondent; nothing for most of them."""
    found: list[dict[str, str]] = [{} for _ in range(respondents)]
    for comment in asked:
        rng = np.random.default_rng([seed, wave, crc32(comment.id.encode())])
        chosen = rng.integers(len(REMARKS), size=respondents)
        for person in np.flatnonzero(rng.random(respondents) < WROTE):
            found[person][comment.id] = REMARKS[chosen[person]]
    return found
