"""The one-way door at run time: a process that serves pages cannot import what opens answers.

The import contracts prove this of the source; this keeps it true of an installed copy that
somebody edited.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

BEHIND_THE_DOOR = ("survey.close", "analysis.tally", "analysis.disclosure", "analysis.publish")


class _Door(MetaPathFinder):
    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if is_behind_the_door(fullname):
            raise ImportError(
                f"{fullname} opens or counts answers; a process that serves pages may not import "
                "it. Run `candour unseal` on the release officers' machine instead."
            )
        return None


def is_behind_the_door(module: str) -> bool:
    """Whether `module` opens or counts answers."""
    return any(module == room or module.startswith(room + ".") for room in BEHIND_THE_DOOR)


def close() -> None:
    """Refuse, from now on and for good, to import anything behind the door in this process."""
    already = sorted(name for name in sys.modules if is_behind_the_door(name))
    if already:
        raise ImportError(f"this process has already imported {already[0]}; it may not serve pages")
    if not any(isinstance(finder, _Door) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Door())
