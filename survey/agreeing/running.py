"""Starting the process that opens and closes waves: what is served only starts it.

Opening bands headcounts, which runs the disclosure control, and closing rewrites the ballot box and
destroys secrets: a process that serves pages may not even import that (`survey.doors`). It starts
`candour wave agreed`, always with these arguments. What that does it reads from what two people
agreed on; nothing of any request reaches it.
"""

from __future__ import annotations

from survey.config import ISSUE, Settings
from survey.manage import programs

ARGUMENTS = ("wave", "agreed")


def does_it_here(settings: Settings) -> bool:
    """Whether this host carries out what was agreed by itself.

    Of two hosts each closes its part, the issuer's first: that takes somebody on both.
    """
    return ISSUE in settings.surfaces


def start(settings: Settings) -> bool:
    """Start it, and wait for nothing; whether it could be started."""
    if not does_it_here(settings):
        return False
    try:
        programs.start(settings, *ARGUMENTS)
    except OSError:
        return False
    return True
