"""Starting the process that opens and closes waves: what is served only starts it.

Opening bands headcounts, which runs the disclosure control, and closing rewrites the ballot box and
destroys secrets: a process that serves pages may not even import that (`survey.doors`). It starts
`candour wave agreed`, always with these arguments. What that does it reads from what two people
agreed on; nothing of any request reaches it.
"""

from __future__ import annotations

import os
import subprocess
import sys
from threading import Thread

from survey.config import ISSUE, Settings

PROGRAM = (sys.executable, "-c", "from survey.cli import main; main()")
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
        process = subprocess.Popen(
            [*PROGRAM, *ARGUMENTS],
            env={**os.environ, **settings.environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # a worker that ends takes nothing half-done with it
        )
    except OSError:
        return False
    Thread(target=process.wait, daemon=True).start()
    return True
