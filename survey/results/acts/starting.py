"""What was done since people last answered, as the first page of the next survey tells it.

It is picked and written down when the wave opens: the page is the same for everybody for as long
as the wave is open, whatever boards publish meanwhile.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from analysis.plan import COMMAND
from survey.database import Stores
from survey.manage import waves
from survey.manage.tables import DoneBeforeRow
from survey.manage.waves import Wave
from survey.questionnaire.model import Questionnaire
from survey.results import store
from survey.results.acts import record
from survey.results.acts.lines import TAGS, board_names
from survey.results.acts.record import Action

MOST = 6
"""Actions that the page names; it stays short, and the page for everybody has all of them."""


@dataclass(frozen=True)
class DoneBefore:
    """What the first page tells.

    Attributes:
        lines: whose board, what, and how far it is.
        more: how many other actions are done or under way and published.
    """

    lines: tuple[tuple[str, str, str], ...] = ()
    more: int = 0


def keep(stores: Stores, wave_id: str) -> None:
    """Write down what the page of a draft wave will tell; one that has opened keeps what it has.

    Raises:
        WaveStateError: when there is no such wave.
    """
    wave = waves.get(stores, wave_id)
    if wave.state != "draft":
        return
    actions = [one.now for one in record.courses(stores)]
    told = pick(actions, _names(stores, wave.questionnaire, actions), _last(stores, wave))
    content = json.dumps({"lines": told.lines, "more": told.more})
    with stores.results() as session:
        session.merge(DoneBeforeRow(wave_id, content))


def _last(stores: Stores, wave: Wave) -> date:
    """The day on which the wave before of the same questionnaire opened."""
    days = [
        one.opened
        for one in waves.all_waves(stores)
        if one.opened is not None and one.questionnaire.id == wave.questionnaire.id
    ]
    return max(days, default=date.min)


def pick(actions: Sequence[Action], names: dict[str, str], since: date) -> DoneBefore:
    """The published actions that are under way or were done since, each board's before its second.

    Args:
        actions: the newest version of each.
        names: label of each command.
        since: what was done before was told in an earlier survey.
    """
    public = [
        one
        for one in actions
        if one.published
        and (one.state == "under_way" or (one.done_on is not None and one.done_on >= since))
    ]
    public.sort(key=lambda one: (one.state != "done", -one.day.toordinal(), one.title))
    seen: dict[str, int] = {}
    turns = []
    for one in public:
        seen[one.command] = seen.get(one.command, 0) + 1
        turns.append((seen[one.command], names.get(one.command, "") if one.command else "", one))
    turns.sort(key=lambda turn: turn[:2])
    lines = tuple(
        (label or "The whole force", one.title, TAGS[one.state][0])
        for _, label, one in turns[:MOST]
    )
    return DoneBefore(lines, max(0, len(turns) - MOST))


def of_wave(stores: Stores, wave_id: str) -> DoneBefore:
    """What the page of a wave tells; nothing where nothing was written down."""
    with stores.results() as session:
        row = session.get(DoneBeforeRow, wave_id)
    if row is None:
        return DoneBefore()
    told = json.loads(row.content)
    return DoneBefore(
        tuple((board, title, tag) for board, title, tag in told["lines"]), told["more"]
    )


def _names(
    stores: Stores, questionnaire: Questionnaire, actions: Sequence[Action]
) -> dict[str, str]:
    """Labels of commands: the questionnaire's, and of one that it lacks an earlier Release's."""
    plans = (one for one in questionnaire.plan.breakdowns if one.id == COMMAND)
    names = {value.id: value.label for one in plans for value in one.values}
    if {one.command for one in actions} <= {"", *names}:
        return names
    return {**board_names(store.all_releases(stores)), **names}
