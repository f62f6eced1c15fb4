"""What a board can learn from: suggested actions, and what other boards shared as promising.

Of other boards there is nothing here that everybody cannot read: only what is published is shared,
with the figures that the sharing board agreed to show.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from analysis.release.model import Release
from survey.results.acts.concerns import newest, of_board
from survey.results.acts.library import Suggestion, fitting
from survey.results.acts.lines import board_names, by_key
from survey.results.acts.public import PublicLine, published
from survey.results.acts.record import Course


@dataclass(frozen=True)
class IdeasPage:
    """The page of one board.

    Attributes:
        path: the board, as it stands in addresses.
        shared: of other boards, those about a theme of this board's concerns first.
        fitting: suggestions about a theme of this board's concerns; `others` about none.
    """

    heading: str
    path: str
    may_write: bool
    shared: tuple[PublicLine, ...]
    fitting: tuple[Suggestion, ...]
    others: tuple[Suggestion, ...]


def ideas(
    releases: Sequence[Release],
    courses: Sequence[Course],
    board: str,
    path: str,
    today: date,
    may_write: bool,
) -> IdeasPage:
    """The page of `board`; `courses` are those of all boards."""
    themes = {one.theme for release in newest(releases) for one in of_board(release, board)}
    concerns, names = by_key(releases), board_names(releases)
    shared = [one for one in courses if one.now.shared and one.now.published]
    lines = [
        (
            any(concerns[key].theme in themes for key in one.now.concerns if key in concerns),
            published(one, releases, concerns, names, today),
        )
        for one in shared
        if one.now.command != board
    ]
    lines.sort(key=lambda line: (not line[0], line[1].line.board, line[1].line.action.title))
    suited, others = fitting(themes)
    return IdeasPage(
        "What others did, and what you could do",
        path,
        may_write,
        tuple(line for _, line in lines),
        suited,
        others,
    )
