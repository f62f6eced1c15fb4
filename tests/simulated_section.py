"""What a simulation writes into docs/METHODS.md, between two marks of its own."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

PAGE = Path(__file__).parents[1] / "docs" / "METHODS.md"


def write(begin: str, end: str, lines: Iterable[str]) -> None:
    """Write the section anew, and print it."""
    text = "\n".join(lines) + "\n"
    before, _, rest = PAGE.read_text().partition(begin)
    _, _, after = rest.partition(end)
    PAGE.write_text(before + begin + "\n" + text + "\n" + end + after)
    print(text)
