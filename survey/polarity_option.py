"""The option `--polarity ITEM=reversed` of commands that make a Release."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import click

from analysis.polarity import Decision, Polarity
from survey.errors import SettingsError

_DECISIONS: dict[str, Decision] = {"kept": "kept", "reversed": "reversed"}

polarity_option: Callable[[Any], Any] = click.option(
    "--polarity",
    metavar="ITEM=DECISION",
    multiple=True,
    help="decide an item that runs against its theme: kept, or reversed; the Release says so",
)


def polarity_of(given: Sequence[str]) -> Polarity:
    """What was decided, by item.

    Raises:
        SettingsError: for a text that is no decision, or an item that is decided twice.
    """
    found: dict[str, Decision] = {}
    for text in given:
        item, _, decision = text.partition("=")
        if not item or decision not in _DECISIONS or item in found:
            raise SettingsError(
                f"--polarity {text}: write the id of an item, then =kept or =reversed, "
                "each item once."
            )
        found[item] = _DECISIONS[decision]
    return found
