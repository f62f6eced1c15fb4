"""Reasons that officers give in a command, for everybody to read."""

from __future__ import annotations

from survey.errors import SettingsError

LONGEST_REASON = 500


def for_everybody(written: str, option: str) -> str:
    """A reason as one line.

    Args:
        written: what was given.
        option: the option that it was given with, for the error.

    Raises:
        SettingsError: when nothing is written, too much, or what cannot be printed.
    """
    reason = " ".join(written.split())
    if not reason or len(reason) > LONGEST_REASON or not reason.isprintable():
        raise SettingsError(
            f"{option} takes a reason of 1 to {LONGEST_REASON} characters, for everybody to read."
        )
    return reason
