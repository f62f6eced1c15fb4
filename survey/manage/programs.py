"""Starting `candour` in a process of its own, from a process that serves pages.

What pages may not import (`survey.doors`), a command may: it is started with arguments that are
fixed in the code but for what the caller has checked, through no shell, and nobody waits for it.
"""

from __future__ import annotations

import os
import subprocess
import sys
from threading import Thread

from survey.config import IN_A_FILE, Settings

PROGRAM = (sys.executable, "-P", "-c", "from survey.cli import main; main()")
"""With `-P`, so that no module of the folder that the server was started in is taken for ours."""


def start(settings: Settings, *arguments: str) -> subprocess.Popen[bytes]:
    """Start a command on the stores that `settings` name; what it says goes nowhere.

    Raises:
        OSError: when it cannot be started.
    """
    process = subprocess.Popen(
        [*PROGRAM, *arguments],
        env=_environment(settings),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # a worker that ends takes nothing half-done with it
    )
    Thread(target=process.wait, daemon=True).start()  # so that nothing of it is left when it ends
    return process


def _environment(settings: Settings) -> dict[str, str]:
    """This process's environment, with the stores that `settings` name in place of others."""
    told = settings.environment
    stores = {name.removesuffix(IN_A_FILE) for name in told}
    inherited = os.environ.items()
    others = {one: value for one, value in inherited if one.removesuffix(IN_A_FILE) not in stores}
    return {**others, **told}
