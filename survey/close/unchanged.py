"""A correction that would change nothing is none, by whichever command it is made."""

from __future__ import annotations

from dataclasses import replace

from analysis.ledger import Published
from analysis.release.model import Release
from survey.errors import WaveStateError


def expect_change(made: Release, last: Published) -> None:
    """Refuse a Release that differs in nothing from the one that it would replace.

    Raises:
        WaveStateError: when both give the same but for their place in the ledger and the reason.
    """
    if _alike(made, last.release):
        raise WaveStateError(
            f"Release {last.hash[:12]} of wave {last.wave} is what these answers give: nothing is "
            "to be corrected, and nothing was published."
        )


def _alike(one: Release, other: Release) -> bool:
    """Whether two Releases differ in nothing but their place in the ledger."""
    bare = replace(other.manifest, ledger=None, replaces=None, correction=None)
    same = replace(one.manifest, ledger=None, replaces=None, correction=None) == bare
    return same and replace(one, manifest=bare, certificates=None) == replace(
        other, manifest=bare, certificates=None
    )
