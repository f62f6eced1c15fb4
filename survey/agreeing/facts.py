"""What two people look at before they agree: the facts, what was checked, what is missing."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass


@dataclass(frozen=True)
class Facts:
    """What something is now.

    Attributes:
        lines: (name, value), all of it shown.
        checks: sentences on what was looked at and holds.
        missing: sentences on what stands in the way, perhaps on this host alone; while there is
            one, nothing is proposed, agreed to or done.
        digest: of what is too long to show, such as every headcount.
    """

    lines: tuple[tuple[str, str], ...]
    checks: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    digest: str = ""

    @property
    def state(self) -> str:
        """SHA-256 of the lines and the digest, by which any change shows, on any host.

        What was checked is looked at afresh each time: it depends on who looks from where.
        """
        return digest_of([self.lines, self.digest])

    @property
    def marks(self) -> str:
        """A mark of each line, with which a form tells what its page showed."""
        return " ".join(digest_of(line)[:12] for line in self.lines)

    def changed(self, marks: str) -> str:
        """Which lines are not those of such marks, in words."""
        shown = set(marks.split())
        other = [line[0] for line in self.lines if digest_of(line)[:12] not in shown]
        return ", ".join(other) or "what is too long to show, such as a single headcount or a key"


def digest_of(content: object) -> str:
    """SHA-256 of what JSON can hold."""
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
