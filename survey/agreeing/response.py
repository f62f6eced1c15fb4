"""Roughly how many have used their code while a wave is open: force-wide, rounded and late.

A live count would let somebody watch who answers. So it is counted at most once a day, rounded down
to steps of ten people or more before it is kept, and shown from the second day after. It counts
codes, which the issuer knows, and not answers: the ballot box is not asked. Whoever asks often, or
on two days, sees the same few numbers; what is kept on disk is no finer.
"""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from analysis.plan import FORCE
from survey.collect import issuer
from survey.config import ISSUE
from survey.database import Stores
from survey.manage import headcounts
from survey.manage.tables import ResponseRow
from survey.manage.waves import Wave

STEPS = (5, 10, 20, 25, 50)
"""Percent; the smallest that is `FEWEST` people or more is taken."""

FEWEST = 10
"""People in a step, or more where the wave's own threshold is higher."""

LATE = timedelta(days=2)
"""So that a whole day lies between counting and showing, whatever the hour."""


def told(stores: Stores, wave: Wave, today: date) -> str | None:
    """A sentence on how many have used their code; None where it cannot be told here.

    The first to ask on a day makes that day's count, which is shown to whoever asks later.
    """
    if wave.state != "open" or ISSUE not in stores.settings.surfaces:
        return None
    base = _base(stores, wave)
    step = step_of(base, wave.policy.k)
    if step is None:
        return "Fewer people are invited than a share could be told of safely."
    _count_today(stores, wave, today, base, step)
    kept = _newest(stores, wave.id, today - LATE)
    if kept is None:
        return "The share of people who have used their code is told from the third day on."
    day, percent = kept
    return f"By {day.day} {day:%B %Y}, {in_words(percent, step)} had used their code."


def _base(stores: Stores, wave: Wave) -> int:
    """Of how many people: what the first day counted with, whatever is loaded afterwards.

    With another number each day, somebody could measure in between the steps.
    """
    with stores.issuer() as session:
        query = select(ResponseRow.people).where(ResponseRow.wave == wave.id)
        kept = session.scalar(query.order_by(ResponseRow.day).limit(1))
    return kept or (headcounts.of_wave(stores, wave.id) or {}).get(FORCE) or wave.cards


def step_of(base: int, k: int) -> int | None:
    """The step in percent of `base` people; None where even the largest is too few people."""
    return next((one for one in STEPS if one * base >= 100 * max(FEWEST, k)), None)


def rounded(used: int, base: int, step: int) -> int:
    """A share in percent, rounded down to a multiple of `step`; the first step counts as none."""
    percent = min(100, 100 * used // base) // step * step
    return percent if percent >= 2 * step else 0


def in_words(percent: int, step: int) -> str:
    """Such a share, as people say it."""
    if percent < 2 * step:
        return f"fewer than {2 * step} in 100 people"
    if percent + step >= 100:
        return f"{percent} in 100 people or more"
    return f"{percent} to {percent + step} in 100 people"


def _count_today(stores: Stores, wave: Wave, today: date, base: int, step: int) -> None:
    with stores.issuer() as session:
        if session.get(ResponseRow, (wave.id, today)) is not None:
            return
        salt = issuer.read_salt(stores.settings, wave.id)
        if salt is None:
            return
        percent = rounded(issuer.count_used(session, salt, wave.id), base, step)
    try:
        with stores.issuer() as session:
            session.add(ResponseRow(wave=wave.id, day=today, percent=percent, people=base))
    except IntegrityError:
        return  # somebody asked at the same moment; theirs stands


def _newest(stores: Stores, wave_id: str, until: date) -> tuple[date, int] | None:
    with stores.issuer() as session:
        query = select(ResponseRow).where(ResponseRow.wave == wave_id, ResponseRow.day <= until)
        row = session.scalar(query.order_by(ResponseRow.day.desc()).limit(1))
        return None if row is None else (row.day, row.percent)
