"""The one-way door at run time: a process that serves pages cannot import what opens answers.

The import contracts prove this of the source; this keeps it true of an installed copy that
somebody edited. It is an audit hook, which nothing in the process can take off again.
"""

from __future__ import annotations

import sys
from pathlib import Path

BEHIND_THE_DOOR = ("survey.close", "analysis.tally", "analysis.disclosure", "analysis.publish")
_ROOT = Path(__file__).resolve().parent.parent
_PLACES = tuple(str(_ROOT.joinpath(*module.split("."))) for module in BEHIND_THE_DOOR)

_closed = False


def is_behind_the_door(module: str) -> bool:
    """Whether `module` opens or counts answers."""
    return any(module == room or module.startswith(room + ".") for room in BEHIND_THE_DOOR)


def close() -> None:
    """Refuse, from now on and for good, to run any module behind the door in this process.

    Raises:
        ImportError: when one has been imported already.
    """
    global _closed  # noqa: PLW0603  # a hook cannot be asked for, so this remembers it
    already = sorted(name for name in sys.modules if is_behind_the_door(name))
    if already:
        raise ImportError(f"this process has already imported {already[0]}; it may not serve pages")
    if not _closed:
        sys.addaudithook(_refuse)
        _closed = True


def _refuse(event: str, arguments: tuple[object, ...]) -> None:
    """Every way of importing a module ends in executing its code, which this is told of first."""
    if event != "exec":
        return
    file = getattr(arguments[0], "co_filename", "")
    if any(file == f"{place}.py" or file.startswith(place + "/") for place in _PLACES):
        raise ImportError(
            f"{Path(file).relative_to(_ROOT)} opens or counts answers; a process that serves pages "
            "may not import it. Run `candour unseal` on the release officers' machine instead."
        )
