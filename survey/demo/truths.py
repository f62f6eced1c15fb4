"""What is planted in the synthetic force, as data: who answers differently, about what, and when.

Everything that is not planted here is equal for everybody, so a finding about anything else is a
false one. docs/DEMO.md holds the tables that `survey.demo.telling` writes.
"""

from __future__ import annotations

from dataclasses import dataclass

from survey.demo.noticed import TALKS, VISITS

Where = tuple[tuple[str, str], ...]
"""(breakdown, value) pairs of the table plan; empty for everybody."""

EVERY_WAVE = (1, 2, 3, 4)
BEFORE_ACTION = (1, 2)
AFTER_ACTION = (3, 4)


@dataclass(frozen=True)
class Shift:
    """A group's answers move.

    Attributes:
        where: whose.
        about: ids of themes or single statements.
        waves: when, counted from 1.
        size: in standard deviations of the scale on which the thresholds of the answers lie;
            negative is worse.
    """

    where: Where
    about: tuple[str, ...]
    waves: tuple[int, ...]
    size: float


@dataclass(frozen=True)
class Silence:
    """Of a group fewer answer than would: `part` of them, in (0, 1)."""

    where: Where
    waves: tuple[int, ...]
    part: float


@dataclass(frozen=True)
class Trace:
    """Where a truth can be seen: a group's gap to the rest of `against`, for one theme.

    Attributes:
        group, against: ids of groups of the table plan.
        points: about how large the gap in the mean share of positive answers is.
    """

    group: str
    against: str
    theme: str
    waves: tuple[int, ...]
    points: int


@dataclass(frozen=True)
class Truth:
    """One thing that is true of the force, how it is planted and where it shows."""

    sentence: str
    shifts: tuple[Shift, ...]
    traces: tuple[Trace, ...]
    silences: tuple[Silence, ...] = ()


_NORTH = "response-north"
_SEXIST_UNITS = ("brackenhill-response", "dunsmere-response")
_ABOUT_SEXISM = ("women_equal", "inclusive_language", "sexism_challenged", "witnessed_sexism")
_MINORITY_PROBATIONERS = (("ethnicity", "minority"), ("probationer", "yes"))

SEXISM = Truth(
    "In two departments of Response North, Brackenhill and Dunsmere, sexism goes unchallenged: "
    "everybody there reports it, and women are treated worse in everything that the theme asks. "
    "The board acts after the second wave; from the third on the two answer a little better about "
    "it than the rest of the force, where nothing was done: by about 5 points.",
    shifts=tuple(
        shift
        for unit in _SEXIST_UNITS
        for shift in (
            Shift((("command", unit),), _ABOUT_SEXISM, BEFORE_ACTION, -1.0),
            Shift((("command", unit),), ("witnessed_sexism",), BEFORE_ACTION, -0.3),
            Shift((("command", unit), ("sex", "female")), ("discrimination",), BEFORE_ACTION, -0.8),
            Shift((("command", unit),), ("discrimination",), AFTER_ACTION, 0.16),
        )
    ),
    traces=(
        *(
            Trace(f"command={unit}", "force", "discrimination", BEFORE_ACTION, -21)
            for unit in _SEXIST_UNITS
        ),
        Trace(f"command={_NORTH}", "force", "discrimination", BEFORE_ACTION, -11),
        Trace(f"command={_NORTH}&sex=female", "force", "discrimination", BEFORE_ACTION, -16),
    ),
)

PROBATIONERS = Truth(
    "Probationers from minority ethnic backgrounds are treated worse across the whole force: more "
    "discrimination, less trust that speaking up is safe, less support from their managers, and "
    "getting on that depends on whom one knows.",
    shifts=(
        Shift(_MINORITY_PROBATIONERS, ("discrimination", "misconduct"), EVERY_WAVE, -0.6),
        Shift(
            _MINORITY_PROBATIONERS,
            ("manager_support", "middle_managers", "development", "who_you_know"),
            EVERY_WAVE,
            -0.9,
        ),
    ),
    traces=tuple(
        Trace("ethnicity=minority&probationer=yes", "force", theme, EVERY_WAVE, points)
        for theme, points in (("discrimination", -23), ("misconduct", -22), ("leadership", -18))
    ),
)

LEADERS = Truth(
    "Senior leaders are hardly seen in Contact and Support, and little is done about problems.",
    shifts=(
        Shift((("command", "contact-and-support"),), ("senior_visible",), EVERY_WAVE, -1.3),
        Shift(
            (("command", "contact-and-support"),),
            ("senior_act", "middle_managers"),
            EVERY_WAVE,
            -0.7,
        ),
    ),
    traces=(Trace("command=contact-and-support", "force", "leadership", EVERY_WAVE, -14),),
)

STRENGTH = Truth(
    "Public Protection works well with others, welcomes people and keeps them: a strength.",
    shifts=(Shift((("command", "public-protection"),), ("specialist",), EVERY_WAVE, 0.5),),
    traces=(Trace("command=public-protection", "force", "specialist", EVERY_WAVE, 16),),
)

_DISPATCH = (("command", "dispatch"),)

OVERWORK = Truth(
    "In Dispatch, a department of Contact and Support, there is never enough time, and only half "
    "as many find the time to answer: weighted to its headcounts the command is lower than its "
    "answers say.",
    shifts=(Shift(_DISPATCH, ("communities",), EVERY_WAVE, -0.8),),
    traces=(Trace("command=dispatch", "force", "communities", EVERY_WAVE, -32),),
    silences=(Silence(_DISPATCH, EVERY_WAVE, 0.5),),
)

NOTICING = Truth(
    "Most of Response North noticed the talks that their board says it held; hardly anybody in "
    "Contact and Support noticed the visits that their board says are under way.",
    shifts=(
        Shift((("command", _NORTH),), (TALKS,), (3,), 0.6),
        Shift((("command", "contact-and-support"),), (VISITS,), (3,), -1.4),
    ),
    traces=(),
)

TRUTHS = (SEXISM, PROBATIONERS, LEADERS, STRENGTH, NOTICING, OVERWORK)


@dataclass(frozen=True)
class Treatment:
    """How a formal process treats people: who it could happen to, and to whom it does.

    Attributes:
        sentence: what is true of it.
        process: id, as the questionnaire declares it.
        at_risk: share of the force that it could happen to; the others did not apply.
        risk: share of these that it happens to, but for `where`.
        where: whom it treats otherwise; nobody when `times` is 1.
        times: their risk is so many times as large.
    """

    sentence: str
    process: str
    at_risk: float
    risk: float
    where: Where = ()
    times: float = 1.0


TREATMENTS = (
    Treatment(
        "Misconduct referrals: people from minority ethnic backgrounds are referred 2.6 times as "
        "often as others.",
        *("discipline", 1.0, 0.026),
        (("ethnicity", "minority"),),
        2.6,
    ),
    Treatment("Grievances: everybody raises them alike.", "grievance", 1.0, 0.04),
    Treatment(
        "Promotions: of those who apply, everybody has the same chance.", "promotion", 0.12, 0.35
    ),
)
"""What HR counts in the year before the third wave; it is published with that wave alone."""
