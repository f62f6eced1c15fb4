"""`candour attack` on files: what it reads, what it says, how it scores itself, how it ends."""

from __future__ import annotations

