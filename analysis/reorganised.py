"""What a reorganised unit was in an earlier wave."""

from __future__ import annotations

from collections.abc import Container, Mapping


def resolve(
    value: str, was: Mapping[str, tuple[str, ...]], then: Container[str]
) -> tuple[str, ...]:
    """The values of an earlier wave that a value is made of: what it was, or else itself.

    Args:
        value: id of a value now, or of one that is gone.
        was: value -> the values that went into it; may name itself among them.
        then: has the values of the earlier wave.

    >>> resolve("c", {"c": ("a", "b")}, {"a", "b"})
    ('a', 'b')
    """
    parts = [
        ((one,) if one in then else ()) if one == value else resolve(one, was, then)
        for one in was.get(value, ())
    ]
    if parts and all(parts):
        return tuple(one for part in parts for one in part)
    return (value,) if value in then else ()
