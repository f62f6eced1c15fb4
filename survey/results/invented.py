"""The invented Release that anybody may look at, to see what a board sees.

It is a file of the program and comes from no wave. `make invented` writes it anew.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from analysis.release import folder
from analysis.release.model import Release

FILE = Path(__file__).with_name("invented.release")
WAVE, TITLE, CLOSED = "invented", "An invented survey", "2026-01-31"
COMMAND = "custody-north"
"""The command whose board it is."""


@cache
def release() -> Release:
    """The Release, read once.

    Raises:
        ReleaseError: when it is not of this version.
    """
    return folder.unpack(FILE.read_bytes(), None)
