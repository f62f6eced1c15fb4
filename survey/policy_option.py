"""The option `--policy NAME=VALUE` of commands that take a disclosure policy."""

from __future__ import annotations

import re

from analysis.policy import DisclosurePolicy
from survey.errors import CandourError, SettingsError

_WHOLE = re.compile(r"[0-9]{1,30}")


def policy_with(rules: tuple[str, ...]) -> DisclosurePolicy:
    """The default policy with some values tightened, each written `name=value`.

    Raises:
        SettingsError: for a value that does not exist, is no whole number or is out of bounds.
    """
    values = {}
    for rule in rules:
        name, _, value = rule.partition("=")
        if name not in DisclosurePolicy().as_dict() or not _WHOLE.fullmatch(value):
            raise SettingsError(
                f"--policy {rule}: write one of {', '.join(DisclosurePolicy().as_dict())}, "
                "then = and a whole number of at most 30 digits."
            )
        values[name] = int(value)
    try:
        return DisclosurePolicy(**values)
    except CandourError as error:
        raise SettingsError(f"--policy: {error}.") from None
