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

THEMES = {
    "Rosters that are out four weeks ahead, and kept to.": "workload balance",
    "More sergeants. Mine has nineteen of us and does her best.": "workload leadership",
    "Tell us what happened with the things we said last time.": "voice",
    "Fix the heating and the printers. It sounds small and it is every day.": "kit",
    "Promotion boards that say why somebody did not get through.": "development voice",
    "Let people try another team for a month before they apply.": "development",
    "Stop calling it banter.": "respect",
    "An hour a month with my manager that is not cancelled.": "leadership",
    "Fewer emails, more people who come and talk.": "voice leadership",
    "I like my team. I would not change much.": "content",
    "Proper handovers between shifts.": "workload",
    "Time to train on duty, not on rest days.": "development balance",
    "When somebody reports a problem, keep them informed. Silence is the worst part.": "voice",
    "A quiet room to pray or just to breathe.": "other",
    "Child care and late turns do not go together; talk to those of us who do both.": "balance",
    "Staff are treated as second to officers when it comes to courses.": "respect development",
}
"""What is written, and the themes of the culture survey that it is about."""

REMARKS = tuple(THEMES)

RARE = {"Fix the heating and the printers. It sounds small and it is every day.": 0.1}
"""How much less often than the others something is written: so seldom that its theme is hidden."""


def written(
    asked: Sequence[Comment], respondents: int, seed: int, wave: int
) -> list[dict[str, str]]:
    """Comment id -> text, for each respondent; nothing for most of them."""
    found: list[dict[str, str]] = [{} for _ in range(respondents)]
    often = np.array([RARE.get(remark, 1.0) for remark in REMARKS])
    for comment in asked:
        rng = np.random.default_rng([seed, wave, crc32(comment.id.encode())])
        chosen = rng.choice(len(REMARKS), size=respondents, p=often / often.sum())
        for person in np.flatnonzero(rng.random(respondents) < WROTE):
            found[person][comment.id] = REMARKS[chosen[person]]
    return found
