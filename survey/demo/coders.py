"""Two people of the synthetic force sort what was written, through the files of real coders.

Each errs now and then, never both about the same comment, and they settle what they differ on.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from analysis.release import comment_themes
from survey.close import coded, coding, settling
from survey.close import comments as opening
from survey.close.comments import LETTERS, Opened
from survey.close.keys import Keys
from survey.database import Stores
from survey.demo.remarks import THEMES
from survey.questionnaire.model import OTHER
from survey.results import commented

ERRS = 0.08
"""Share of the comments that a coder can err about and does."""

Choose = Callable[[str, str], str]
"""Number and text of a comment -> the themes that are written down."""


def sort(stores: Stores, wave_id: str, keys: Keys, release: str, seed: int) -> None:
    """Sort the comments of a released wave and take in their themes.

    Args:
        stores: where the wave lies.
        wave_id: the wave.
        keys: its officers'.
        release: hash of its Release.
        seed: of what the coders get wrong.
    """
    sealed = opening.of_wave(stores, wave_id)
    opened = list(opening.open_all(sealed, keys))
    with TemporaryDirectory() as folder:
        final = _sorted(Path(folder), opened, keys, seed)
    themes = settling.themes(opened, final, sealed.wave, release)
    commented.add(stores, comment_themes.pack(themes, keys.signing))


def _sorted(folder: Path, opened: Sequence[Opened], keys: Keys, seed: int) -> coded.Coding:
    coding.write(folder, opened, keys)
    expected, mistakes = coded.Coded.of(opened), coded.Mistakes()
    for coder, name in enumerate(coding.CODERS):
        _fill_in(folder / name, _coder(coder, seed))
    first, second = (coded.read(folder / name, expected, mistakes) for name in coding.CODERS)
    path = folder / coding.DIFFERENCES
    coding.keep(path, settling.differences(opened, first, second))
    _fill_in(path, lambda _number, text: THEMES[text])
    together = coded.read(path, expected, mistakes, settling=True)
    final = settling.agreed(first, second, together, path, mistakes)
    mistakes.expect_none()
    return final


def _coder(coder: int, seed: int) -> Choose:
    rng = np.random.default_rng([seed, coder])

    def choose(number: str, text: str) -> str:
        may_err = LETTERS.index(number[0]) % 2 == coder
        return OTHER if rng.random() < ERRS and may_err else THEMES[text]

    return choose


def _fill_in(path: Path, choose: Choose) -> None:
    """Write into the column of themes what somebody chooses, as in a spreadsheet."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        header, *rows = csv.reader(file)
    filled = [[*row[:3], choose(row[0], row[2]), *row[4:]] for row in rows]
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *filled])
