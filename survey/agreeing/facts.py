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
        missing: sentences on what stands in the way; while there is one, nobody can propose.
        digest: of what is too long to show, such as every headcount.
    """

    lines: tuple[tuple[str, str], ...]
    checks: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    digest: str = ""

    @property
    def state(self) -> str:
        """SHA-256 of all of it, by which any change shows."""
        return digest_of([self.lines, self.checks, self.missing, self.digest])


def digest_of(content: object) -> str:
    """SHA-256 of what JSON can hold."""
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
