"""The option by which an item that runs against its theme is decided."""

from __future__ import annotations

import pytest

from survey.errors import SettingsError
from survey.polarity_option import polarity_of


def test_decisions_are_read_by_item() -> None:
    assert polarity_of(["heard=reversed", "led=kept"]) == {"heard": "reversed", "led": "kept"}
    assert polarity_of([]) == {}


@pytest.mark.parametrize(
    "given", [["heard"], ["heard=turned"], ["=kept"], ["led=kept", "led=reversed"]]
)
def test_what_is_no_decision_is_one_sentence(given: list[str]) -> None:
    with pytest.raises(SettingsError, match="write the id of an item, then =kept or =reversed"):
        polarity_of(given)
