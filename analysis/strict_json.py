"""JSON from outside: no number in it is infinite or none at all, which would pass every limit."""

from __future__ import annotations

import json
import math
from typing import Any


def parse(content: bytes | str) -> Any:
    """What the text holds.

    Raises:
        ValueError: when it is no JSON, or has such a number.
        RecursionError: when it is nested too deep.
    """
    return json.loads(content, parse_constant=_refuse, parse_float=_finite)


def _refuse(written: str) -> float:
    raise ValueError(f"{written} is no number")


def _finite(written: str) -> float:
    number = float(written)
    return number if math.isfinite(number) else _refuse(written)
